using System.Text.Json.Nodes;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>A ResourceFlavor: which nodes it stands for.</summary>
public sealed record Flavor(string Name, IReadOnlyDictionary<string, string> NodeLabels, IReadOnlyList<JsonObject> NodeTaints, IReadOnlyList<JsonObject> Tolerations)
{
    public bool Deleting { get; init; }
}

/// <summary>Resources that get their flavor together, and the flavors in the order they are tried.</summary>
public sealed record ResourceGroup(IReadOnlyList<string> Covered, IReadOnlyList<string> Flavors);

public sealed record PodSet(string Name, int Count, PodDemand Demand);

/// <summary>A workload that wants quota.</summary>
public sealed record PendingWorkload(string Key, long Priority, DateTimeOffset Created, IReadOnlyList<PodSet> PodSets);

/// <summary>A ClusterQueue that can admit: its quota, and who waits in it.</summary>
public sealed record QueueState(string Name, QuotaNode Quota, IReadOnlyList<ResourceGroup> Groups, bool Strict, IReadOnlyList<PendingWorkload> Pending)
{
    public PreemptionPolicy Preemption { get; init; } = new();
}

/// <summary>The flavor chosen for each resource of a pod set, and what it takes of each.</summary>
public sealed record PodSetAssignment(string PodSet, int Count, IReadOnlyDictionary<string, string> Flavors, ResourceAmounts Usage);

/// <summary>What was decided: an assignment for every pod set, or the message why it does not fit.</summary>
public sealed record AdmissionDecision(string Queue, PendingWorkload Workload, IReadOnlyList<PodSetAssignment> Assignments, string? Message)
{
    public bool Admitted => Message is null;

    /// <summary>Does not fit, but would in these flavors if others were driven out.</summary>
    public bool NeedsPreemption => Message is not null && Assignments.Count > 0;

    /// <summary>Who is driven out for it; it is admitted when they have gone.</summary>
    public IReadOnlyList<PreemptionTarget> Targets { get; init; } = [];
}
