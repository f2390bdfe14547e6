namespace Portal.Core.Clusters;

/// <summary>What a try of the connection found.</summary>
/// <param name="Problem">Code of why the cluster cannot be worked with, or empty when it answers.</param>
/// <param name="Detail">What the cluster or the network said, folded away on the page.</param>
/// <param name="Missing">What the account may not do, as <c>create pods/exec</c> or <c>patch clusterqueues.kueue.x-k8s.io</c>.</param>
public sealed record ClusterCheck(string Problem, string Detail, IReadOnlyList<string> Missing)
{
    /// <summary>Nothing was tried yet.</summary>
    public static readonly ClusterCheck None = new("", "", []);

    /// <summary>It answers, and the account may do everything that the portal does.</summary>
    public bool IsSound => Problem.Length == 0 && Missing.Count == 0;
}
