using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A storage claim: bound, lost, or waiting; why it waits stands in events alone. Pure.</summary>
public static class ClaimHealth
{
    private static readonly string[] ResizeErrors = ["ControllerResizeError", "NodeResizeError"];

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts) => facts.Object.Text("status", "phase") switch
    {
        "Lost" => new(WorkloadState.Attention, "storage.lost", Newest(facts)),
        "Bound" => Bound(facts),
        _ => Waiting(facts),
    };

    private static WorkloadStatus Bound(KindFacts facts)
    {
        var conditions = Condition.From(facts.Object).Where(c => c.IsTrue).ToList();
        if (conditions.Find(c => ResizeErrors.Contains(c.Type)) is { } error)
            return new(WorkloadState.Attention, "storage.resize_failed", error.Message);
        return conditions.Find(c => c.Type is "Resizing" or "FileSystemResizePending") is { } resizing
            ? new(WorkloadState.Running, "storage.resizing", resizing.Message) : new WorkloadStatus(WorkloadState.Running);
    }

    private static WorkloadStatus Waiting(KindFacts facts)
    {
        // The first-consumer note is a Normal event, so all of them are read.
        var said = facts.Events.Select(e => CauseMatcher.Match(EvidenceSource.Event, e.Text("reason"), ClusterEvents.Message(e))).FirstOrDefault(s => s is not null)
            ?? new WorkloadStatus(WorkloadState.Pending, "storage.pending");
        if (said.Reason == "storage.no_class" && !said.Arguments.ContainsKey("class"))
            said = said.With("class", facts.Object.Text("spec", "storageClassName") ?? "");
        // A claim may wait for its first user for as long as it likes, and only an event would tell.
        return said.Reason == "storage.pending" && facts.KnowsEvents && facts.Now - facts.CreatedAt > Patience.Limit
            ? new WorkloadStatus(WorkloadState.Attention, "object.no_news", said.Detail).With("minutes", facts.MinutesSince(facts.CreatedAt)) : said;
    }

    private static string Newest(KindFacts facts) => facts.Events.Count == 0 ? "" : ClusterEvents.Message(facts.Events[0]);
}
