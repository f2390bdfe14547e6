using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>Who made an object: the owner references by which garbage collection and controllers find what is theirs.</summary>
internal static class Owners
{
    public static JsonObject Reference(JsonObject owner) => new()
    {
        ["apiVersion"] = owner.Text("apiVersion"),
        ["kind"] = owner.Text("kind"),
        ["name"] = owner.Name(),
        ["uid"] = owner.Uid(),
        ["controller"] = true,
        ["blockOwnerDeletion"] = true,
    };

    public static JsonObject? Controller(JsonObject body) =>
        body.Each("metadata", "ownerReferences").FirstOrDefault(reference => reference.Is("controller"));

    public static bool Owns(JsonObject owner, JsonObject body) => Controller(body)?.Text("uid") == owner.Uid();

    /// <summary>The queue key of the object's controller when that is of the kind asked for.</summary>
    public static string? KeyOf(JsonObject body, string kind) =>
        Controller(body) is { } reference && reference.Text("kind") == kind
            ? $"{body.Namespace()}/{reference.Text("name")}"
            : null;
}
