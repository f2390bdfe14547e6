using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>A pod made from the template of what owns it.</summary>
internal static class PodTemplate
{
    public static JsonObject Make(JsonObject owner, JsonObject template, string? name = null)
    {
        JsonObject metadata = template.Part("metadata").Copy();
        metadata["namespace"] = owner.Namespace();
        if (name is null) metadata["generateName"] = owner.Name() + "-";
        else metadata["name"] = name;
        metadata["ownerReferences"] = new JsonArray(Owners.Reference(owner));
        return new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Pod", ["metadata"] = metadata, ["spec"] = template.Part("spec").Copy() };
    }

    /// <summary>Changes when the template does; names replica sets and revisions.</summary>
    public static string Hash(JsonObject template)
    {
        byte[] hash = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(template.ToJsonString()));
        const string letters = "bcdfghjklmnpqrstvwxz2456789";
        return string.Concat(hash.Take(10).Select(part => letters[part % letters.Length]));
    }
}
