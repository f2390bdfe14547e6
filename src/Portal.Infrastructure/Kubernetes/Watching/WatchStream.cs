using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>One event of a watch.</summary>
/// <param name="Type"><c>ADDED</c>, <c>MODIFIED</c>, <c>DELETED</c> or <c>BOOKMARK</c>.</param>
/// <param name="Object">To be read before the next event is asked for.</param>
internal readonly record struct WatchEvent(string Type, JsonElement Object)
{
    public string? Version => Object.Text("metadata", "resourceVersion");
}

/// <summary>
/// The events of one watch request until it ends. Silence beyond the idle time ends it too; a line that is no JSON, an error
/// event and a broken connection are a <see cref="ClusterException"/>, after which the caller goes on from the last version.
/// </summary>
internal static class WatchStream
{
    // Most objects fit; a larger one takes more of them.
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 16 * 1024);

    public static async IAsyncEnumerable<WatchEvent> WatchAsync(
        this ClusterConnection connection, ResourceType type, string version, [EnumeratorCancellation] CancellationToken ct, bool mayBeRefused = false)
    {
        // Not all watches of a portal are to end, and begin again, in one moment.
        var seconds = connection.Options.WatchTime.TotalSeconds * (0.8 + (0.4 * Random.Shared.NextDouble()));
        var path = string.Create(CultureInfo.InvariantCulture,
            $"{type.Path(null)}?watch=1&allowWatchBookmarks=true&resourceVersion={Uri.EscapeDataString(version)}&timeoutSeconds={seconds:0}");
        using var response = await connection.SendAsync(HttpMethod.Get, path, ct, mayBeRefused: mayBeRefused);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(ct);
        idle.CancelAfter(connection.Options.WatchIdle);
        var reader = PipeReader.Create(await response.Content.ReadAsStreamAsync(ct), Buffers);
        try
        {
            while (await ReadAsync(reader, idle.Token, ct) is { } read)
            {
                // Taking what has come is no silence.
                idle.CancelAfter(Timeout.InfiniteTimeSpan);
                var rest = read.Buffer;
                while (Next(ref rest, read.IsCompleted) is { } line)
                {
                    using var document = Parse(line);
                    yield return EventOf(document.RootElement);
                }
                if (read.IsCompleted)
                    yield break;
                reader.AdvanceTo(rest.Start, rest.End);
                idle.CancelAfter(connection.Options.WatchIdle);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    private static async Task<ReadResult?> ReadAsync(PipeReader reader, CancellationToken idle, CancellationToken ct)
    {
        try
        {
            return await reader.ReadAsync(idle);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The watch broke off: " + e.Message, e);
        }
    }

    // The next line that has anything in it; the last one needs no end.
    private static ReadOnlySequence<byte>? Next(ref ReadOnlySequence<byte> rest, bool isLast)
    {
        while (rest.PositionOf((byte)'\n') is { } end)
        {
            var line = rest.Slice(0, end);
            rest = rest.Slice(rest.GetPosition(1, end));
            if (!line.IsEmpty)
                return line;
        }
        if (!isLast || rest.IsEmpty)
            return null;
        var last = rest;
        rest = rest.Slice(rest.End);
        return last;
    }

    private static JsonDocument Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The watch sent what is no JSON: " + e.Message, e) { Reason = "BadLine" };
        }
    }

    private static WatchEvent EventOf(JsonElement line)
    {
        if (line.Text("type") is not { } kind || line.At("object") is not { ValueKind: JsonValueKind.Object } found)
            throw new ClusterException(ClusterFailure.Unavailable, "The watch sent what is no event.") { Reason = "BadLine" };
        return kind == "ERROR" ? throw ClusterErrors.From(ClusterJson.Tree(found)) : new WatchEvent(kind, found);
    }
}
