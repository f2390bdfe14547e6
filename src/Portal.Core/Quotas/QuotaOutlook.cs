using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Teams;

namespace Portal.Core.Quotas;

/// <summary>Reads what a <see cref="QuotaForecast"/> needs.</summary>
internal static class QuotaOutlook
{
    /// <summary>The forecast for a team's wish on a pool.</summary>
    /// <param name="followed">The grant that it would go on from, or null.</param>
    public static async Task<QuotaForecast> LookAsync(
        PortalDb db, Guid teamId, HardwarePool pool, int amount, TimeSpan period, Guid requester, FollowedGrant? followed, CancellationToken ct)
    {
        var carried = Math.Min(amount, followed?.Units ?? 0);
        var left = await BudgetLeftAsync(db, teamId, pool.Id, carried, ct);
        var leads = await db.Set<TeamMember>().AsNoTracking()
            .Where(m => m.TeamId == teamId && m.Role == TeamRole.Lead && m.PersonId != requester)
            .Join(db.People.Where(p => !p.Disabled), m => m.PersonId, p => p.Id, (_, p) => p.DisplayName)
            .OrderBy(n => n).ToListAsync(ct);
        var ends = await db.Set<QuotaRequest>().AsNoTracking().Where(QuotaRequest.Holds).Where(r => r.PoolId == pool.Id)
            .Select(r => new { r.Id, r.Until, r.GrantedAmount, r.FollowsId, r.Carried }).ToListAsync(ct);
        // What is handed over is not given back.
        var handed = ends.Where(e => e.Carried > 0).ToLookup(e => e.FollowsId, e => e.Carried);
        var forecast = QuotaForecast.For(
            amount, period, pool.PricePerHour, pool.Ledger.Free + carried, left, leads.Count > 0,
            // Nor what it takes over itself: that is in what is free for it.
            ends.Select(e => (e.Until, (e.GrantedAmount ?? 0) - handed[e.Id].Sum() - (e.Id == followed?.Id ? carried : 0)))) with
        {
            Follows = followed is null ? null : followed with { Units = carried },
        };
        return forecast.Decider == QuotaDecider.Lead ? forecast with { Deciders = leads } : forecast with
        {
            Deciders = await db.People.AsNoTracking()
                .Where(p => p.Role == PlatformRole.Admin && !p.Disabled && p.Id != requester)
                .OrderBy(p => p.DisplayName).Select(p => p.DisplayName).ToListAsync(ct),
        };
    }

    /// <summary>Units of the pool that the team's leads may still grant; negative when an admin went beyond.</summary>
    /// <param name="carried">Units among those asked for that are in the budget already: they go on.</param>
    public static async Task<int> BudgetLeftAsync(PortalDb db, Guid teamId, Guid poolId, int carried, CancellationToken ct)
    {
        var limit = await db.Set<TeamBudget>().Where(b => b.TeamId == teamId && b.PoolId == poolId).Select(b => b.Limit).SingleOrDefaultAsync(ct);
        var granted = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds)
            .Where(r => r.PoolId == poolId && r.Project!.TeamId == teamId).SumAsync(r => (r.GrantedAmount ?? 0) - r.Carried, ct);
        return limit < granted ? limit - granted : limit - granted + carried;
    }
}
