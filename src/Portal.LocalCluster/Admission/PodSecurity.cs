using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Rules;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>
/// Pod Security admission: the labels of a namespace say which standard its pods are held to. Enforced for pods; warned of
/// for the templates of what makes pods too. Nothing is audited here, so that the audit labels are checked and no more.
/// </summary>
internal sealed class PodSecurity(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    private const string Prefix = "pod-security.kubernetes.io/";
    private const string Unchecked = "privileged";

    private static readonly string[] Levels = [Unchecked, "baseline", "restricted"];
    private static readonly string[] Modes = ["enforce", "audit", "warn"];

    public void Check(AdmissionRequest request)
    {
        if (request.Options.Subresource.Length > 0) return;
        if (request.Type is { Group: "", Plural: "namespaces" }) CheckNamespace(request);
        else if (PodOf(request) is { } pod && store.Find(catalog.Stored("namespaces")!, ns: null, request.Namespace) is { } home) CheckPod(request, home.Labels, pod);
    }

    /// <summary>The pod itself, or the template of what makes pods.</summary>
    private static JsonObject? PodOf(AdmissionRequest request) => request.Type.GroupResource switch
    {
        "pods" => request.Object,
        "deployments.apps" or "statefulsets.apps" or "replicasets.apps" or "daemonsets.apps" or "jobs.batch" or "replicationcontrollers" => request.Object.Map("spec", "template"),
        "cronjobs.batch" => request.Object.Map("spec", "jobTemplate", "spec", "template"),
        "podtemplates" => request.Object.Map("template"),
        _ => null,
    };

    private static void CheckPod(AdmissionRequest request, IReadOnlyDictionary<string, string> labels, JsonObject pod)
    {
        var isPod = request.Type.GroupResource == "pods";
        var (enforced, warned) = (Policy.Of(labels, "enforce"), Policy.Of(labels, "warn"));
        if (isPod && request.Old is { } old && IsInsignificant(old, pod)) return;
        if (isPod && Violations(enforced, pod) is { Count: > 0 } forbidden)
            throw Refusals.Forbidden(request.Type, request.Name, $"violates PodSecurity \"{enforced}\": {string.Join(", ", forbidden)}");
        if (Violations(warned, pod) is { Count: > 0 } doubtful) request.Options.Warnings.Add($"would violate PodSecurity \"{warned}\": {string.Join(", ", doubtful)}");
    }

    /// <summary>What is judged of a pod may change in its containers, and in what older ones say of seccomp in annotations.</summary>
    private static bool IsInsignificant(JsonObject old, JsonObject pod) =>
        Seccomp(old).SequenceEqual(Seccomp(pod))
        && ((ReadOnlySpan<string>)["containers", "initContainers", "ephemeralContainers"]).ToArray().All(list => JsonNode.DeepEquals(old.At("spec", list), pod.At("spec", list)));

    private static IEnumerable<(string, string?)> Seccomp(JsonObject pod) => (pod.Map("metadata", "annotations") ?? [])
        .Where(pair => pair.Key.Contains("seccomp.security.alpha.kubernetes.io/", StringComparison.Ordinal))
        .Select(pair => (pair.Key, pair.Value.AsText())).OrderBy(pair => pair.Key, StringComparer.Ordinal);

    private void CheckNamespace(AdmissionRequest request)
    {
        var labels = LabelSelector.LabelsOf(request.Object);
        var before = request.Old is null ? new Dictionary<string, string>() : LabelSelector.LabelsOf(request.Old);
        var causes = new Causes();
        foreach (var mode in Modes)
        {
            CheckLabel(mode, value => Levels.Contains(value, StringComparer.Ordinal), "must be one of privileged, baseline, restricted");
            CheckLabel(mode + "-version", Policy.IsVersion, "must be \"latest\" or \"v1.x\"");
        }
        if (causes.Any) throw Refusals.Invalid(request.Type, request.Name, causes);
        if (request.Old is null) return;

        var (old, now) = (Policy.Of(before, "enforce"), Policy.Of(labels, "enforce"));
        if (now == old || Array.IndexOf(Levels, now.Level) <= (now.Version == old.Version ? Array.IndexOf(Levels, old.Level) : 0)) return;
        WarnOfPods(request, now);

        void CheckLabel(string mode, Func<string, bool> isKnown, string why)
        {
            if (labels.TryGetValue(Prefix + mode, out var value) && !isKnown(value) && before.GetValueOrDefault(Prefix + mode) != value)
                causes.Invalid($"metadata.labels[{Prefix}{mode}]", JsonValue.Create(value), why);
        }
    }

    /// <summary>Pods that are there stay; those that would not be let in again are named.</summary>
    private void WarnOfPods(AdmissionRequest request, Policy policy)
    {
        var found = store.Objects(catalog.Stored("pods")!, request.Name).Select(stored => (stored.Name, Reasons: PodStandards.Violations(policy.Level, stored.Read()).Select(violation => violation.Reason).ToList()))
            .Where(pod => pod.Reasons.Count > 0).GroupBy(pod => string.Join(", ", pod.Reasons), pod => pod.Name, StringComparer.Ordinal).ToList();
        if (found.Count == 0) return;
        request.Options.Warnings.Add($"existing pods in namespace \"{request.Name}\" violate the new PodSecurity enforce level \"{policy}\"");
        foreach (var alike in found)
        {
            var others = alike.Count() - 1;
            request.Options.Warnings.Add($"{alike.First()}{(others == 0 ? "" : others == 1 ? " (and 1 other pod)" : $" (and {others} other pods)")}: {alike.Key}");
        }
    }

    private static List<string> Violations(Policy policy, JsonObject pod) =>
        policy.Level == Unchecked ? [] : [.. PodStandards.Violations(policy.Level, pod).Select(violation => $"{violation.Reason} ({violation.Detail})")];

    /// <summary>A standard in the version that a namespace asks for. There is one version of the checks here, the newest.</summary>
    private sealed record Policy(string Level, string Version)
    {
        /// <summary>A level that is none, from before the labels were checked, is the strictest.</summary>
        public static Policy Of(IReadOnlyDictionary<string, string> labels, string mode)
        {
            var level = labels.GetValueOrDefault(Prefix + mode) ?? Unchecked;
            return new Policy(Levels.Contains(level, StringComparer.Ordinal) ? level : Levels[^1], labels.GetValueOrDefault(Prefix + mode + "-version") ?? "latest");
        }

        public static bool IsVersion(string text) =>
            text == "latest" || (text.StartsWith("v1.", StringComparison.Ordinal) && text.Length > 3 && text.AsSpan(3).IndexOfAnyExceptInRange('0', '9') < 0);

        public override string ToString() => $"{Level}:{Version}";
    }
}
