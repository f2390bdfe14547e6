using Portal.Core.Cluster;

namespace Portal.Core.Workloads;

/// <summary>The kind of cluster object that carries a workload out, and why this one. The operator's own goes before plain Kubernetes.</summary>
/// <param name="Kind">The kind, in the version that the cluster serves.</param>
/// <param name="Reason">Code of the sentence that says why, for example <c>choice.served</c>.</param>
public sealed record WorkloadChoice(ResourceType Kind, string Reason)
{
    /// <summary>The operator's kind is served.</summary>
    public const string Served = "choice.served";

    /// <summary>As it is stored and shown: <c>kubeflow.org/v1 Notebook</c>.</summary>
    public string RunsAs => $"{Kind.ApiVersion} {Kind.Kind}";
}

/// <summary>Questions about what a cluster serves.</summary>
public static class ServedKinds
{
    /// <summary>The first of a kind's known versions that the cluster serves, or null when it serves none that the portal can write.</summary>
    /// <param name="known">The versions that the portal can write, the one it likes best first.</param>
    public static ResourceType? FirstServed(this IEnumerable<ResourceType> served, params IEnumerable<ResourceType> known) =>
        known.FirstOrDefault(k => served.Any(s => s.Group == k.Group && s.Plural == k.Plural && s.Version == k.Version));
}
