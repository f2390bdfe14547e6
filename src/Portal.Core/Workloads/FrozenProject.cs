using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>Why a workload of a frozen project waits. Pure.</summary>
public static class FrozenProject
{
    /// <summary>It starts when the project is let go on.</summary>
    public static readonly WorkloadStatus Waiting = new(WorkloadState.Pending, "project.frozen_waits");

    /// <summary>A queue that was stopped because the project is frozen is no fault of the queue.</summary>
    public static WorkloadStatus Explain(Project project, WorkloadStatus status) =>
        project.IsFrozen && status.Reason is "quota.no_queue" or "quota.stopped" ? Waiting with { Detail = status.Detail } : status;
}
