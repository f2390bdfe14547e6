using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>What a row says while its cluster does not answer or does not let the portal in: nothing waits for that in silence. Pure.</summary>
public static class WorkloadOutage
{
    /// <summary>
    /// An outage that is shorter is not worth a word. Far below <see cref="Patience.Limit"/>, because each attempt comes later
    /// than the one before.
    /// </summary>
    public static readonly TimeSpan Blink = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The verdict after a pass that failed; null where the row goes on saying what it says. A later pass that succeeds says
    /// something else by itself.
    /// </summary>
    public static WorkloadStatus? Of(WorkloadRow row, ClusterException failure, DateTimeOffset now)
    {
        // What runs, has stopped or waits for somebody is not held up by the outage, unless it was asked for something else meanwhile.
        var moves = row.State is WorkloadState.Pending or WorkloadState.Starting or WorkloadState.Stopping;
        if (!moves && (row.Generation == row.ObservedGeneration || row.State == WorkloadState.Attention))
            return null;
        var since = row.StateChangedAt > row.IntentChangedAt ? row.StateChangedAt : row.IntentChangedAt;
        if (failure.IsTransient && now - since < Blink)
            return null;
        if (PodHealth.Refused(failure.Message) is { } known)
            return known;
        var outcome = StepOutcome.From(failure);
        return new WorkloadStatus(outcome.State == StepState.Failed ? WorkloadState.Attention : row.State, outcome.Reason, outcome.Detail);
    }
}
