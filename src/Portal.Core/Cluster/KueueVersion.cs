using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>
/// Objects of Kueue in the version that a cluster serves. They are built as v1beta2; what the portal writes differs from
/// v1beta1 only in the name of a queue's cohort. Pure.
/// </summary>
public static class KueueVersion
{
    /// <summary>The version in which the portal builds them.</summary>
    public const string Built = "v1beta2";

    /// <summary>The newest version of both that the cluster serves of <paramref name="type"/>; null when it serves none that is known.</summary>
    public static string? Served(ClusterCapabilities capabilities, ResourceType type) =>
        new[] { Built, "v1beta1" }.FirstOrDefault(version => capabilities.Serves(type with { Version = version }));

    /// <summary>The object in a version; the one given is changed.</summary>
    public static JsonObject In(string version, JsonObject manifest)
    {
        if (version == Built)
            return manifest;
        manifest["apiVersion"] = $"{Kinds.ClusterQueue.Group}/{version}";
        if (manifest["spec"] is JsonObject spec && spec.Remove("cohortName", out var cohort))
            spec["cohort"] = cohort;
        return manifest;
    }
}
