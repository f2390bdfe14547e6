using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Training;

namespace Portal.Core.Workloads;

/// <summary>The kinds that carry workloads out. Pure.</summary>
public static class WorkloadKinds
{
    /// <summary>All of them. Both parts of the portal follow them, so that nothing is learned from one that is not seen anyway.</summary>
    public static IReadOnlyList<ResourceType> Controllers { get; } = [Kinds.StatefulSet, NotebookManifests.Kind, .. TrainingKinds.All];

    /// <summary>True for an object of such a kind, which says itself to be of that kind.</summary>
    public static bool IsController(ResourceType type, JsonObject manifest) =>
        Controllers.Contains(type) && manifest.Text("apiVersion") == type.ApiVersion && manifest.Text("kind") == type.Kind;
}
