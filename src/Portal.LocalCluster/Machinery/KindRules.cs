using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Defaults and rules of single kinds that a schema cannot say.</summary>
internal static class KindRules
{
    public static void Default(ResourceType type, JsonObject tree, JsonObject? old)
    {
    }

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
    }
}
