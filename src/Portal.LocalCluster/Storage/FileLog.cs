using System.Globalization;
using System.Text;

namespace Portal.LocalCluster.Storage;

/// <summary>
/// Every write as one line appended to a file: <c>put VERSION RESOURCE JSON</c> or <c>del VERSION RESOURCE KEY</c>. A line
/// reaches the operating system before the write is answered, so a killed process loses nothing; a line cut short by a
/// failing machine is dropped at the next start. The file is written anew without the past when that is most of it.
/// </summary>
internal sealed class FileLog : IWriteLog, IDisposable
{
    private const long RewriteFloor = 8L * 1024 * 1024;

    private readonly string _path;
    private readonly Dictionary<string, Dictionary<string, (long Version, byte[] Json)>> _loaded = new(StringComparer.Ordinal);
    private FileStream _file;
    private long _liveBytes;

    private FileLog(string path)
    {
        _path = path;
        // The handle is not shared: a second cluster on the same folder is refused here.
        _file = OpenPrivate(path, FileMode.OpenOrCreate);
    }

    /// <summary>The version of the last write.</summary>
    public long Version { get; private set; }

    /// <summary>Gives all objects as they are now, for a rewrite; set once the store is filled.</summary>
    public Func<IEnumerable<(string Resource, StoredObject Object)>>? Present { get; set; }

    public static FileLog Open(string directory)
    {
        Directory.CreateDirectory(directory);
        FileLog log;
        try
        {
            log = new FileLog(Path.Combine(directory, "objects.log"));
        }
        catch (IOException taken)
        {
            throw new InvalidOperationException($"Another embedded cluster uses the folder {directory}: stop it first, or give this one a folder of its own.", taken);
        }
        log.Load();
        return log;
    }

    public void Put(string resource, StoredObject written)
    {
        // Before this write, of which the store does not know yet.
        if (_file.Length > RewriteFloor && _file.Length > 4 * _liveBytes) Rewrite();
        Append(Line("put", written.Version, resource, written.Json));
        Version = written.Version;
    }

    public void Remove(string resource, StoredObject removed, long version)
    {
        Append(Line("del", version, resource, Encoding.UTF8.GetBytes(removed.Key)));
        Version = version;
    }

    public IReadOnlyList<(long Version, byte[] Json)> Take(string resource) =>
        _loaded.Remove(resource, out var objects) ? [.. objects.Values] : [];

    public void Dispose() => _file.Dispose();

    private static byte[] Line(string verb, long version, string resource, ReadOnlySpan<byte> rest) =>
        [.. Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{verb} {version} {resource} ")), .. rest, (byte)'\n'];

    /// <summary>Secrets are among the objects: the file is its owner's alone.</summary>
    private static FileStream OpenPrivate(string path, FileMode mode)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = FileShare.None, BufferSize = 0 };
        if (mode != FileMode.Open && !OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }

    /// <summary>Whole or not at all: half a line of a full disk would swallow the next one.</summary>
    private void Append(byte[] line)
    {
        var end = _file.Position;
        try
        {
            _file.Write(line);
        }
        catch (IOException)
        {
            _file.SetLength(end);
            _file.Position = end;
            throw;
        }
    }

    private void Load()
    {
        var bytes = new byte[_file.Length];
        _file.ReadExactly(bytes);
        var complete = 0;
        for (var start = 0; start < bytes.Length;)
        {
            var length = bytes.AsSpan(start).IndexOf((byte)'\n');
            if (length < 0) break; // cut short
            if (!Replay(bytes.AsSpan(start, length)))
                throw new InvalidDataException($"{_path} is damaged at byte {start}. Move it away to start with an empty cluster.");
            start += length + 1;
            complete = start;
        }
        _file.SetLength(complete);
        _file.Seek(0, SeekOrigin.End);
        _liveBytes = _loaded.Values.SelectMany(objects => objects.Values).Sum(item => (long)item.Json.Length);
    }

    private bool Replay(ReadOnlySpan<byte> line)
    {
        Span<Range> parts = stackalloc Range[4];
        if (Split(line, parts) < 4 || !long.TryParse(line[parts[1]], CultureInfo.InvariantCulture, out var version)) return false;
        var resource = Encoding.UTF8.GetString(line[parts[2]]);
        if (!_loaded.TryGetValue(resource, out var objects)) _loaded[resource] = objects = new(StringComparer.Ordinal);
        if (line[parts[0]].SequenceEqual("put"u8))
        {
            var json = line[parts[3]].ToArray();
            var tree = ObjectText.Parse(json);
            objects[Machinery.ObjectFields.Namespace(tree) is { } ns ? $"{ns}/{Machinery.ObjectFields.Name(tree)}" : Machinery.ObjectFields.Name(tree)] = (version, json);
        }
        else if (line[parts[0]].SequenceEqual("del"u8))
        {
            objects.Remove(Encoding.UTF8.GetString(line[parts[3]]));
        }
        else if (!line[parts[0]].SequenceEqual("now"u8))
        {
            return false;
        }
        Version = Math.Max(Version, version);
        return true;
    }

    private static int Split(ReadOnlySpan<byte> line, Span<Range> parts)
    {
        var (count, start) = (0, 0);
        while (count < 3)
        {
            var space = line[start..].IndexOf((byte)' ');
            if (space < 0) return count;
            parts[count++] = start..(start + space);
            start += space + 1;
        }
        parts[count++] = start..line.Length;
        return count;
    }

    /// <summary>A crash on the way leaves the old file as it was: the new one takes its name only when it is complete.</summary>
    private void Rewrite()
    {
        if (Present is null) return;
        var next = OpenPrivate(_path + ".new", FileMode.Create);
        var buffer = new BufferedStream(next, 1 << 20);
        buffer.Write(Line("now", Version, "-", "-"u8));
        _liveBytes = 0;
        foreach (var (resource, stored) in Present())
        {
            buffer.Write(Line("put", stored.Version, resource, stored.Json));
            _liveBytes += stored.Json.Length;
        }
        buffer.Flush();
        next.Flush(flushToDisk: true);
        File.Move(_path + ".new", _path, overwrite: true);
        _file.Dispose();
        _file = next;
    }
}
