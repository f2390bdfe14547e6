using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Projects;

namespace Portal.Core.Quotas;

/// <summary>A grant that a later request of its project goes on from: its units are handed over when it ends, and nobody comes between.</summary>
/// <param name="Until">When it ends.</param>
/// <param name="Units">Units of it that no other request takes over.</param>
public sealed record FollowedGrant(Guid Id, DateTimeOffset Until, int Units)
{
    /// <summary>Whether a request can follow anything: one that begins now does not wait for the end of another.</summary>
    internal static bool MayBe(DateTimeOffset from, DateTimeOffset now) => from > now;

    /// <summary>
    /// What a request follows: of the grants of its project and pool that are in their period and over when it begins, the one with
    /// most to hand over. Null where there is none. Call it behind the ledger's lock where something is decided by it.
    /// </summary>
    internal static async Task<FollowedGrant?> FindAsync(
        PortalDb db, Guid projectId, Guid poolId, DateTimeOffset from, DateTimeOffset now, CancellationToken ct)
    {
        if (!MayBe(from, now))
            return null;
        var grants = await db.Set<QuotaRequest>().AsNoTracking()
            .Where(r => r.ProjectId == projectId && r.PoolId == poolId && r.State == QuotaState.Active && r.Until > now && r.Until <= from)
            .Select(r => new FollowedGrant(
                r.Id, r.Until, r.GrantedAmount!.Value - db.Set<QuotaRequest>().Where(f => f.PoolId == poolId && f.FollowsId == r.Id).Sum(f => f.Carried)))
            .ToListAsync(ct);
        return grants.Where(g => g.Units > 0).MaxBy(g => g.Units);
    }

    /// <summary>
    /// Leaves the units of a grant that ends with those that follow it, and starts the ones that are due, all in the transaction of
    /// its end: the project's queue never goes without them. Returns how many stay.
    /// </summary>
    internal static async Task<int> HandOverAsync(PortalDb db, QuotaRequest ending, Actor actor, DateTimeOffset now, CancellationToken ct)
    {
        var kept = 0;
        foreach (var next in await db.Set<QuotaRequest>().Where(r => r.PoolId == ending.PoolId && r.FollowsId == ending.Id && r.Carried > 0).ToListAsync(ct))
        {
            kept += next.Carried;
            next.Carried = 0;
            if (next.From <= now && ending.Project!.Intent == ProjectIntent.Active)
                db.Move(next, QuotaState.Active, QuotaAction.Started, actor, now, next.GrantedAmount!.Value, "");
        }
        return kept;
    }
}
