namespace Portal.Core.Waiting;

/// <summary>What would start now, or sooner, in place of what waits. Pure.</summary>
internal static class StartOptions
{
    /// <summary>At most one of each sort, the quickest first; none where those ahead would take what is free.</summary>
    public static IReadOnlyList<StartOption> For(QueuedWorkload self, IReadOnlyList<WaitRow> rows, QuotaTree tree, int ahead)
    {
        if (rows.FirstOrDefault(r => r.IsAccelerator) is not { } wanted)
            return [];
        var options = new List<StartOption>();
        var others = rows.Where(r => r.Key != wanted.Key && !r.IsAccelerator).GroupBy(r => r.Key.Resource).All(g => g.Any(r => r.ShortBy == 0));
        var pieces = Math.Floor(Math.Max(0, wanted.Free));
        if (wanted.ShortBy > 0 && pieces >= 1 && ahead == 0 && others)
            options.Add(new StartOption(StartOptionKind.Smaller, wanted.Key, pieces));
        foreach (var other in tree.Flavors(self.ClusterQueue, wanted.Key.Resource).Where(f => f != wanted.Key.Flavor))
        {
            var key = new ResourceKey(other, wanted.Key.Resource);
            if (wanted.ShortBy > 0 && tree.Available(self.ClusterQueue, key) >= wanted.Needed && others)
            {
                options.Add(new StartOption(StartOptionKind.OtherPool, key, wanted.Needed));
                break;
            }
        }
        if (wanted.ShortBy > 0 && Missing(self, wanted, tree) is > 0 and var more)
            options.Add(new StartOption(StartOptionKind.MoreQuota, wanted.Key, more));
        return options;
    }

    // What the project itself uses of its own quota is what more quota would be asked for; what others borrowed comes back anyway.
    private static decimal Missing(QueuedWorkload self, WaitRow wanted, QuotaTree tree) =>
        Math.Ceiling(tree.Used(self.ClusterQueue, wanted.Key) + wanted.Needed - tree.Nominal(self.ClusterQueue, wanted.Key));
}
