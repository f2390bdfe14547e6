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

    /// <summary>
    /// True for an object that a launch may ask the cluster about: of such a kind or of the one that holds a TrainJob's pod, which says
    /// itself to be of that kind.
    /// </summary>
    public static bool MayBeTried(ResourceType type, JsonObject manifest) =>
        (Controllers.Contains(type) || type == TrainingKinds.TrainingRuntime) && manifest.Text("apiVersion") == type.ApiVersion && manifest.Text("kind") == type.Kind;
}
