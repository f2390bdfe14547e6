using Portal.Core.Cluster;

namespace Portal.Core.Clusters;

/// <summary>What a try of the connection found.</summary>
/// <param name="Problem">Code of why the cluster cannot be worked with, for example <c>check.wrong_authority</c>; empty when it answers.</param>
/// <param name="Detail">What the cluster or the network said, folded away on the page.</param>
/// <param name="Missing">What the account may not do, as <c>patch clusterqueues.kueue.x-k8s.io</c>.</param>
public sealed record ClusterCheck(string Problem, string Detail, IReadOnlyList<string> Missing)
{
    /// <summary>Nothing was tried yet.</summary>
    public static readonly ClusterCheck None = new("", "", []);

    /// <summary>The namespace that every cluster has from its first day.</summary>
    public static readonly ObjectKey IdentityNamespace = new(Kinds.Namespace, null, "kube-system");

    /// <summary>Values for the problem's text.</summary>
    public Dictionary<string, string> Arguments { get; init; } = [];

    /// <summary>Uid of its namespace kube-system, which tells one cluster from another; empty where the account may not read it.</summary>
    public string Identity { get; init; } = "";

    /// <summary>The finding, with what is known of which cluster it is: one that failed does not tell.</summary>
    public ClusterCheck After(ClusterCheck before) => Identity.Length > 0 ? this : this with { Identity = before.Identity };

    /// <summary>What the account may not do besides and need not, as <c>list routes.route.openshift.io</c>: less is shown, or told other tools, without it.</summary>
    public IReadOnlyList<string> MissingOptional { get; init; } = [];

    /// <summary>It answers, and the account may do everything that the portal does.</summary>
    public bool IsSound => Problem.Length == 0 && Missing.Count == 0;

    /// <summary>A cluster that cannot be worked with.</summary>
    public static ClusterCheck Failed(string problem, string detail = "", params IEnumerable<(string Name, string Value)> arguments) =>
        new(problem, detail.Length <= 1000 ? detail : detail[..1000], []) { Arguments = arguments.ToDictionary(a => a.Name, a => a.Value) };
}
