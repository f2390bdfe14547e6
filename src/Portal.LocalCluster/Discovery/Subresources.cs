using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Discovery;

/// <summary>One path below an object: its name, the kind it takes or answers, and its verbs.</summary>
internal sealed record Subresource(string Name, string Group, string Version, string Kind, params string[] Verbs)
{
    private static readonly string[] ReadWrite = ["get", "patch", "update"];

    public static IEnumerable<Subresource> Of(ResourceType type)
    {
        switch (type.GroupResource)
        {
            case "pods":
                yield return new("binding", "", "v1", "Binding", "create");
                yield return new("eviction", "policy", "v1", "Eviction", "create");
                yield return new("exec", "", "v1", "PodExecOptions", "create", "get");
                yield return new("log", "", "v1", "Pod", "get");
                yield return new("portforward", "", "v1", "PodPortForwardOptions", "create", "get");
                yield return new("proxy", "", "v1", "PodProxyOptions", "create", "delete", "get", "patch", "update");
                break;
            case "services":
                yield return new("proxy", "", "v1", "ServiceProxyOptions", "create", "delete", "get", "patch", "update");
                break;
            case "serviceaccounts":
                yield return new("token", "authentication.k8s.io", "v1", "TokenRequest", "create");
                break;
            case "namespaces":
                yield return new("finalize", "", "v1", "Namespace", "update");
                break;
        }
        if (type.Group == Kueue.Visibility.Group) yield return new(Kueue.Visibility.Pending, type.Group, type.Version, "PendingWorkloadsSummary", "get");
        if (type.Scale is not null) yield return new("scale", "autoscaling", "v1", "Scale", ReadWrite);
        if (type.HasStatus) yield return new("status", type.Group, type.Version, type.Kind, ReadWrite);
    }
}
