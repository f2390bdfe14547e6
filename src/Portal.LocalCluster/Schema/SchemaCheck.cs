using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Schema;

/// <summary>Holds an object against the schema of its kind.</summary>
internal static class SchemaCheck
{
    public static void Decode(ResourceType type, JsonObject tree, WriteOptions options)
    {
    }

    public static void Validate(ResourceType type, JsonObject tree, Causes causes)
    {
    }
}
