using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Hardware;

/// <summary>How urgent a workload is in its queue: the higher goes first. None is stopped for a higher one of its own queue.</summary>
/// <param name="Name">Name of the WorkloadPriorityClass.</param>
/// <param name="Value">The higher the more urgent.</param>
/// <param name="Description">What it is meant for, for people who look at the cluster.</param>
public sealed record PriorityClass(string Name, int Value, string Description)
{
    /// <summary>The label by which a workload names its class.</summary>
    public const string Label = "kueue.x-k8s.io/priority-class";

    /// <summary>Models in use.</summary>
    public static readonly PriorityClass Production = new("mlops-production", 1000, "Serving and retraining of models in use");

    /// <summary>What somebody sits and waits for.</summary>
    public static readonly PriorityClass Interactive = new("mlops-interactive", 500, "Notebooks that somebody waits for");

    /// <summary>What runs by itself.</summary>
    public static readonly PriorityClass Experiment = new("mlops-experiment", 100, "Experiments, which may be put back");

    /// <summary>The classes of every installation, the most urgent first.</summary>
    public static IReadOnlyList<PriorityClass> All { get; } = [Production, Interactive, Experiment];
}

/// <summary>Which nodes stand close together, from the widest level to the single node.</summary>
/// <param name="Name">Name of the Topology.</param>
/// <param name="Levels">Labels of the nodes, such as a block, then a rack; the host name, where it is one, comes last.</param>
public sealed record NodeTopology(string Name, IReadOnlyList<string> Levels);

/// <summary>Kueue's cluster-wide objects beside queues and flavors. Pure.</summary>
public static class KueuePlatformManifests
{
    private static readonly ReconcileOwner Owner = new("Platform", Guid.Empty);

    /// <summary>Kueue's Topology in the versions that have the same form, the newest first (Kueue, "Topology Aware Scheduling").</summary>
    public static readonly ResourceType[] TopologyVersions =
    [
        new("kueue.x-k8s.io", "v1beta2", "topologies", "Topology", false),
        new("kueue.x-k8s.io", "v1beta1", "topologies", "Topology", false),
        new("kueue.x-k8s.io", "v1alpha1", "topologies", "Topology", false),
    ];

    /// <summary>A class of urgency; the kind keeps its value beside its metadata and has no spec.</summary>
    public static JsonObject PriorityClass(PriorityClass priority) => Manifest.Create(Kinds.WorkloadPriorityClass, null, priority.Name, Owner)
        .With("value", priority.Value).With("description", priority.Description);

    /// <summary>A topology.</summary>
    public static JsonObject Topology(NodeTopology topology, ResourceType type) =>
        Manifest.Create(type, null, topology.Name, Owner).With("spec", new JsonObject
        {
            ["levels"] = new JsonArray([.. topology.Levels.Select(l => new JsonObject { ["nodeLabel"] = l })]),
        });
}
