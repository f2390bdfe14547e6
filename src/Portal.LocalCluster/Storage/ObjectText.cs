using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Storage;

/// <summary>Objects to and from UTF-8 JSON, in the one form that is stored and served.</summary>
public static class ObjectText
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
    private static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = 100, AllowDuplicateProperties = false };

    /// <exception cref="JsonException">Not JSON, or not an object.</exception>
    public static JsonObject Parse(ReadOnlySpan<byte> json) =>
        JsonNode.Parse(json, nodeOptions: null, ReaderOptions) as JsonObject ?? throw new JsonException("not a JSON object");

    public static byte[] Write(JsonNode tree)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions)) tree.WriteTo(writer);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>A copy whose every value was read from text, whatever the caller's tree was built of.</summary>
    public static JsonObject Normalize(JsonObject tree) => Parse(Write(tree));
}
