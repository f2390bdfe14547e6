using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>
/// Argo CD's Application: what the last operation did, whether the cluster equals Git, and whether it works. Its messages are never
/// passed on: they hold whole commands, and what charts are given with them. Pure.
/// </summary>
public static class ApplicationHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var status = facts.Object.At("status");
        if (status is null)
            return new(WorkloadState.Pending, "workload.submitting");
        // These conditions have a type and a message, but no status.
        var errors = status.Items("conditions").ToList();
        if (errors.Find(c => c.Text("type") is "ComparisonError" or "InvalidSpecError" or "RepeatedResourceWarning") is { } error && error.Text("type") != "RepeatedResourceWarning")
            return new(WorkloadState.Attention, error.Text("type") == "InvalidSpecError" ? "cluster.invalid" : "delivery.unreadable");
        var operation = status.At("operationState");
        if (operation.Text("phase") is "Failed" or "Error")
            return new(WorkloadState.Attention, "delivery.sync_failed");
        if (operation.Text("phase") is "Running" or "Terminating")
            return new(WorkloadState.Starting, "delivery.syncing");
        return OfHealth(status.Text("health", "status"), status.Text("sync", "status"));
    }

    private static WorkloadStatus OfHealth(string? health, string? sync) => (health, sync) switch
    {
        ("Degraded", _) => new(WorkloadState.Attention, "delivery.degraded"),
        ("Missing", _) => new(WorkloadState.Attention, "delivery.missing"),
        ("Suspended", _) => new(WorkloadState.Stopped, "delivery.suspended"),
        (_, "OutOfSync") => new(WorkloadState.Attention, "delivery.out_of_sync"),
        ("Progressing", _) => new(WorkloadState.Starting, "delivery.syncing"),
        ("Healthy", "Synced") => new(WorkloadState.Running),
        _ => new(WorkloadState.Pending, "delivery.syncing"),
    };
}
