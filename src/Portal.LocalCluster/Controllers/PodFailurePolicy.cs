using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>What a Job's spec.podFailurePolicy says of a failed pod: the first rule that matches it decides.</summary>
internal readonly record struct PodFailurePolicy(string Action, string Message)
{
    public const string Count = "Count";
    public const string Ignore = "Ignore";
    public const string FailJob = "FailJob";

    public static PodFailurePolicy Of(JsonObject job, JsonObject pod)
    {
        int index = 0;
        foreach (JsonObject rule in job.Each("spec", "podFailurePolicy", "rules"))
        {
            string action = rule.Text("action") ?? Count;
            string? match = rule.Map("onExitCodes") is { } codes ? ByExitCode(pod, codes) : ByCondition(pod, rule);
            if (match is not null) return new PodFailurePolicy(action, FormattableString.Invariant($"{match} matching {action} rule at index {index}"));
            index++;
        }
        return new PodFailurePolicy(Count, "");
    }

    private static string? ByExitCode(JsonObject pod, JsonObject rule)
    {
        HashSet<long> values = [.. (rule.Items("values") ?? []).Select(value => value.AsWhole() ?? 0)];
        bool wantedIn = rule.Text("operator") == "In";
        string? named = rule.Text("containerName");
        foreach (JsonObject status in pod.Each("status", "containerStatuses").Concat(pod.Each("status", "initContainerStatuses")))
        {
            if (named is not null && status.Text("name") != named) continue;
            if (status.Whole("state", "terminated", "exitCode") is not { } code || code == 0 || values.Contains(code) != wantedIn) continue;
            return FormattableString.Invariant($"Container {status.Text("name")} for pod {pod.Key()} failed with exit code {code}");
        }
        return null;
    }

    private static string? ByCondition(JsonObject pod, JsonObject rule)
    {
        foreach (JsonObject pattern in rule.Each("onPodConditions"))
        {
            string type = pattern.Text("type") ?? "";
            if (Conditions.Find(pod, type)?.Text("status") == (pattern.Text("status") ?? "True")) return $"Pod {pod.Key()} has condition {type}";
        }
        return null;
    }
}
