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
    public static async Task<QuotaForecast> LookAsync(
        PortalDb db, Guid teamId, HardwarePool pool, int amount, TimeSpan period, Guid requester, CancellationToken ct)
    {
        var left = await BudgetLeftAsync(db, teamId, pool.Id, ct);
        var leads = await db.Set<TeamMember>().AsNoTracking()
            .Where(m => m.TeamId == teamId && m.Role == TeamRole.Lead && m.PersonId != requester)
            .Join(db.People.Where(p => !p.Disabled), m => m.PersonId, p => p.Id, (_, p) => p.DisplayName)
            .OrderBy(n => n).ToListAsync(ct);
        var ends = await db.Set<QuotaRequest>().AsNoTracking().Where(QuotaRequest.Holds).Where(r => r.PoolId == pool.Id)
            .Select(r => new { r.Until, r.GrantedAmount }).ToListAsync(ct);
        var forecast = QuotaForecast.For(
            amount, period, pool.PricePerHour, pool.Ledger.Free, left, leads.Count > 0, ends.Select(e => (e.Until, e.GrantedAmount ?? 0)));
        return forecast.Decider == QuotaDecider.Lead ? forecast with { Deciders = leads } : forecast with
        {
            Deciders = await db.People.AsNoTracking()
                .Where(p => p.Role == PlatformRole.Admin && !p.Disabled && p.Id != requester)
                .OrderBy(p => p.DisplayName).Select(p => p.DisplayName).ToListAsync(ct),
        };
    }

    /// <summary>Units of the pool that the team's leads may still grant; negative when an admin went beyond.</summary>
    public static async Task<int> BudgetLeftAsync(PortalDb db, Guid teamId, Guid poolId, CancellationToken ct)
    {
        var limit = await db.Set<TeamBudget>().Where(b => b.TeamId == teamId && b.PoolId == poolId).Select(b => b.Limit).SingleOrDefaultAsync(ct);
        var granted = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds)
            .Where(r => r.PoolId == poolId && r.Project!.TeamId == teamId).SumAsync(r => r.GrantedAmount ?? 0, ct);
        return limit - granted;
    }
}
