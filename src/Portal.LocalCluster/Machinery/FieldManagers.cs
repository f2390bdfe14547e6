using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Who owns which field.</summary>
internal static class FieldManagers
{
    public static void Track(ResourceType type, JsonObject? old, JsonObject tree, WriteOptions options, DateTimeOffset now)
    {
    }
}
