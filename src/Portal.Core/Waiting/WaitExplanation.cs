using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>
/// Explains waiting from a snapshot: conditions and arithmetic first, the words of messages last. Pure: values in, values out.
/// </summary>
public static class WaitExplanation
{
    /// <summary>Why a workload waits.</summary>
    /// <param name="workload">Kueue's Workload of it, or null where there is none.</param>
    /// <param name="pod">Its newest pod, or null.</param>
    public static WaitAnalysis For(WaitSnapshot snapshot, JsonObject? workload, JsonObject? pod)
    {
        if (workload is not null && QueueHealth.IsDeactivated(workload))
            return new WaitAnalysis(WaitKind.Other, []);
        if (workload is not null && QueueHealth.Waits(workload))
            return InQueue(snapshot, workload);
        if (workload is not null && Condition.Find(workload, "QuotaReserved") is { IsFalse: true } && QueueHealth.Aside(workload) is { } aside)
            return Aside(workload, aside);
        if (workload is not null && Condition.Find(workload, "Admitted") is not { IsTrue: true } && Condition.Find(workload, "QuotaReserved") is { IsTrue: true })
            return new WaitAnalysis(WaitKind.AdmissionCheck, []);
        return OnNodes(snapshot, pod);
    }

    private static WaitAnalysis Aside(JsonObject workload, Condition aside) => workload.Time("status", "requeueState", "requeueAt") is { } until
        ? new WaitAnalysis(WaitKind.Backoff, []) { Until = until }
        : new WaitAnalysis(aside.Reason is "ClusterQueueStopped" or "LocalQueueStopped" ? WaitKind.Queue : WaitKind.Other, []);

    private static WaitAnalysis InQueue(WaitSnapshot snapshot, JsonObject workload)
    {
        var queued = snapshot.Queued();
        var self = queued.FirstOrDefault(q => ReferenceEquals(q.Object, workload) || (q.Name == workload.Name() && q.Namespace == workload.Text("metadata", "namespace")));
        if (self is null || self.ClusterQueue.Length == 0)
            return new WaitAnalysis(WaitKind.Queue, []);
        var tree = QuotaTree.From(snapshot.ClusterQueues, snapshot.Cohorts, queued);
        var rows = WaitRows.Of(self, tree, snapshot.Flavors);
        var line = queued.Where(q => q.ClusterQueue == self.ClusterQueue && q.Waits).Order(Line.Instance).ToList();
        var ahead = line.TakeWhile(q => q != self).ToList();
        var spec = self.PodSets.FirstOrDefault().Spec;
        var fit = spec is null || snapshot.Nodes.Count == 0 ? null : NodeFit.Of(spec, snapshot.Nodes, snapshot.Held);
        var strict = snapshot.ClusterQueues.FirstOrDefault(c => c.Name() == self.ClusterQueue).Text("spec", "queueingStrategy") == "StrictFIFO";
        var analysis = new WaitAnalysis(WaitKind.Quota, rows) { ClusterQueue = self.ClusterQueue, IsStrict = strict, Position = ahead.Count + 1, Priority = self.Priority, Nodes = fit };
        var key = analysis.Bottleneck?.Key ?? default;
        var beside = tree.Competitors(self.ClusterQueue).ToHashSet(StringComparer.Ordinal);
        var elsewhere = queued.Where(q => q.Waits && beside.Contains(q.ClusterQueue) && q.Requests.GetValueOrDefault(key.Resource) > 0
            && tree.Flavors(q.ClusterQueue, key.Resource).Contains(key.Flavor)).ToList();
        // The head of a strict queue blocks the others; else those who need more than there is are passed.
        var taken = ahead.Exists(a => strict || WaitRows.Starts(a, tree, snapshot.Flavors));
        return analysis with
        {
            IsTaken = taken,
            Elsewhere = elsewhere.Count,
            Before =
            [
                .. ahead.Concat(elsewhere.Where(q => Line.Instance.Compare(q, self) < 0)).Order(Line.Instance)
                    .Select(q => tree.Taken(self.ClusterQueue, key, q.ClusterQueue, q.Requests.GetValueOrDefault(key.Resource))).Where(amount => amount > 0),
            ],
            Kind = KindOf(workload, rows, WaitRows.LacksPool(self, tree, snapshot.Flavors), ahead.Count, fit),
            Ahead = [.. ahead.Select(a => new WaitRival(a.Namespace, a.Requests.GetValueOrDefault(key.Resource), a.Priority, a.QueuedAt))],
            Holders = WaitRows.Holders(self, rows, tree, queued),
            Options = StartOptions.For(self, rows, tree, taken, snapshot),
        };
    }

    private static WaitKind KindOf(JsonObject workload, IReadOnlyList<WaitRow> rows, bool lacksPool, int ahead, NodeFit? fit)
    {
        var said = QueueHealth.From(workload)?.Reason ?? "";
        if (said is "quota.stopped" or "quota.no_queue" or "quota.no_flavor")
            return WaitKind.Queue;
        if (said == "quota.taints" || lacksPool)
            return WaitKind.NoNode;
        // One resource with no pool that could ever hold it decides; a pool that cannot is no harm while another can.
        var byResource = rows.GroupBy(r => r.Key.Resource).ToList();
        if (said is "quota.not_granted" || byResource.Any(g => g.All(r => r.Needed > r.Capacity)))
            return WaitKind.NeverFits;
        var missing = byResource.Where(g => g.All(r => r.ShortBy > 0)).ToList();
        if (missing.Count > 0)
            return said == "quota.preempting" || missing.All(g => g.Any(r => r.Reclaimable >= r.ShortBy)) ? WaitKind.Reclaim : WaitKind.Quota;
        if (said == "quota.topology")
            return WaitKind.Topology;
        if (fit is { IsFragmented: true })
            return WaitKind.Fragmentation;
        return ahead > 0 ? WaitKind.Priority : said == "quota.waiting" ? WaitKind.Quota : WaitKind.Starting;
    }

    private static WaitAnalysis OnNodes(WaitSnapshot snapshot, JsonObject? pod)
    {
        if (pod is null)
            return new WaitAnalysis(WaitKind.Starting, []);
        var cause = PodHealth.From(pod);
        if (Condition.Find(pod, "PodScheduled") is not { IsFalse: true })
            return new WaitAnalysis(OfCause(cause), []);
        // The queue still keeps it from the nodes, and has said nothing of it.
        if (PodHealth.IsGated(pod))
            return new WaitAnalysis(WaitKind.Other, []);
        var fit = NodeFit.Of(pod.At("spec")!, snapshot.Nodes, snapshot.Held);
        // Nobody asks for a place: it is shown only where that is what is missing.
        var rows = fit.Wanted.Select(w => new WaitRow(new ResourceKey("", w.Key), w.Value, fit.Largest.GetValueOrDefault(w.Key), fit.Free.GetValueOrDefault(w.Key), 0, 0))
            .Where(r => r.Key.Resource != NodeFit.Places || r.ShortBy > 0).ToList();
        var analysis = new WaitAnalysis(OfNodes(fit, cause), rows) { Nodes = fit };
        return analysis is { Kind: WaitKind.Room or WaitKind.Fragmentation, Bottleneck: { ShortBy: > 0 } row }
            ? analysis with { Holders = WaitRows.Holders(row.Key, fit, snapshot.Held) } : analysis;
    }

    private static WaitKind OfNodes(NodeFit fit, WorkloadStatus cause)
    {
        if (cause.Reason.StartsWith("pod.volume", StringComparison.Ordinal))
            return WaitKind.Volume;
        if (cause.Reason == "pod.topology")
            return WaitKind.Topology;
        if (fit.Usable == 0)
            return fit.Pressed.Count > 0 ? WaitKind.NodePressure : WaitKind.NoNode;
        if (fit.IsFragmented)
            return WaitKind.Fragmentation;
        if (fit.Fitting == 0)
            return fit.Pressed.Count > 0 ? WaitKind.NodePressure : WaitKind.Room;
        // The scheduler sees more than is counted here: affinities, ports, claims of devices.
        return cause.Reason switch
        {
            "pod.no_room" => WaitKind.Room,
            "pod.node_pressure" => WaitKind.NodePressure,
            "pod.taint" or "pod.nodes_down" or "pod.no_node" => WaitKind.NoNode,
            _ => WaitKind.Starting,
        };
    }

    private static WaitKind OfCause(WorkloadStatus cause) => cause.Reason switch
    {
        _ when cause.Reason.StartsWith("pod.image", StringComparison.Ordinal) || cause.Reason is "pod.registry_down" => WaitKind.Image,
        "pod.mount" or "pod.volume_in_use" => WaitKind.Volume,
        "pod.starting" or "pod.not_ready" or "" => WaitKind.Starting,
        _ => WaitKind.Other,
    };

    /// <summary>Kueue's order in a ClusterQueue: higher priority first, then who has stood longer.</summary>
    private sealed class Line : IComparer<QueuedWorkload>
    {
        public static readonly Line Instance = new();

        public int Compare(QueuedWorkload? x, QueuedWorkload? y)
        {
            var byPriority = y!.Priority.CompareTo(x!.Priority);
            var byTime = byPriority != 0 ? byPriority : x.QueuedAt.CompareTo(y.QueuedAt);
            return byTime != 0 ? byTime : string.CompareOrdinal(x.Namespace + "/" + x.Name, y.Namespace + "/" + y.Name);
        }
    }
}
