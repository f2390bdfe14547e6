using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>A namespace: active, or going and what holds it. Pure.</summary>
public static class NamespaceHealth
{
    // The namespace controller's five conditions; True says that this is what holds the removal.
    private static readonly string[] Holding =
    [
        "NamespaceFinalizersRemaining", "NamespaceContentRemaining", "NamespaceDeletionDiscoveryFailure",
        "NamespaceDeletionGroupVersionParsingFailure", "NamespaceDeletionContentFailure",
    ];

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        var going = facts.Object.IsGoing() || facts.Object.Text("status", "phase") == "Terminating";
        if (!going)
            return facts.Object.Text("status", "phase") == "Active" ? new(WorkloadState.Running) : new(WorkloadState.Pending, "project.namespace_pending");
        var since = facts.Time("metadata", "deletionTimestamp") ?? facts.Now;
        var holds = Held(facts.Object);
        return facts.Now - since > Patience.Limit && holds.Length > 0
            ? new WorkloadStatus(WorkloadState.Attention, "project.namespace_stuck", holds)
                .With("minutes", facts.MinutesSince(since)).With("holds", holds)
            : new WorkloadStatus(WorkloadState.Stopping, "project.namespace_terminating", holds);
    }

    /// <summary>What holds the removal, in the controller's words; empty when it holds nothing.</summary>
    public static string Held(JsonObject seen) => string.Join("; ", Condition.From(seen)
        .Where(c => c.IsTrue && c.Message.Length > 0 && Holding.Contains(c.Type)).OrderBy(c => Array.IndexOf(Holding, c.Type)).Select(c => c.Message));
}
