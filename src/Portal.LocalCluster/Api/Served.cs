using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>Stored bytes as they are served: under the version that was asked for, whole or without kind in lists.</summary>
internal static class Served
{
    private static ReadOnlySpan<byte> AfterKind => ",\"metadata\""u8;

    /// <summary>From the comma before metadata on.</summary>
    public static ReadOnlySpan<byte> Rest(ResourceType type, StoredObject stored)
    {
        ReadOnlySpan<byte> json = type.Conversion is null ? stored.Json : ObjectText.Write(Tree(type, stored));
        return json[json.IndexOf(AfterKind)..];
    }

    public static byte[] Head(ResourceType type) => Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.Kind}\",\"apiVersion\":\"{type.GroupVersion}\"");

    public static byte[] Bytes(ResourceType type, StoredObject stored) => [.. Head(type), .. Rest(type, stored)];

    public static JsonObject Tree(ResourceType type, StoredObject stored)
    {
        var tree = stored.Read();
        if (type.Conversion is { } conversion) return conversion.FromStored(tree);
        tree["apiVersion"] = type.GroupVersion;
        return tree;
    }

    public static JsonObject PartialMetadata(JsonObject tree) => new()
    {
        ["kind"] = "PartialObjectMetadata",
        ["apiVersion"] = "meta.k8s.io/v1",
        ["metadata"] = tree["metadata"]?.DeepClone(),
    };

    public static void WriteList(IBufferWriter<byte> buffer, ResourceType type, ListPage page)
    {
        buffer.Write(Encoding.UTF8.GetBytes($"{{\"kind\":\"{type.ListKind}\",\"apiVersion\":\"{type.GroupVersion}\",\"metadata\":"));
        buffer.Write(ObjectText.Write(page.Metadata()));
        buffer.Write(",\"items\":["u8);
        var head = type.Custom ? Head(type) : [];
        var first = true;
        foreach (var stored in page.Items)
        {
            if (!first) buffer.Write(","u8);
            first = false;
            if (type.Custom)
            {
                buffer.Write(head);
                buffer.Write(Rest(type, stored));
            }
            else
            {
                buffer.Write("{"u8);
                buffer.Write(Rest(type, stored)[1..]);
            }
        }
        buffer.Write("]}"u8);
    }
}

/// <summary>A page of a list with what its metadata say.</summary>
internal sealed record ListPage(IReadOnlyList<StoredObject> Items, long Version, string? Continue, long? Remaining)
{
    public JsonObject Metadata()
    {
        var metadata = new JsonObject { ["resourceVersion"] = Version.ToString(CultureInfo.InvariantCulture) };
        if (Continue is not null) metadata["continue"] = Continue;
        if (Remaining is not null) metadata["remainingItemCount"] = Remaining;
        return metadata;
    }
}
