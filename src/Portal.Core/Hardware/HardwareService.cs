using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Core.Hardware;

/// <summary>What admins do with hardware pools.</summary>
public sealed class HardwareService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters, TimeProvider clock)
{
    /// <summary>Stores a new pool with its ledger; the draft's id makes a second call return the pool of the first.</summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result<Guid>> CreateAsync(Actor actor, PoolDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, "pool", draft.Id, ct) is { } denied)
            return denied;
        if (PoolRules.Check(draft) is { } bad)
            return bad;
        if (await CheckTeamsAsync(db, draft.AllowedTeams, ct) is { } unknown)
            return unknown;
        if (await db.Set<HardwarePool>().AnyAsync(p => p.Id == draft.Id && p.CreatedBy == actor.Id, ct))
            return draft.Id;

        var (homeless, clusterId) = await ClusterOfAsync(db, draft, ct);
        if (homeless is not null)
            return homeless;
        var pool = NewPool(actor, draft with { ClusterId = clusterId });
        // Its own row may have come in between: the form sent twice at once is no clash of names.
        if (await db.Set<HardwarePool>().AnyAsync(p => p.Id != draft.Id && (p.Name == pool.Name || p.Slug == pool.Slug), ct))
            return NameTaken(pool.Name);
        if (await SwallowsAsync(db, pool, pool.NodeLabels, ct) is { } swallows)
            return swallows;
        db.Add(pool);
        db.Audit(new AuditRecord(actor, "pool.created", "pool", pool.Id)
        {
            Details =
            {
                ["name"] = pool.Name,
                ["resource"] = pool.ResourceName,
                ["capacity"] = pool.Ledger.Capacity,
                ["pricePerHour"] = pool.PricePerHour,
                ["simulated"] = pool.Simulated,
            },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // The form sent twice at once, or two pools of one name: the unique indexes let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            return await again.Set<HardwarePool>().AnyAsync(p => p.Id == draft.Id && p.CreatedBy == actor.Id, ct)
                ? draft.Id : NameTaken(pool.Name);
        }
        return pool.Id;
    }

    /// <summary>
    /// Changes name, price, allowed teams, state, capacity, and by which labels and taints its nodes are known. Refuses a page that
    /// is older than the pool, and a capacity below what is promised: nothing is taken from anybody silently. What runs goes on as
    /// it began; other labels and taints hold for what starts after.
    /// </summary>
    [Requires(Permission.PoolManage)]
    public async Task<Result> EditAsync(Actor actor, PoolEdit edit, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PoolManage, Scope.Platform, "pool", edit.Id, ct) is { } denied)
            return denied;
        if (PoolRules.Check(edit) is { } bad)
            return bad;
        if (await CheckTeamsAsync(db, edit.AllowedTeams, ct) is { } unknown)
            return unknown;
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var before = await db.Set<PoolLedger>().Where(l => l.PoolId == edit.Id).Select(l => l.Capacity).SingleOrDefaultAsync(ct);
        if (!await PoolLedger.ResizeAsync(db, edit.Id, (int)edit.Capacity, ct))
            return await WhyNotResizedAsync(db, edit, ct);
        var pool = await db.Set<HardwarePool>().Include(p => p.AllowedTeams).SingleAsync(p => p.Id == edit.Id, ct);
        if (pool.Generation != edit.Generation)
            return new Refusal("pool.stale", RefusalKind.Conflict).With("pool", pool.Name);
        if (pool.State == PoolState.Removing)
            return new Refusal("pool.removing", RefusalKind.Conflict).With("pool", pool.Name);
        if (edit.NodeLabels is { } labels && Text(labels) != Text(pool.NodeLabels) && await SwallowsAsync(db, pool, labels, ct) is { } swallows)
            return swallows;
        if (await db.Set<HardwarePool>().AnyAsync(p => p.Id != edit.Id && p.Name == edit.Name.Trim(), ct))
            return NameTaken(edit.Name.Trim());
        db.Audit(Change(actor, pool, edit).Changed("capacity", before, (int)edit.Capacity));
        try
        {
            await db.SaveChangesAsync(ct);
            await transaction.CommitAsync(ct);
        }
        catch (DbUpdateException)
        {
            return new Refusal("pool.stale", RefusalKind.Conflict).With("pool", edit.Name);
        }
        return Result.Done;
    }

    /// <summary>Sets how much of a pool the leads of a team may grant by themselves; 0 takes the right away.</summary>
    [Requires(Permission.BudgetManage)]
    public async Task<Result> SetBudgetAsync(Actor actor, Guid poolId, Guid teamId, decimal limit, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.BudgetManage, Scope.Platform, "pool", poolId, ct) is { } denied)
            return denied;
        if (PoolRules.CheckCapacity(limit, "Budget") is { } bad)
            return bad;
        if (!await db.Set<HardwarePool>().AnyAsync(p => p.Id == poolId, ct))
            return Refusal.NotFound("pool");
        if (await CheckTeamsAsync(db, [teamId], ct) is { } unknown)
            return unknown;
        var budget = await db.Set<TeamBudget>().SingleOrDefaultAsync(b => b.PoolId == poolId && b.TeamId == teamId, ct);
        var before = budget?.Limit ?? 0;
        if (before == (int)limit)
            return Result.Done;
        if (budget is null)
            db.Add(budget = new TeamBudget { PoolId = poolId, TeamId = teamId });
        budget.Limit = (int)limit;
        db.Audit(new AuditRecord(actor, "pool.budget_changed", "pool", poolId) { TeamId = teamId }.Changed("budget", before, budget.Limit));
        db.Changed(new RowChange(nameof(HardwarePool), poolId, null, false));
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            return new Refusal("pool.budget_conflict", RefusalKind.Conflict);
        }
        return Result.Done;
    }

    // Where there is one cluster only, nobody has to name it.
    private static async Task<(Refusal? Refusal, Guid? Id)> ClusterOfAsync(PortalDb db, PoolDraft draft, CancellationToken ct)
    {
        var ids = await db.Set<ClusterRegistration>().Select(c => c.Id).ToListAsync(ct);
        if (draft.ClusterId is { } named)
            return ids.Contains(named) ? (null, named) : (Refusal.NotFound("registration"), null);
        return ids.Count > 1 ? (new Refusal("pool.cluster_needed", Field: "ClusterId").With("count", ids.Count), null)
            : (null, ids.Count == 1 ? ids[0] : null);
    }

    // A pool whose nodes would all be the new one's too. The other way round nothing is refused: what an old pool without labels
    // counts could never be told apart.
    private static async Task<Refusal?> SwallowsAsync(PortalDb db, HardwarePool pool, IReadOnlyDictionary<string, string> labels, CancellationToken ct)
    {
        var same = await db.Set<HardwarePool>().Where(p => p.Id != pool.Id && p.ClusterId == pool.ClusterId && p.ResourceName == pool.ResourceName)
            .OrderBy(p => p.Name).Select(p => new { p.Name, p.NodeLabels }).ToListAsync(ct);
        return same.Find(p => PoolRules.AreWider(labels, p.NodeLabels)) is { } other
            ? new Refusal("pool.takes_nodes", RefusalKind.Conflict, "NodeLabels").With("pool", other.Name) : null;
    }

    private HardwarePool NewPool(Actor actor, PoolDraft draft)
    {
        var pool = new HardwarePool
        {
            Id = draft.Id,
            Name = draft.Name.Trim(),
            Slug = PoolRules.SlugFor(draft.Name),
            ClusterId = draft.ClusterId,
            ResourceName = draft.ResourceName,
            NodeLabels = draft.NodeLabels.ToDictionary(),
            Taints = [.. draft.Taints],
            PricePerHour = draft.PricePerHour,
            AllowedTeams = [.. draft.AllowedTeams.Distinct().Select(t => new PoolTeam { PoolId = draft.Id, TeamId = t })],
            Ledger = new PoolLedger { PoolId = draft.Id, Capacity = (int)draft.Capacity },
            CreatedBy = actor.Id,
            CreatedAt = clock.GetUtcNow(),
        };
        pool.Simulated = NodesOf(pool).Exists(n => n.Simulated);
        return pool;
    }

    private List<NodeView> NodesOf(HardwarePool pool) => [.. PoolNodes.Of(pool, clusters.Get(pool.ClusterId).Cache.List(Kinds.Node).Select(NodeView.From))];

    private AuditRecord Change(Actor actor, HardwarePool pool, PoolEdit edit)
    {
        var teams = edit.AllowedTeams.Distinct().Order().ToList();
        var (labels, taints) = (edit.NodeLabels?.ToDictionary() ?? pool.NodeLabels, edit.Taints?.ToList() ?? pool.Taints);
        var record = new AuditRecord(actor, "pool.changed", "pool", pool.Id)
            .Changed("name", pool.Name, edit.Name.Trim())
            .Changed("pricePerHour", pool.PricePerHour, edit.PricePerHour)
            .Changed("state", pool.State.ToString(), edit.State.ToString())
            .Changed("allowedTeams", Text(pool.AllowedTeams.Select(t => t.TeamId).Order()), Text(teams))
            .Changed("nodeLabels", Text(pool.NodeLabels), Text(labels))
            .Changed("taints", string.Join(", ", pool.Taints), string.Join(", ", taints));
        if (Text(pool.NodeLabels) != Text(labels))
        {
            pool.NodeLabels = labels;
            // Of nodes that are not seen nothing is known: what was said of them stays.
            pool.Simulated = NodesOf(pool) is { Count: > 0 } nodes ? nodes.Exists(n => n.Simulated) : pool.Simulated;
        }
        pool.Taints = taints;
        pool.Name = edit.Name.Trim();
        pool.PricePerHour = edit.PricePerHour;
        pool.State = edit.State;
        pool.AllowedTeams.RemoveAll(t => !teams.Contains(t.TeamId));
        pool.AllowedTeams.AddRange(teams.Where(t => pool.AllowedTeams.All(a => a.TeamId != t))
            .Select(t => new PoolTeam { PoolId = pool.Id, TeamId = t }));
        pool.Generation++;
        return record;
    }

    private static async Task<Refusal> WhyNotResizedAsync(PortalDb db, PoolEdit edit, CancellationToken ct) =>
        await db.Set<PoolLedger>().AsNoTracking().SingleOrDefaultAsync(l => l.PoolId == edit.Id, ct) is { } ledger
            ? new Refusal("pool.capacity_below_granted", RefusalKind.Conflict, "Capacity")
                .With("capacity", edit.Capacity).With("granted", ledger.Granted)
            : Refusal.NotFound("pool");

    private static async Task<Refusal?> CheckTeamsAsync(PortalDb db, IReadOnlyCollection<Guid> teams, CancellationToken ct) =>
        await db.Set<Team>().CountAsync(t => teams.Contains(t.Id), ct) == teams.Distinct().Count() ? null : Refusal.NotFound("team");

    private static string Text(IEnumerable<Guid> ids) => string.Join(',', ids);

    private static string Text(IReadOnlyDictionary<string, string> labels) =>
        string.Join(", ", labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => $"{l.Key}={l.Value}"));

    private static Refusal NameTaken(string name) =>
        new Refusal("pool.name_taken", RefusalKind.Conflict, "Name").With("name", name);
}
