using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;

namespace Portal.Core.Projects;

/// <summary>
/// Processors and memory in a project's queue: what it is guaranteed, and what it may use on top up to the ceiling of its
/// size while others leave it. Pure.
/// </summary>
/// <remarks>
/// The guaranteed parts of all projects together are never more than the nodes have. Where the ceilings promise more, all
/// of them are halved until they fit: halving, and not dividing exactly, so that a new project changes the queues of the
/// others only each time their sum has doubled.
/// </remarks>
/// <param name="CpuMilli">Guaranteed, thousandths of a core.</param>
/// <param name="CpuBorrowMilli">On top, thousandths of a core.</param>
/// <param name="MemoryMiB">Guaranteed, MiB.</param>
/// <param name="MemoryBorrowMiB">On top, MiB.</param>
public sealed record CommonQuota(long CpuMilli, long CpuBorrowMilli, long MemoryMiB, long MemoryBorrowMiB)
{
    /// <summary>Nothing: for a project that runs nothing.</summary>
    public static readonly CommonQuota None = new(0, 0, 0, 0);

    private const int MostHalvings = 16;

    private const decimal MiB = 1024 * 1024;

    /// <summary>The part of a project with the given ceiling.</summary>
    /// <param name="all">The ceilings of all projects that may run something, this one among them.</param>
    /// <param name="nodes">What the nodes have; null while none was seen.</param>
    public static CommonQuota For(ProjectCeiling own, IReadOnlyCollection<ProjectCeiling> all, NodeCapacity? nodes)
    {
        var cpu = Halve(own.CpuCores * 1000L, all.Sum(c => c.CpuCores * 1000L), nodes?.CpuMilli);
        var memory = Halve(own.MemoryGiB * 1024L, all.Sum(c => c.MemoryGiB * 1024L), nodes?.MemoryMiB);
        return new CommonQuota(cpu, (own.CpuCores * 1000L) - cpu, memory, (own.MemoryGiB * 1024L) - memory);
    }

    /// <summary>The part that a ClusterQueue has; null where it says none.</summary>
    public static CommonQuota? Of(JsonObject? queue)
    {
        var resources = queue.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors"))
            .FirstOrDefault(f => f.Text("name") == ProjectQueueManifests.CommonFlavor).Items("resources").ToList();
        decimal? Amount(string resource, string field) =>
            Quantity.Parse(resources.Find(r => r.Text("name") == resource).Text(field));
        return Amount("cpu", "nominalQuota") is { } cpu && Amount("cpu", "borrowingLimit") is { } more
            && Amount("memory", "nominalQuota") is { } memory && Amount("memory", "borrowingLimit") is { } moreMemory
            ? new CommonQuota((long)(cpu * 1000), (long)(more * 1000), (long)(memory / MiB), (long)(moreMemory / MiB)) : null;
    }

    /// <summary>True when another part comes from the same ceiling, halved more often or less.</summary>
    internal bool AddsUpTo(CommonQuota other) =>
        CpuMilli + CpuBorrowMilli == other.CpuMilli + other.CpuBorrowMilli && MemoryMiB + MemoryBorrowMiB == other.MemoryMiB + other.MemoryBorrowMiB;

    /// <summary>As a quantity of cores.</summary>
    internal static string Cores(long milli) => milli % 1000 == 0 ? ProjectManifests.Whole(milli / 1000) : ProjectManifests.Whole(milli) + "m";

    /// <summary>As a quantity of memory.</summary>
    internal static string Memory(long mib) => mib % 1024 == 0 ? ProjectManifests.GiB(mib / 1024) : ProjectManifests.Whole(mib) + "Mi";

    private static long Halve(long own, long all, long? there)
    {
        for (var halvings = 0; there is not null && all > there && halvings < MostHalvings; halvings++)
            (own, all) = (own / 2, all / 2);
        return own;
    }
}

/// <summary>Processors and memory that the nodes of a cluster can give to the pods of projects.</summary>
/// <param name="CpuMilli">Thousandths of a core.</param>
/// <param name="MemoryMiB">MiB.</param>
public sealed record NodeCapacity(long CpuMilli, long MemoryMiB)
{
    /// <summary>
    /// The sum over the nodes, also over those that are away for a moment, but for control planes and those that are set aside;
    /// null when there are none for projects.
    /// </summary>
    public static NodeCapacity? Of(IReadOnlyCollection<JsonObject> nodes)
    {
        // By taints that stay: with those that pass, each node that is away would change the queues of all projects.
        var open = nodes.Where(n => NodeView.From(n).IsForProjects).ToList();
        // They may come once work asks for them: a queue of nothing would never ask.
        if (open.Count == 0)
            return null;
        return new NodeCapacity(
            open.Sum(n => (long)(Amount(n.Text("status", "allocatable", "cpu")) * 1000)),
            open.Sum(n => (long)(Amount(n.Text("status", "allocatable", "memory")) / (1024 * 1024))));
    }

    // What cannot be read counts as nothing.
    private static decimal Amount(string? quantity) => Quantity.Parse(quantity ?? "") ?? 0;
}
