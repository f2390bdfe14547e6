using System.Text.Encodings.Web;
using System.Text.Json;
using Portal.LocalCluster.Access;

namespace Portal.LocalCluster.Api;

/// <summary>
/// Who asked for what, one JSON line a request, as an API server's audit log has it: what a test compares with the
/// rights that were granted. A line is in the file before the request is answered. Off unless the options ask for it.
/// </summary>
internal sealed class RequestRecord : IDisposable
{
    public const string FileName = "requests.jsonl";

    private static readonly JsonWriterOptions Format = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly FileStream? _file;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();

    public RequestRecord(LocalClusterOptions options, TimeProvider clock)
    {
        _clock = clock;
        if (!options.RecordRequests) return;
        var how = new FileStreamOptions { Mode = FileMode.Append, Access = FileAccess.Write, Share = FileShare.Read, BufferSize = 0 };
        if (!OperatingSystem.IsWindows()) how.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        _file = new FileStream(Path.Combine(Path.GetFullPath(options.DataDirectory), FileName), how);
    }

    public void Add(Caller caller, AccessAttributes access, bool allowed)
    {
        if (_file is null) return;
        Write(writer =>
        {
            writer.WriteString("user", caller.User);
            if (caller.ImpersonatedBy is { } by) writer.WriteString("impersonatedBy", by);
            writer.WriteString("verb", access.Verb);
            if (access.Path is { } path)
            {
                writer.WriteString("path", path);
            }
            else
            {
                writer.WriteString("group", access.Group);
                writer.WriteString("resource", access.Resource);
                writer.WriteString("subresource", access.Subresource);
                writer.WriteString("namespace", access.Namespace ?? "");
                writer.WriteString("name", access.Name);
            }
            writer.WriteBoolean("allowed", allowed);
        });
    }

    public void Dispose() => _file?.Dispose();

    private void Write(Action<Utf8JsonWriter> fields)
    {
        using var line = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(line, Format))
        {
            writer.WriteStartObject();
            writer.WriteString("time", _clock.GetUtcNow());
            fields(writer);
            writer.WriteEndObject();
        }
        line.WriteByte((byte)'\n');
        lock (_gate) _file!.Write(line.GetBuffer().AsSpan(0, (int)line.Length));
    }
}
