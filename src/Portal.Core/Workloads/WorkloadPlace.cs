using Portal.Core.Cluster;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>Where a workload's objects go: the project's namespace and what its cluster can do.</summary>
/// <param name="Namespace">The project's namespace.</param>
/// <param name="Claim">The project's storage claim.</param>
/// <param name="Queue">The project's LocalQueue, or empty when the cluster has no Kueue.</param>
public sealed record WorkloadPlace(string Namespace, string Claim, string Queue)
{
    /// <summary>The API group that only OpenShift serves; it chooses file groups itself.</summary>
    private const string OpenShiftGroup = "security.openshift.io";

    /// <summary>True on the embedded cluster, which knows images by names of its own.</summary>
    public bool IsEmbedded { get; init; }

    /// <summary>True where the priority classes are there: Kueue takes nothing that names one that is not.</summary>
    public bool HasPriorities { get; init; }

    /// <summary>Every kind that the cluster serves.</summary>
    public IReadOnlyList<ResourceType> Served { get; init; } = [];

    /// <summary>Group id (<c>fsGroup</c>) that owns the storage's files; null where the cluster chooses it itself.</summary>
    public long? FileGroup { get; init; }

    /// <summary>The installation's choices for workloads.</summary>
    public WorkloadOptions Options { get; init; } = new();

    /// <summary>The place for a project on a cluster.</summary>
    public static WorkloadPlace From(string ns, ClusterCapabilities capabilities, WorkloadOptions options) =>
        new(ns, ProjectManifests.StorageClaim, capabilities.HasKueue ? ProjectQueueManifests.LocalQueueName : "")
        {
            IsEmbedded = capabilities.IsEmbedded,
            Served = capabilities.Served,
            FileGroup = capabilities.Served.Any(s => s.Group == OpenShiftGroup) ? null : options.FileGroup,
            Options = options,
        };
}
