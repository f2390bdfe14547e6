using Portal.Core.Projects;

namespace Portal.Core.Clusters;

/// <summary>Where a project would live, and why there or why nowhere.</summary>
/// <param name="Verdicts">One for each cluster, the chosen one first.</param>
public sealed record Placement(IReadOnlyList<PlacementVerdict> Verdicts)
{
    /// <summary>The chosen cluster, or null when none fits.</summary>
    public PlacementVerdict? Chosen => Verdicts.FirstOrDefault(v => v.Fits);

    /// <summary>What the cluster of the wished pool has against the project; null when it takes it, or no pool was wished.</summary>
    public PlacementVerdict? AgainstPool { get; private init; }

    /// <summary>
    /// Takes the clusters that a project may live on, by region, data class and pool, and of those the one with the largest
    /// free part; full ones come after those with room, since work waits there, and one that nothing is known of now last. Pure.
    /// </summary>
    public static Placement Decide(PlacementWish wish, IEnumerable<ClusterOffer> offers)
    {
        var judged = offers.Select(o => (Offer: o, Against: Against(wish, o))).OrderBy(j => j.Offer.Name, StringComparer.Ordinal).ToList();
        var fitting = judged.Where(j => j.Against is null).Select(j => j.Offer)
            .OrderBy(o => o.Room is null).ThenBy(IsFull).ThenByDescending(o => o.Room?.FreePart).ThenBy(o => o.Name, StringComparer.Ordinal).ToList();
        return new Placement(
        [
            .. fitting.Select((o, i) => Verdict(o, true, For(o, only: fitting.Count == 1, best: i == 0))),
            .. judged.Where(j => j.Against is not null).Select(j => Verdict(j.Offer, false, j.Against!)),
        ])
        {
            AgainstPool = judged.Where(j => j.Against is not null && j.Offer.Id == wish.PoolClusterId).Select(j => Verdict(j.Offer, false, j.Against!)).FirstOrDefault(),
        };
    }

    private static PlacementVerdict Verdict(ClusterOffer offer, bool fits, PlacementReason reason) =>
        new(offer.Id, offer.Name, fits, reason) { Region = offer.Region };

    private static PlacementReason? Against(PlacementWish wish, ClusterOffer offer)
    {
        if (!offer.TakesProjects)
            return new PlacementReason("placement.closed");
        if (offer.Region.Length > 0 && wish.Region.Length > 0 && !offer.Region.Equals(wish.Region, StringComparison.OrdinalIgnoreCase))
            return new PlacementReason("placement.region") { Arguments = { ["region"] = offer.Region, ["wanted"] = wish.Region } };
        if (!offer.DataClasses.Contains(wish.DataClass))
            return new PlacementReason("placement.data_class") { Arguments = { ["class"] = wish.DataClass.ToString() } };
        return wish.PoolClusterId is { } pool && pool != offer.Id ? new PlacementReason("placement.pool") : null;
    }

    // A project itself needs no processor, and its work can wait: that nothing may start there now is no reason against it.
    private static bool IsFull(ClusterOffer offer) => offer.Room is { CpuFree: < 1 };

    private static PlacementReason For(ClusterOffer offer, bool only, bool best) => offer.Room is not { } room
        ? new PlacementReason(only ? "placement.only_unseen" : "placement.unseen")
        : new PlacementReason(IsFull(offer) ? "placement.full" : only ? "placement.only" : best ? "placement.most_free" : "placement.less_free")
        {
            Arguments = { ["free"] = Cores(room.CpuFree), ["total"] = Cores(room.CpuTotal) },
        };

    private static string Cores(double cores) => Math.Max(0, Math.Floor(cores)).ToString(System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>What a project needs of its cluster.</summary>
/// <param name="Region">Where its data may be; empty for anywhere.</param>
/// <param name="PoolClusterId">The cluster of the pool that it will ask for, or null.</param>
public sealed record PlacementWish(string Region, DataClass DataClass, Guid? PoolClusterId = null);

/// <summary>A cluster as placement sees it.</summary>
/// <param name="Region">Empty takes every region.</param>
/// <param name="Room">What its ready nodes have free, or null while the cluster cannot be seen.</param>
public sealed record ClusterOffer(
    Guid Id, string Name, string Region, IReadOnlyList<DataClass> DataClasses, bool TakesProjects, ClusterRoom? Room);

/// <summary>One cluster's answer to a wish.</summary>
public sealed record PlacementVerdict(Guid ClusterId, string Cluster, bool Fits, PlacementReason Reason)
{
    /// <summary>Where the cluster stands, or empty.</summary>
    public string Region { get; init; } = "";
}

/// <summary>Why, as a code of the word list with its values.</summary>
public sealed record PlacementReason(string Code)
{
    /// <summary>What the sentence of the code is filled in with, by placeholder.</summary>
    public Dictionary<string, string> Arguments { get; init; } = [];
}
