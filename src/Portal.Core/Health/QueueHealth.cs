using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Why a queued workload waits, from Kueue's Workload. Pure.</summary>
public static class QueueHealth
{
    /// <summary>The Workload that Kueue made for an object, or null when there is none yet.</summary>
    public static JsonObject? Find(IEnumerable<JsonObject> workloads, string ownerUid) =>
        workloads.FirstOrDefault(w => w.Text("metadata", "labels", "kueue.x-k8s.io/job-uid") == ownerUid
            || w.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == ownerUid));

    /// <summary>The Workload of an object or of its pod: Kueue makes it for each pod of what it does not know as a job.</summary>
    public static JsonObject? Find(IReadOnlyList<JsonObject> workloads, JsonObject owner, JsonObject? pod) =>
        Find(workloads, owner.Text("metadata", "uid") ?? "") ?? (pod.Text("metadata", "uid") is { Length: > 0 } uid ? Find(workloads, uid) : null);

    /// <summary>Its place among the workloads of its queue that still wait for quota, from 1, by priority and then age; 0 when it does not wait.</summary>
    public static int Position(JsonObject workload, IEnumerable<JsonObject> all)
    {
        if (!Waits(workload))
            return 0;
        var queue = workload.Text("spec", "queueName");
        return 1 + all.Count(w => w.Text("spec", "queueName") == queue && Waits(w) && Before(w, workload));
    }

    /// <summary>True while it stands in its queue: it has no quota, has not ended, and was not put aside.</summary>
    public static bool Waits(JsonObject workload) => Condition.Find(workload, "QuotaReserved") is not { IsTrue: true }
        && Condition.Find(workload, "Finished") is not { IsTrue: true } && !IsDeactivated(workload) && Aside(workload) is null;

    /// <summary>True when nobody wants it to start.</summary>
    public static bool IsDeactivated(JsonObject workload) => workload.Text("spec", "active") == "false";

    /// <summary>Why Kueue keeps a workload that was put back out of its queue, or null where it does not.</summary>
    public static Condition? Aside(JsonObject workload) => Condition.Find(workload, "Requeued") is { IsFalse: true } aside ? aside : null;

    // Creation times are RFC 3339 in UTC with whole seconds, so that their order is that of the text; the name breaks ties.
    private static bool Before(JsonObject one, JsonObject other) =>
        (Priority(other).CompareTo(Priority(one)),
            string.CompareOrdinal(one.Text("metadata", "creationTimestamp"), other.Text("metadata", "creationTimestamp")),
            string.CompareOrdinal(one.Name(), other.Name())) is ( < 0, _, _) or (0, < 0, _) or (0, 0, < 0);

    private static int Priority(JsonObject workload) =>
        int.TryParse(workload.Text("spec", "priority"), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var priority) ? priority : 0;

    /// <summary>Null once the workload is admitted: from there the pod tells the rest.</summary>
    public static WorkloadStatus? From(JsonObject workload)
    {
        if (Condition.Find(workload, "Finished") is { IsTrue: true })
            return null;
        var evicted = Condition.Find(workload, "Evicted") is { IsTrue: true } e ? e : null;
        if (IsDeactivated(workload))
            return new(WorkloadState.Attention, "quota.deactivated", evicted?.Message ?? "");
        if (Condition.Find(workload, "Admitted") is { IsTrue: true })
            return null;
        if (Condition.Find(workload, "QuotaReserved") is not { } reserved)
            return new(WorkloadState.Pending, "quota.queued");
        if (reserved.IsTrue)
            return Checks(workload, reserved);
        if (CauseMatcher.Match(EvidenceSource.Queue, reserved.Reason, reserved.Message) is { } known)
            return known.Reason == "quota.waiting" ? Counted(known, workload) : known;
        var put = evicted is null ? null : CauseMatcher.Match(EvidenceSource.Evicted, evicted.Reason, evicted.Message);
        return put ?? new WorkloadStatus(WorkloadState.Pending, "quota.queued", reserved.Message);
    }

    private static WorkloadStatus Checks(JsonObject workload, Condition reserved)
    {
        var open = workload.Items("status", "admissionChecks").Where(c => c.Text("state") != "Ready").ToList();
        var rejected = open.FirstOrDefault(c => c.Text("state") == "Rejected");
        var shown = rejected ?? open.FirstOrDefault();
        var detail = shown.Text("message") is { Length: > 0 } said ? said : reserved.Message;
        return (rejected is null ? new WorkloadStatus(WorkloadState.Pending, "quota.checks", detail)
            : new WorkloadStatus(WorkloadState.Attention, "quota.check_rejected", detail)).With("check", shown.Text("name") ?? "?");
    }

    private static WorkloadStatus Counted(WorkloadStatus status, JsonObject workload)
    {
        var needed = Needed(workload, status.Arguments["resource"]);
        return Quantity.Parse(status.Arguments["short"]) is not { } missing
            ? status.With("needed", "?").With("free", "?")
            : status.With("needed", Amount(needed)).With("free", Amount(Math.Max(0, needed - missing))).With("short", Amount(missing));

        // Requests are written in any of the notations, and their sum has the decimals of the finest: 4.000 for 500m and 3500m.
        string Amount(decimal amount) => status.Arguments["resource"] is "memory" or "ephemeral-storage"
            ? string.Create(CultureInfo.InvariantCulture, $"{amount / (1 << 30):0.#} GiB") : amount.ToString("0.###", CultureInfo.InvariantCulture);
    }

    private static decimal Needed(JsonObject workload, string resource) => workload.Items("spec", "podSets")
        .Sum(set => PodHolding.RequestsOf(set.At("template", "spec")).GetValueOrDefault(resource) * (Quantity.Parse(set.Text("count") ?? "1") ?? 1));
}
