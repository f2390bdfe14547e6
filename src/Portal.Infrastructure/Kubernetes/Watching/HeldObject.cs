using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// An object as the index keeps it: its JSON as text, which takes about a tenth of the memory of a tree, and beside it what
/// the index itself asks for. A tree is made of it for each reader.
/// </summary>
internal sealed class HeldObject
{
    // It goes to no page as it is: letters need no escapes.
    private static readonly JsonSerializerOptions Compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _text;

    private HeldObject(JsonObject seen)
    {
        Namespace = seen.Text("metadata", "namespace") ?? "";
        Name = seen.Name();
        Version = seen.Text("metadata", "resourceVersion") ?? "";
        Id = seen.Text("metadata", "labels", Manifest.IdLabel);
        Owner = seen.Owner();
        _text = JsonSerializer.SerializeToUtf8Bytes(seen, Compact);
    }

    /// <summary>Empty for what lies in no namespace.</summary>
    public string Namespace { get; }

    public string Name { get; }

    public string Version { get; }

    /// <summary>Id of the row that it carries out, as its label says; null for what is not ours.</summary>
    public string? Id { get; }

    public ReconcileOwner? Owner { get; }

    /// <summary>Takes what is of use of an object, which is changed by it.</summary>
    public static HeldObject Of(ResourceType type, JsonObject seen) => new(type == Kinds.Pod ? PodOutline.Of(seen) : seen);

    /// <summary>The object as a tree of the caller's own.</summary>
    public JsonObject Read() => JsonNode.Parse(_text)!.AsObject();
}
