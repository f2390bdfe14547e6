using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>Jobs: their defaults, the selector the server makes, and what stays as it was.</summary>
internal static class JobRules
{
    private static readonly string[] UidLabels = ["batch.kubernetes.io/controller-uid", "controller-uid"];
    private static readonly string[] NameLabels = ["batch.kubernetes.io/job-name", "job-name"];
    private static readonly string[] Scheduling = ["nodeSelector", "tolerations", "affinity", "schedulingGates"];

    public static void Default(JsonObject job, JsonObject? old)
    {
        if (job.Map("spec") is not { } spec) return;
        Spec(spec);
        if (old is not null || spec.Flag("manualSelector") == true) return;
        var labels = spec.Ensure("template", "metadata", "labels");
        foreach (var label in UidLabels) labels[label] = job.Uid();
        foreach (var label in NameLabels) labels[label] = job.Name();
        Usual(spec, "selector", Selector(job));
        Usual(spec, "manualSelector", false);
        if (job.Map("metadata", "labels") is not { Count: > 0 }) job.Ensure("metadata")["labels"] = labels.DeepClone();
    }

    private static JsonObject Selector(JsonObject job) => new() { ["matchLabels"] = new JsonObject { [UidLabels[0]] = job.Uid() } };

    public static void DefaultCron(JsonObject cron)
    {
        if (cron.Map("spec") is not { } spec) return;
        Usual(spec, "concurrencyPolicy", "Allow");
        Usual(spec, "suspend", false);
        Usual(spec, "successfulJobsHistoryLimit", 3);
        Usual(spec, "failedJobsHistoryLimit", 1);
        if (spec.Map("jobTemplate", "spec", "template", "spec") is { } pod) PodDefaults.Spec(pod);
    }

    public static void Validate(JsonObject job, JsonObject? old, Causes causes)
    {
        if (job.Map("spec") is not { } spec) return;
        if (spec.Map("template", "spec") is not { } pod)
        {
            causes.Required("spec.template.spec.containers");
            return;
        }
        if (old is null && spec.Flag("manualSelector") != true && !JsonNode.DeepEquals(spec["selector"], Selector(job)))
            causes.Invalid("spec.selector", spec["selector"], "`selector` not auto-generated");
        if (pod.Text("restartPolicy") is "Always") causes.NotSupported("spec.template.spec.restartPolicy", "\"Always\"", ["OnFailure", "Never"]);
        if (spec.Text("completionMode") == "Indexed" && !spec.ContainsKey("completions"))
            causes.Required("spec.completions", "when completion mode is Indexed");
        PodRules.Spec(pod, "spec.template.spec", causes);
        foreach (var count in (ReadOnlySpan<string>)["parallelism", "completions", "backoffLimit", "activeDeadlineSeconds", "ttlSecondsAfterFinished"])
        {
            if (spec.Whole(count) is < 0 and var number) causes.Invalid($"spec.{count}", JsonValue.Create(number), "must be greater than or equal to 0");
        }
        if (spec.Map("podFailurePolicy") is { } policy) FailurePolicy(spec, pod, policy, causes);
        if (old?.Map("spec") is { } before) Immutable(before, spec, old, causes);
    }

    private static void FailurePolicy(JsonObject spec, JsonObject pod, JsonObject policy, Causes causes)
    {
        const string Path = "spec.podFailurePolicy.rules";
        if (pod.Text("restartPolicy") != "Never")
            causes.Invalid("spec.template.spec.restartPolicy", pod.Text("restartPolicy"), "only \"Never\" is supported when podFailurePolicy is specified");
        if (spec.Text("podReplacementPolicy") != "Failed") causes.NotSupported("spec.podReplacementPolicy", $"\"{spec.Text("podReplacementPolicy")}\"", ["Failed"]);
        var index = 0;
        foreach (var rule in (policy.Items("rules") ?? []).OfType<JsonObject>())
        {
            var at = $"{Path}[{index++}]";
            if (rule.Text("action") is not ("Count" or "FailJob" or "Ignore")) causes.NotSupported($"{at}.action", $"\"{rule.Text("action")}\"", ["Count", "FailJob", "Ignore"]);
            var (codes, conditions) = (rule.Map("onExitCodes"), rule.Items("onPodConditions") is { Count: > 0 });
            if (codes is not null && conditions) causes.Invalid(at, rule, "specifying both OnExitCodes and OnPodConditions is not supported");
            if (codes is null && !conditions) causes.Invalid(at, rule, "specifying one of OnExitCodes and OnPodConditions is required");
            if (codes is not null && codes.Text("operator") is not ("In" or "NotIn")) causes.NotSupported($"{at}.onExitCodes.operator", $"\"{codes.Text("operator")}\"", ["In", "NotIn"]);
            if (codes?.Text("operator") == "In" && (codes.Items("values") ?? []).Any(value => value.AsWhole() == 0))
                causes.Invalid($"{at}.onExitCodes.values", JsonValue.Create(0), "must not be 0 for the In operator");
        }
    }

    private static void Spec(JsonObject spec)
    {
        if (!spec.ContainsKey("completions") && !spec.ContainsKey("parallelism")) spec["completions"] = 1;
        Usual(spec, "parallelism", 1);
        Usual(spec, "backoffLimit", 6);
        Usual(spec, "completionMode", "NonIndexed");
        Usual(spec, "suspend", false);
        Usual(spec, "podReplacementPolicy", spec.ContainsKey("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
        foreach (var pattern in (spec.Items("podFailurePolicy", "rules") ?? []).OfType<JsonObject>().SelectMany(rule => rule.Items("onPodConditions")?.OfType<JsonObject>() ?? []))
            Usual(pattern, "status", "True");
        if (spec.Map("template", "spec") is { } pod) PodDefaults.Spec(pod);
    }

    private static void Immutable(JsonObject before, JsonObject spec, JsonObject old, Causes causes)
    {
        // While a job waits and has never started, a queue may still say where its pods shall go.
        var movable = before.Flag("suspend") == true && old.Text("status", "startTime") is null;
        if (!JsonNode.DeepEquals(Template(before, movable), Template(spec, movable))) causes.Invalid("spec.template", spec["template"], "field is immutable");
        if (!JsonNode.DeepEquals(before["selector"], spec["selector"])) causes.Invalid("spec.selector", spec["selector"], "field is immutable");
        if (before.Text("completionMode") != "Indexed" && !JsonNode.DeepEquals(before["completions"], spec["completions"]))
            causes.Invalid("spec.completions", spec["completions"], "field is immutable");
    }

    private static JsonNode? Template(JsonObject spec, bool movable)
    {
        var template = spec["template"]?.DeepClone() as JsonObject;
        if (template is null || !movable) return template;
        foreach (var field in Scheduling) template.Map("spec")?.Remove(field);
        template.Remove("metadata");
        return template;
    }
}
