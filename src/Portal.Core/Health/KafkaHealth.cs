using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Strimzi's KafkaTopic (Ready=False when bad) and KafkaUser (NotReady=True when bad). Pure.</summary>
public static class KafkaHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "ReconciliationPaused") is { IsTrue: true } paused)
            return new(WorkloadState.Stopped, "stream.paused", paused.Message);
        var bad = Condition.Find(facts.Object, "NotReady") is { IsTrue: true } notReady ? notReady
            : Condition.Find(facts.Object, "Ready") is { IsFalse: true } ready ? ready : null;
        if (bad is not null)
            return new(WorkloadState.Attention, CodeOf(bad), bad.Message);
        if (Condition.Find(facts.Object, "Ready") is { IsTrue: true })
            return new(WorkloadState.Running);
        return facts.Now - facts.CreatedAt > Patience.Limit
            ? new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt))
            : new WorkloadStatus(WorkloadState.Pending, "workload.submitting");
    }

    private static string CodeOf(Condition bad) => bad.Reason switch
    {
        "NotSupported" => "stream.unsupported",
        "InvalidResourceException" when bad.Message.Contains("Secret", StringComparison.OrdinalIgnoreCase) => "stream.secret",
        "InvalidResourceException" or "InvalidRequest" => "cluster.invalid",
        "ResourceConflict" => "admission.name_taken",
        _ => "stream.not_ready",
    };
}
