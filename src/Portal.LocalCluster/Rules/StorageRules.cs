using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Claims of volumes and the classes they are made by: nearly nothing of them changes.</summary>
internal static class StorageRules
{
    private static readonly string[] Modes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"];

    public static void Claim(JsonObject tree, JsonObject? old, Causes causes)
    {
        var modes = tree.Items("spec", "accessModes") ?? [];
        if (modes.Count == 0) causes.Required("spec.accessModes", "at least 1 access mode is required");
        foreach (var mode in modes.Select(mode => mode.AsText()).Where(mode => !Modes.Contains(mode, StringComparer.Ordinal))) causes.NotSupported("spec.accessModes", $"\"{mode}\"", Modes);
        if (tree.Text("spec", "resources", "requests", "storage") is not { } size) causes.Required("spec.resources[storage]");
        else if (!Quantity.TryParse(size, out var amount) || amount.Value <= 0) causes.Invalid("spec.resources[storage]", size, "must be greater than zero");
        else if (old?.Text("spec", "resources", "requests", "storage") is { } before && amount < Quantity.Parse(before))
            causes.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
        if (old is not null && !JsonNode.DeepEquals(Lasting(old, old), Lasting(tree, old)))
            causes.Forbidden("spec", "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims");
    }

    public static void Class(JsonObject tree, JsonObject? old, Causes causes)
    {
        if (old is null) return;
        foreach (var field in (ReadOnlySpan<string>)["parameters", "provisioner", "reclaimPolicy"])
        {
            if (!JsonNode.DeepEquals(old[field], tree[field])) causes.Forbidden(field, $"updates to {field} are forbidden.");
        }
        if (old.Text("volumeBindingMode") != tree.Text("volumeBindingMode")) causes.Invalid("volumeBindingMode", tree.Text("volumeBindingMode"), "field is immutable");
    }

    /// <summary>What of a claim stays as it was: only one that has its volume may grow, and a volume and a class are given to it once.</summary>
    private static JsonObject Lasting(JsonObject claim, JsonObject old)
    {
        var spec = (JsonObject)(claim.Map("spec") ?? []).DeepClone();
        spec.Remove("volumeAttributesClassName");
        if (old.Text("status", "phase") == "Bound") (spec.Map("resources", "requests"))?.Remove("storage");
        foreach (var field in (ReadOnlySpan<string>)["volumeName", "storageClassName"])
        {
            if (string.IsNullOrEmpty(old.Text("spec", field))) spec.Remove(field);
        }
        return spec;
    }
}
