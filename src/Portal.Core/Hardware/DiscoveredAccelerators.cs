using System.Security.Cryptography;
using System.Text;

namespace Portal.Core.Hardware;

/// <summary>Accelerators that nodes offer and that could become a pool.</summary>
/// <param name="Labels">Labels that tell these nodes from others with the same resource.</param>
/// <param name="Count">Units on all of the nodes, ready or not.</param>
/// <param name="CoveredBy">The pool that already takes these nodes, or null.</param>
public sealed record PoolProposal(
    string Name, string ResourceName, IReadOnlyDictionary<string, string> Labels, IReadOnlyList<NodeTaint> Taints,
    int Count, IReadOnlyList<string> Nodes, bool Simulated, Guid? CoveredBy)
{
    /// <summary>The cluster that the nodes belong to.</summary>
    public Guid? ClusterId { get; init; }

    /// <summary>Its name.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>Names the proposal in an address: the same cluster, resource, labels and taints give the same key.</summary>
    public string Key => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n',
        [$"{ClusterId}", ResourceName, .. Labels.Select(l => $"{l.Key}={l.Value}"), .. Taints.Select(t => $"{t.Key}={t.Value}:{t.Effect}")]))))[..12];
}

/// <summary>Turns what nodes offer into proposals for pools: one for each resource × labels × taints. Pure.</summary>
public static class DiscoveredAccelerators
{
    // Labels by which device plugins and clouds name the model; any other label says where a node is, not what it has.
    private static readonly string[] ModelLabels =
    [
        "nvidia.com/gpu.product", "amd.com/gpu.product-name", "gpu.intel.com/product", "cloud.google.com/gke-tpu-accelerator",
        "cloud.google.com/gke-accelerator", "k8s.amazonaws.com/accelerator", "habana.ai/product", "accelerator",
    ];

    private static readonly string[] Abbreviations = ["gpu", "tpu", "npu", "hpu", "nvidia", "amd"];

    private static readonly string[] ModelSuffixes = [".product", "/product", "/model", ".model", "/accelerator"];

    /// <summary>Proposals, largest first; those that a pool of <paramref name="pools"/> covers are marked with it.</summary>
    public static IReadOnlyList<PoolProposal> From(IEnumerable<NodeView> nodes, IReadOnlyCollection<HardwarePool> pools) =>
    [
        .. nodes.SelectMany(node => node.Allocatable.Select(offer => (node, offer.Key, offer.Value, Labels: ModelOf(node), Taints: TaintsOf(node))))
            .GroupBy(o => (o.Key, Labels: Text(o.Labels), Taints: string.Join(';', o.Taints)))
            .Select(group =>
            {
                var (node, resource, _, labels, taints) = group.First();
                return new PoolProposal(
                    NameOf(resource, labels), resource, labels, taints, group.Sum(o => o.Value),
                    [.. group.Select(o => o.node.Name).Order(StringComparer.Ordinal)], group.Any(o => o.node.Simulated),
                    pools.FirstOrDefault(p => p.ResourceName == resource && PoolNodes.Carries(node, p.NodeLabels))?.Id);
            })
            .OrderByDescending(p => p.Count).ThenBy(p => p.Name, StringComparer.Ordinal),
    ];

    private static SortedDictionary<string, string> ModelOf(NodeView node) => new(
        node.Labels.Where(l => ModelLabels.Contains(l.Key) || ModelSuffixes.Any(s => l.Key.EndsWith(s, StringComparison.Ordinal)))
            .Take(PoolRules.LabelLimit).ToDictionary(), StringComparer.Ordinal);

    // node.kubernetes.io/* taints come and go with the node's health; control-plane nodes are nobody's pool.
    internal static List<NodeTaint> TaintsOf(NodeView node) =>
    [
        .. node.Taints.Where(t => t.Effect is "NoSchedule" or "NoExecute"
                && !t.Key.StartsWith("node.kubernetes.io/", StringComparison.Ordinal)
                && !t.Key.StartsWith("node-role.kubernetes.io/", StringComparison.Ordinal))
            .OrderBy(t => t.Key, StringComparer.Ordinal),
    ];

    private static string NameOf(string resource, SortedDictionary<string, string> labels)
    {
        var words = labels.Count > 0 ? labels.First().Value : resource[(resource.IndexOf('/', StringComparison.Ordinal) + 1)..];
        // Clouds write their labels small; what a maker has written is left as it is.
        var name = string.Join(' ', words.Split('-', '_').Select(w => Abbreviations.Contains(w) ? w.ToUpperInvariant() : w));
        name = name.Length > 0 && char.IsAsciiLetterLower(name[0]) ? char.ToUpperInvariant(name[0]) + name[1..] : name;
        return name[..Math.Min(name.Length, PoolRules.NameLimit)];
    }

    private static string Text(SortedDictionary<string, string> labels) => string.Join(';', labels.Select(l => $"{l.Key}={l.Value}"));
}
