using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Integration.Tests.Workloads;

/// <summary>Kinds of operators without the operators: what those would do with an object is not done.</summary>
internal static class OperatorKinds
{
    /// <param name="schema">Of its objects; anything where it is left out.</param>
    public static JsonObject Definition(ResourceType type, JsonObject? schema = null) => new()
    {
        ["apiVersion"] = "apiextensions.k8s.io/v1",
        ["kind"] = "CustomResourceDefinition",
        ["metadata"] = new JsonObject { ["name"] = $"{type.Plural}.{type.Group}" },
        ["spec"] = new JsonObject
        {
            ["group"] = type.Group,
            ["scope"] = "Namespaced",
            ["names"] = new JsonObject
            {
                ["plural"] = type.Plural,
                ["singular"] = type.Kind.ToLowerInvariant(),
                ["kind"] = type.Kind,
                ["listKind"] = type.Kind + "List",
            },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = type.Version,
                ["served"] = true,
                ["storage"] = true,
                ["subresources"] = new JsonObject { ["status"] = new JsonObject() },
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = schema ?? Anything() },
            }),
        },
    };

    /// <summary>A schema that takes everything.</summary>
    public static JsonObject Anything() => new() { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true };
}
