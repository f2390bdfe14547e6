using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>What API servers ask of every object's metadata and no schema says: names, labels, annotations. Written from their documentation, not from the portal's rules.</summary>
internal static partial class MetadataCheck
{
    private const int AnnotationBytes = 256 * 1024;

    // Kinds whose names are path segments or subdomains; all others are held to a DNS label, as their controllers make pods of them.
    private static readonly string[] SubdomainKinds =
    [
        "ConfigMap", "Secret", "Event", "ClusterQueue", "LocalQueue", "ResourceFlavor", "WorkloadPriorityClass", "Topology", "Cohort", "RoleBinding",
        "Role", "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "KafkaTopic", "KafkaUser", "PersistentVolumeClaim", "PrometheusRule",
        "ServiceMonitor", "HTTPRoute", "Route", "Ingress", "ServiceAccount", "NetworkPolicy", "ResourceQuota", "LimitRange", "HardwareProfile",
        "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding", "PodDisruptionBudget", "HorizontalPodAutoscaler", "ObjectBucketClaim",
    ];

    public static void Check(JsonObject manifest, List<string> problems)
    {
        if (manifest["metadata"] is not JsonObject metadata)
        {
            problems.Add("metadata: is required");
            return;
        }
        var kind = manifest["kind"]?.ToString() ?? "";
        if (metadata["name"]?.ToString() is { } name)
        {
            var good = kind switch
            {
                "ClusterRole" or "ClusterRoleBinding" or "Role" or "RoleBinding" => name.Length > 0 && !name.Contains('/') && !name.Contains('%'),
                _ when SubdomainKinds.Contains(kind) => name.Length <= 253 && Subdomain().IsMatch(name),
                _ => name.Length <= 63 && Label().IsMatch(name),
            };
            if (!good)
                problems.Add($"metadata.name: \"{name}\" is no name of a {kind}");
        }
        else if (metadata["generateName"] is null)
        {
            problems.Add("metadata.name: is required");
        }
        CheckKeys(metadata, "labels", problems);
        CheckKeys(metadata, "annotations", problems);
        foreach (var (key, value) in metadata["labels"] as JsonObject ?? [])
        {
            if (value?.ToString() is { Length: > 0 } text && (text.Length > 63 || !Name().IsMatch(text)))
                problems.Add($"metadata.labels.{key}: \"{text}\" is no label value");
        }
        if ((metadata["annotations"] as JsonObject ?? []).Sum(a => Encoding.UTF8.GetByteCount(a.Key + a.Value)) > AnnotationBytes)
            problems.Add("metadata.annotations: more than 256 KiB");
    }

    private static void CheckKeys(JsonObject metadata, string part, List<string> problems)
    {
        foreach (var (key, _) in metadata[part] as JsonObject ?? [])
        {
            var pieces = key.Split('/');
            if (pieces.Length > 2 || pieces[^1].Length is 0 or > 63 || !Name().IsMatch(pieces[^1])
                || (pieces.Length == 2 && (pieces[0].Length > 253 || !Subdomain().IsMatch(pieces[0]))))
            {
                problems.Add($"metadata.{part}: \"{key}\" is no key");
            }
        }
    }

    [GeneratedRegex(@"^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\z", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex Label();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking)]
    private static partial Regex Subdomain();
}
