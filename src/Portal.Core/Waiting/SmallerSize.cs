using Portal.Core.Catalog;

namespace Portal.Core.Waiting;

/// <summary>A size of the catalogue that would start now in place of what waits for cores or memory. Pure.</summary>
public static class SmallerSize
{
    /// <summary>The largest such size, or null: where the size is not what holds it up, or others take what is free.</summary>
    /// <param name="own">The size that waits.</param>
    /// <param name="pods">Pods of it, at least 1.</param>
    /// <param name="sizes">The catalogue's.</param>
    public static WorkloadSize? For(WaitAnalysis analysis, WorkloadSize own, int pods, IEnumerable<WorkloadSize> sizes)
    {
        if (analysis.Kind is not (WaitKind.Quota or WaitKind.Reclaim or WaitKind.NeverFits or WaitKind.Room or WaitKind.Fragmentation)
            || analysis.IsTaken || Starts(analysis, own, own, pods))
        {
            return null;
        }
        return sizes.Where(s => s != own && s.CpuMilli <= own.CpuMilli && s.MemoryMiB <= own.MemoryMiB)
            .OrderByDescending(s => s.CpuMilli).ThenByDescending(s => s.MemoryMiB).FirstOrDefault(s => Starts(analysis, own, s, pods));
    }

    private static bool Starts(WaitAnalysis analysis, WorkloadSize own, WorkloadSize other, int pods)
    {
        // In a queue all its pods are admitted together, and then need their nodes; on the nodes it is one pod that finds no room.
        if (analysis.ClusterQueue.Length > 0)
        {
            return analysis.Rows.GroupBy(r => r.Key.Resource).All(g => g.Any(r => r.Needed - (pods * Saved(g.Key, own, other)) <= Math.Max(0, r.Free)))
                && (analysis.Nodes is not { } open || open.RoomFor(open.Wanted.ToDictionary(w => w.Key, w => w.Value - Saved(w.Key, own, other))) >= pods);
        }
        return analysis.Nodes is { } nodes && nodes.HasRoomFor(analysis.Rows.ToDictionary(r => r.Key.Resource, r => r.Needed - Saved(r.Key.Resource, own, other)));
    }

    private static decimal Saved(string resource, WorkloadSize own, WorkloadSize other) => resource switch
    {
        "cpu" => own.Cores - other.Cores,
        "memory" => (own.MemoryMiB - other.MemoryMiB) * 1024m * 1024,
        _ => 0,
    };
}
