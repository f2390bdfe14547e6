using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>An object store's ObjectBucketClaim: its phase says all there is. Pure.</summary>
public static class BucketClaimHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts) => facts.Object.Text("status", "phase") switch
    {
        "Bound" => new(WorkloadState.Running),
        "Failed" => new(WorkloadState.Attention, "storage.bucket_failed"),
        "Released" => new(WorkloadState.Attention, "storage.bucket_released"),
        _ when facts.Now - facts.CreatedAt > Patience.Limit =>
            new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt)),
        _ => new(WorkloadState.Pending, "workload.submitting"),
    };
}
