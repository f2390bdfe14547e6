using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Portal.Core.Cluster;

namespace Portal.Core.Workloads;

/// <summary>Why a queued workload waits, from Kueue's Workload. Pure. Wording of the messages: kueue 0.19 flavorassigner.</summary>
public static partial class QueueHealth
{
    /// <summary>The Workload that Kueue made for an object, or null when there is none yet.</summary>
    public static JsonObject? Find(IEnumerable<JsonObject> workloads, string ownerUid) =>
        workloads.FirstOrDefault(w => w.Text("metadata", "labels", "kueue.x-k8s.io/job-uid") == ownerUid
            || w.Items("metadata", "ownerReferences").Any(o => o.Text("uid") == ownerUid));

    /// <summary>Its place among the workloads of its queue that still wait for quota, from 1, oldest first; 0 when it does not wait.</summary>
    public static int Position(JsonObject workload, IEnumerable<JsonObject> all)
    {
        if (!Waits(workload))
            return 0;
        var queue = workload.Text("spec", "queueName");
        return 1 + all.Count(w => w.Text("spec", "queueName") == queue && Waits(w) && Older(w, workload));
    }

    private static bool Waits(JsonObject workload) => Condition.Find(workload, "QuotaReserved") is not { IsTrue: true }
        && Condition.Find(workload, "Finished") is not { IsTrue: true };

    // Creation times are RFC 3339 in UTC with whole seconds, so that their order is that of the text; the name breaks ties.
    private static bool Older(JsonObject one, JsonObject other) =>
        (string.CompareOrdinal(one.Text("metadata", "creationTimestamp"), other.Text("metadata", "creationTimestamp")),
            string.CompareOrdinal(one.Name(), other.Name())) is ( < 0, _) or (0, < 0);

    /// <summary>Null once the workload is admitted: from there the pod tells the rest.</summary>
    public static WorkloadStatus? From(JsonObject workload)
    {
        if (Condition.Find(workload, "Admitted") is { IsTrue: true } || Condition.Find(workload, "Finished") is { IsTrue: true })
            return null;
        if (workload.At("spec", "active")?.ToString() == "false")
            return new(WorkloadState.Attention, "quota.deactivated", Condition.Find(workload, "Evicted")?.Message ?? "");
        if (Condition.Find(workload, "QuotaReserved") is not { } reserved)
            return new(WorkloadState.Pending, "quota.queued");
        if (reserved.IsTrue)
            return new(WorkloadState.Pending, "quota.checks", reserved.Message);
        return Short(reserved.Message, workload) ?? Structural(reserved.Message);
    }

    private static WorkloadStatus? Short(string message, JsonObject workload)
    {
        var match = MoreNeeded().Match(message);
        if (!match.Success)
            return null;
        var resource = match.Groups["resource"].Value;
        var needed = Needed(workload, resource);
        var missing = Parse(match.Groups["more"].Value);
        var status = new WorkloadStatus(WorkloadState.Pending, "quota.waiting", message)
            .With("resource", resource).With("flavor", match.Groups["flavor"].Value).With("short", match.Groups["more"].Value);
        return needed is null || missing is null
            ? status.With("needed", "?").With("free", "?")
            : status.With("needed", needed).With("free", Math.Max(0, needed.Value - missing.Value));
    }

    private static WorkloadStatus Structural(string message)
    {
        if (NeverFits().Match(message) is { Success: true } never)
        {
            return new WorkloadStatus(WorkloadState.Attention, "quota.never_fits", message)
                .With("resource", never.Groups["resource"].Value).With("capacity", never.Groups["capacity"].Value);
        }
        if (message.Contains("unavailable in ClusterQueue", StringComparison.Ordinal))
            return new(WorkloadState.Attention, "quota.not_granted", message);
        if (message.Contains("doesn't exist", StringComparison.Ordinal) || message.Contains("inactive", StringComparison.Ordinal))
            return new(WorkloadState.Attention, "quota.no_queue", message);
        return new(WorkloadState.Pending, "quota.queued", message);
    }

    private static decimal? Needed(JsonObject workload, string resource)
    {
        decimal sum = 0;
        foreach (var set in workload.Items("spec", "podSets"))
        {
            var count = Parse(set.Text("count") ?? "1") ?? 1;
            foreach (var container in set.Items("template", "spec", "containers"))
            {
                if (container.Text("resources", "requests", resource) is { } text)
                {
                    if (Parse(text) is not { } amount)
                        return null;
                    sum += amount * count;
                }
            }
        }
        return sum;
    }

    private static decimal? Parse(string text) =>
        text.EndsWith('m') && decimal.TryParse(text[..^1], CultureInfo.InvariantCulture, out var milli) ? milli / 1000
        : decimal.TryParse(text, CultureInfo.InvariantCulture, out var value) ? value : null;

    [GeneratedRegex(@"insufficient unused quota for (?<resource>\S+) in flavor (?<flavor>[^,\s]+), (?<more>\S+) more needed",
        RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex MoreNeeded();

    [GeneratedRegex(@"insufficient quota for (?<resource>\S+) .*maximum capacity \((?<capacity>[^)]+)\)", RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NeverFits();
}
