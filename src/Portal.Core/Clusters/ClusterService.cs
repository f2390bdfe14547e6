using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>What admins do with clusters.</summary>
public sealed class ClusterService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, GuardedChange change, ClusterTrial trial, TimeProvider clock)
{
    private const string What = "registration";

    /// <summary>
    /// Tries the cluster and registers it. One that cannot be reached, that refuses the credentials or that is registered already
    /// is refused, with what to change; one whose account lacks rights is registered, and its page names them.
    /// </summary>
    [Requires(Permission.ClusterManage)]
    public async Task<Result<Guid>> RegisterAsync(Actor actor, ClusterDraft draft, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterManage, Scope.Platform, What, null, ct) is { } denied)
            return denied;
        if (ClusterRules.Check(draft) is { } bad)
            return bad;
        if (await db.Set<ClusterRegistration>().AnyAsync(c => c.Id == draft.Id && c.CreatedBy == actor.Id, ct))
            return draft.Id;
        var row = new ClusterRegistration { Id = draft.Id, CreatedBy = actor.Id, CreatedAt = clock.GetUtcNow() };
        if (await trial.ConnectAsync(db, row, draft.Credentials, ct) is { } refused)
            return refused;
        if (await db.Set<ClusterRegistration>().AnyAsync(c => c.Id != draft.Id && c.Name == draft.StoredName, ct))
            return NameTaken(draft.StoredName);
        var record = new AuditRecord(actor, "cluster.registered", What, row.Id)
        {
            Details = { ["server"] = row.Server, ["connection"] = row.Connection.ToString() },
        };
        db.Audit(Write(record, row, draft));
        db.Add(row);
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // One form sent twice at once, or two clusters of one name: the unique indexes let one through.
            await using var again = await databases.CreateDbContextAsync(ct);
            return await again.Set<ClusterRegistration>().AnyAsync(c => c.Id == draft.Id && c.CreatedBy == actor.Id, ct)
                ? draft.Id : NameTaken(draft.StoredName);
        }
        return row.Id;
    }

    /// <summary>Changes what is said about a cluster; projects that live on it stay.</summary>
    [Requires(Permission.ClusterManage)]
    public Task<Result> EditAsync(Actor actor, Guid id, long generation, ClusterContent content, CancellationToken ct) =>
        ChangeAsync(actor, id, generation, async (db, row) =>
        {
            if (ClusterRules.Check(content) is { } bad)
                return bad;
            if (await db.Set<ClusterRegistration>().AnyAsync(c => c.Id != id && c.Name == content.StoredName, ct))
                return NameTaken(content.StoredName);
            var record = Write(new AuditRecord(actor, "cluster.edited", What, id), row, content);
            if (record.Details.Keys.Any(k => k is "controlPlaneRanges" or "portalRanges"))
            {
                foreach (var project in await db.Projects.Where(p => p.ClusterId == id).Select(p => p.Id).ToListAsync(ct))
                    db.Changed(new RowChange(nameof(Project), project, project, NeedsReconcile: true));
            }
            return record.Details.Count > 0 ? record : Decision.Nothing;
        }, ct);

    /// <summary>Takes new credentials, after they were tried.</summary>
    /// <param name="toAnother">
    /// True to take them though they lead to another cluster, where everything that lives on this one is made anew and empty: a
    /// cluster that was rebuilt.
    /// </param>
    [Requires(Permission.ClusterManage)]
    public Task<Result> ReconnectAsync(
        Actor actor, Guid id, long generation, ClusterCredentials credentials, CancellationToken ct, bool toAnother = false) =>
        ChangeAsync(actor, id, generation, async (db, row) =>
        {
            var (server, identity) = (row.Server, trial.IdentityOf(row));
            if (await trial.ConnectAsync(db, row, credentials, ct) is { } refused)
                return refused;
            var isAnother = identity.Length > 0 && row.Check.Identity.Length > 0 && row.Check.Identity != identity;
            if (isAnother && !toAnother && await UseAsync(db, id, ct) is { IsUsed: true } use)
                return use.Refusal("registration.other_cluster", row) with { Field = "Credentials" };
            return new AuditRecord(actor, "cluster.reconnected", What, id) { Details = { ["connection"] = row.Connection.ToString() } }
                .Changed("server", server, row.Server).Changed("identity", identity, row.Check.Identity);
        }, ct);

    /// <summary>Forgets a cluster that no project and no pool uses. Nothing is deleted in the cluster itself.</summary>
    [Requires(Permission.ClusterManage)]
    public async Task<Result> RemoveAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterManage, Scope.Platform, What, id, ct) is { } denied)
            return denied;
        if (await db.Set<ClusterRegistration>().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } row)
            return Refusal.NotFound(What);
        if (row.Connection == ClusterConnectionKind.Installation)
            return new Refusal("registration.configured", RefusalKind.Conflict).With("name", row.Name);
        var use = await UseAsync(db, id, ct);
        if (use.IsUsed)
            return use.Refusal("registration.used", row);
        db.Remove(row);
        db.Audit(new AuditRecord(actor, "cluster.removed", What, id) { Details = { ["name"] = row.Name, ["server"] = row.Server } });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // A project moved in meanwhile: the foreign key holds.
            return use.Refusal("registration.used", row);
        }
        // Nobody would meet them again.
        await db.Set<ObjectDispute>().Where(d => d.ClusterId == id).ExecuteDeleteAsync(ct);
        return Result.Done;
    }

    /// <summary>Tries the connection and the rights now, and keeps what was found.</summary>
    [Requires(Permission.ClusterManage)]
    public async Task<Result<ClusterCheck>> CheckAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ClusterManage, Scope.Platform, What, id, ct) is { } denied)
            return denied;
        if (await db.Set<ClusterRegistration>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, ct) is not { } row)
            return Refusal.NotFound(What);
        var check = (await trial.OfAsync(row, ct)).After(row.Check);
        var now = clock.GetUtcNow();
        // Not through the row: what an admin edits meanwhile stays untouched. Of credentials that were replaced meanwhile it says nothing.
        await db.Set<ClusterRegistration>().Where(c => c.Id == id && c.Connection == row.Connection && c.Credentials == row.Credentials)
            .ExecuteUpdateAsync(s => s.SetProperty(c => c.Check, check).SetProperty(c => c.CheckedAt, now), ct);
        db.Audit(new AuditRecord(actor, "cluster.checked", What, id) { Details = { ["problem"] = check.Problem, ["missing"] = check.Missing.Count } });
        db.Changed(new RowChange(nameof(ClusterRegistration), id, null, false));
        await db.SaveChangesAsync(ct);
        return check;
    }

    private Task<Result> ChangeAsync(
        Actor actor, Guid id, long generation, Func<PortalDb, ClusterRegistration, Task<Decision>> decide, CancellationToken ct) =>
        change.ApplyAsync(
            actor, new ChangeTarget(Permission.ClusterManage, Scope.Platform, What, id), generation,
            db => db.Set<ClusterRegistration>().SingleOrDefaultAsync(c => c.Id == id, ct), decide, ct);

    private static AuditRecord Write(AuditRecord record, ClusterRegistration row, ClusterContent content)
    {
        var labels = content.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).ToDictionary();
        var (controlPlane, portal) = (AddressRanges.Normalize(content.ControlPlaneRanges), AddressRanges.Normalize(content.PortalRanges));
        record.Changed("name", row.Name, content.StoredName)
            .Changed("region", row.Region, content.Region.Trim())
            .Changed("kind", row.Kind.ToString(), content.Kind.ToString())
            .Changed("dataClasses", string.Join(", ", row.DataClasses.Order()), string.Join(", ", content.DataClasses.Distinct().Order()))
            .Changed("labels", Text(row.Labels), Text(labels))
            .Changed("controlPlaneRanges", string.Join(", ", row.ControlPlaneRanges), string.Join(", ", controlPlane))
            .Changed("portalRanges", string.Join(", ", row.PortalRanges), string.Join(", ", portal))
            .Changed("takesProjects", row.TakesProjects, content.TakesProjects);
        (row.Name, row.Region, row.Kind) = (content.StoredName, content.Region.Trim(), content.Kind);
        (row.DataClasses, row.Labels, row.TakesProjects) = ([.. content.DataClasses.Distinct().Order()], labels, content.TakesProjects);
        (row.ControlPlaneRanges, row.PortalRanges) = (controlPlane, portal);
        return record;
    }

    private static string Text(Dictionary<string, string> labels) => string.Join(", ", labels.Select(l => $"{l.Key}={l.Value}"));

    private static async Task<Use> UseAsync(PortalDb db, Guid id, CancellationToken ct) => new(
        await db.Projects.CountAsync(p => p.ClusterId == id, ct), await db.Set<HardwarePool>().CountAsync(p => p.ClusterId == id, ct));

    private static Refusal NameTaken(string name) =>
        new Refusal("registration.name_taken", RefusalKind.Conflict, "Name").With("name", name);

    // What lives on a cluster.
    private sealed record Use(int Projects, int Pools)
    {
        public bool IsUsed => Projects + Pools > 0;

        public Refusal Refusal(string code, ClusterRegistration row) =>
            new Refusal(code, RefusalKind.Conflict).With("name", row.Name).With("projects", Projects).With("pools", Pools);
    }
}
