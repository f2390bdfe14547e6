using System.Globalization;
using System.Text;

namespace Portal.LocalCluster.Node;

/// <summary>
/// What one run of a container prints: a file of lines <c>time stream text</c>, and one older file once it has grown
/// past its bound, so a talkative container keeps its last 10 to 20 MB.
/// </summary>
public sealed class ContainerLog : IDisposable
{
    public const int LongestLine = 64 * 1024;
    private const long Bound = 10 * 1024 * 1024;

    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private FileStream _file;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ContainerLog(string path, TimeProvider time)
    {
        _path = path;
        _time = time;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        _file = Open(path);
    }

    public bool Closed { get; private set; }

    /// <summary>How often the file was put aside for a new one.</summary>
    public int Rotations { get; private set; }

    /// <summary>The name of the file before the present one.</summary>
    public static string Older(string path) => path + ".1";

    /// <summary>Completes at the next line or at the end. Ask before reading, so that nothing falls between.</summary>
    public Task NextChange()
    {
        lock (_gate) return Closed ? Task.CompletedTask : _changed.Task;
    }

    public async Task CopyAsync(StreamReader reader, string stream)
    {
        char[] buffer = new char[8192];
        StringBuilder line = new();
        int count;
        while ((count = await reader.ReadAsync(buffer)) > 0)
        {
            List<string> lines = [];
            foreach (char letter in buffer.AsSpan(0, count))
            {
                if (letter != '\n') line.Append(letter);
                if (letter != '\n' && line.Length < LongestLine) continue;
                lines.Add(line.ToString());
                line.Clear();
            }
            if (lines.Count > 0) Write(stream, lines);
        }
        if (line.Length > 0) Write(stream, [line.ToString()]);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (Closed) return;
            Closed = true;
            _file.Dispose();
            _changed.TrySetResult();
        }
    }

    private void Write(string stream, List<string> lines)
    {
        string time = _time.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture);
        StringBuilder text = new();
        foreach (string line in lines) text.Append(time).Append(' ').Append(stream).Append(' ').Append(line).Append('\n');
        lock (_gate)
        {
            if (Closed) return;
            if (_file.Length > Bound) Rotate();
            _file.Write(Encoding.UTF8.GetBytes(text.ToString()));
            _file.Flush();
            TaskCompletionSource changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            changed.TrySetResult();
        }
    }

    private void Rotate()
    {
        _file.Dispose();
        File.Move(_path, Older(_path), overwrite: true);
        _file = Open(_path);
        Rotations++;
    }

    private static FileStream Open(string path)
    {
        FileStreamOptions options = new() { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        return new FileStream(path, options);
    }
}
