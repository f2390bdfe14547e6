using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Discovery;

/// <summary>What <c>kubectl get pods</c> says of a pod.</summary>
internal static class PodCells
{
    public static JsonNode? Ready(JsonObject pod)
    {
        var statuses = Statuses(pod, "containerStatuses").ToList();
        return $"{statuses.Count(status => status.Flag("ready") == true)}/{pod.Items("spec", "containers")?.Count ?? 0}";
    }

    public static JsonNode? Restarts(JsonObject pod)
    {
        var statuses = Statuses(pod, "containerStatuses").ToList();
        var count = statuses.Sum(status => status.Whole("restartCount") ?? 0);
        var last = statuses.Select(status => status.Text("lastState", "terminated", "finishedAt")).Where(time => time is not null).Max(StringComparer.Ordinal);
        return count > 0 && last is not null ? $"{count} ({Tables.Age(last)} ago)" : count.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    public static JsonNode? Status(JsonObject pod)
    {
        var reason = pod.Text("status", "reason") ?? pod.Text("status", "phase") ?? "Pending";
        var gates = (pod.Items("status", "conditions") ?? []).OfType<JsonObject>();
        if (gates.Any(gate => gate.Text("type") == "PodScheduled" && gate.Text("reason") == "SchedulingGated")) reason = "SchedulingGated";
        var initializing = false;
        var initStatuses = Statuses(pod, "initContainerStatuses").ToList();
        for (var i = 0; i < initStatuses.Count; i++)
        {
            var state = initStatuses[i].Map("state") ?? [];
            if (state.Map("terminated") is { } ended && ended.Whole("exitCode") == 0) continue;
            initializing = true;
            reason = state.Map("terminated") is { } failed ? "Init:" + (failed.Text("reason") ?? $"ExitCode:{failed.Whole("exitCode")}")
                : state.Text("waiting", "reason") is { } waiting and not "PodInitializing" ? "Init:" + waiting
                : $"Init:{i}/{initStatuses.Count}";
            break;
        }
        if (!initializing)
        {
            foreach (var status in Statuses(pod, "containerStatuses").Reverse())
            {
                var state = status.Map("state") ?? [];
                if (state.Text("waiting", "reason") is { } waiting) reason = waiting;
                else if (state.Map("terminated") is { } ended) reason = ended.Text("reason") ?? $"ExitCode:{ended.Whole("exitCode")}";
            }
        }
        return pod.IsDeleting() ? "Terminating" : reason;
    }

    private static IEnumerable<JsonObject> Statuses(JsonObject pod, string list) => (pod.Items("status", list) ?? []).OfType<JsonObject>();
}
