using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.IO.Compression;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// Takes objects of one kind out of the answers of the cluster and packs them for the index. Its buffers are used again for
/// each object; it is for one caller at a time.
/// </summary>
internal sealed class ObjectPacker(ResourceType type) : IDisposable
{
    // Of the qualities of Brotli the one after which each is smaller by little and slower by much; the window is a large pod.
    private const int Quality = 2;
    private const int Window = 12;

    // It goes to no page as it is: letters need no escapes.
    private static readonly JsonWriterOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    // What an older Kueue says is kept in the version that the portal knows.
    private readonly bool _isOlder = type.Group == Kinds.ClusterQueue.Group && type.Version == KueueVersion.Older;
    private readonly Outline _outline = Outlines.Of(type);
    private readonly Outline? _decisive = Outlines.Decisive(type);
    private readonly ArrayBufferWriter<byte> _text = new(4096);
    private readonly Utf8JsonWriter _writer = new(Stream.Null, Compact);
    // Namespaces, kinds, nodes and sums of requests, which many objects share.
    private readonly HashSet<string> _words = [];
    private readonly Dictionary<string, IReadOnlyDictionary<string, decimal>> _requests = [];

    /// <summary>Packs one object; what it was read from is not needed any more.</summary>
    public HeldObject Pack(JsonElement seen)
    {
        if (_isOlder)
            seen = JsonSerializer.SerializeToElement(ClusterJson.Tidy(ClusterJson.Tree(seen), type));
        var metadata = seen.At("metadata");
        var labels = metadata?.At("labels");
        _ = Guid.TryParse(labels?.Text(Manifest.IdLabel), out var row);
        var holding = type == Kinds.Pod && JsonObject.Create(seen) is { } pod ? PodHolding.Of(pod) : null;
        var packed = Pack(seen, out var length);
        return new HeldObject(
            Shared(metadata?.Text("namespace") ?? ""), metadata?.Text("name") ?? "", metadata?.Text("resourceVersion") ?? "",
            labels?.Text(Manifest.KindLabel) is { } kind ? Shared(kind) : null, row,
            holding is { } h ? Shared(h.Node) : null, holding is { } held ? Shared(held.Requests) : null, packed, length, Decisive(seen));
    }

    public void Dispose() => _writer.Dispose();

    private long Decisive(JsonElement seen)
    {
        if (_decisive is null)
            return 0;
        _text.ResetWrittenCount();
        _writer.Reset(_text);
        _decisive.Write(seen, _writer);
        _writer.Flush();
        return BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(_text.WrittenSpan));
    }

    private byte[] Pack(JsonElement seen, out int length)
    {
        _text.ResetWrittenCount();
        _writer.Reset(_text);
        _writer.WriteStartObject();
        // Items of a list name neither.
        if (seen.At("apiVersion") is null)
            _writer.WriteString("apiVersion", type.ApiVersion);
        if (seen.At("kind") is null)
            _writer.WriteString("kind", type.Kind);
        _outline.WriteFields(seen, _writer);
        _writer.WriteEndObject();
        _writer.Flush();
        length = _text.WrittenCount;
        var room = ArrayPool<byte>.Shared.Rent(BrotliEncoder.GetMaxCompressedLength(length));
        try
        {
            return BrotliEncoder.TryCompress(_text.WrittenSpan, room, out var written, Quality, Window) ? room.AsSpan(0, written).ToArray()
                : throw new InvalidOperationException("An object could not be packed.");
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(room);
        }
    }

    private IReadOnlyDictionary<string, decimal> Shared(IReadOnlyDictionary<string, decimal> requests)
    {
        var key = string.Join(';', requests.Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Key}={r.Value}")));
        return _requests.TryGetValue(key, out var known) ? known : _requests[key] = requests;
    }

    private string Shared(string word)
    {
        if (_words.TryGetValue(word, out var known))
            return known;
        _words.Add(word);
        return word;
    }
}
