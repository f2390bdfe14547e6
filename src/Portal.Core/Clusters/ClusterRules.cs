using System.Text.RegularExpressions;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>What a registration may say. Pure.</summary>
public static partial class ClusterRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest address of an API server, in characters.</summary>
    public const int ServerLimit = 500;

    /// <summary>Most labels of one cluster.</summary>
    public const int LabelLimit = 20;

    // Keys that mean something to Kubernetes, to an operator or to the portal: a person's note must never be taken for one.
    private static readonly string[] Reserved =
    [
        "kubernetes.io", "k8s.io", "x-k8s.io", "openshift.io", "opendatahub.io", "kubeflow.org", "pod-security.kubernetes.io",
        "argoproj.io", "helm.sh", "istio.io", "mlops-portal",
    ];

    /// <summary>Null when the content can be stored; otherwise the first refusal, with its field.</summary>
    public static Refusal? Check(ClusterContent content) =>
        TextRules.CheckRequired("Name", content.Name, NameLimit)
        ?? TextRules.Check("Region", content.Region, ProjectRules.CodeLimit)
        ?? (Enum.IsDefined(content.Kind) ? null : new Refusal("registration.kind_unknown", Field: "Kind"))
        ?? (content.DataClasses.Count == 0 ? new Refusal("registration.data_class_none", Field: "DataClasses") : null)
        ?? (content.DataClasses.All(Enum.IsDefined) ? null : new Refusal("registration.data_class_unknown", Field: "DataClasses"))
        ?? (content.Labels.Count > LabelLimit
            ? new Refusal("registration.labels_many", Field: "Labels").With("limit", LabelLimit).With("count", content.Labels.Count) : null)
        ?? content.Labels.Select(l => CheckLabel(l.Key, l.Value)).FirstOrDefault(r => r is not null);

    /// <summary>Null when a person may use the label: a Kubernetes key and value, and a prefix that belongs to nobody.</summary>
    public static Refusal? CheckLabel(string key, string value)
    {
        if (IsReserved(key) is { } prefix)
            return new Refusal("label.reserved", Field: "Labels").With("key", key).With("prefix", prefix);
        if (key.Length > 317 || !Key().IsMatch(key))
            return new Refusal("label.key_bad", Field: "Labels").With("key", key);
        return value.Length <= 63 && Value().IsMatch(value) ? null : new Refusal("label.value_bad", Field: "Labels").With("key", key).With("value", value);
    }

    private static string? IsReserved(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var prefix = (slash < 0 ? "" : key[..slash]).ToLowerInvariant();
        if (prefix.Length == 0)
            return null;
        return Reserved.FirstOrDefault(r => prefix == r || prefix.EndsWith("." + r, StringComparison.Ordinal))
            ?? (prefix.StartsWith("pod-security", StringComparison.Ordinal) ? "pod-security" : null)
            ?? (prefix.EndsWith(".x-k8s.io", StringComparison.Ordinal) ? "x-k8s.io" : null);
    }

    [GeneratedRegex(@"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Key();

    [GeneratedRegex(@"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Value();
}
