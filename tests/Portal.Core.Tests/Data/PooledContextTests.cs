using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Teams;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Data;

/// <summary>One context is used by one unit of work after the other.</summary>
public class PooledContextTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Dispose_WithWorkUnsaved_LeavesNothingToTheNext(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var ana = await database.PersonAsync("ana");
        var heard = new ConcurrentQueue<RowChange>();
        using var listening = database.Get<IChangeFeed>().Subscribe(heard.Enqueue);
        PortalDb first;
        await using (first = await database.OpenAsync())
        {
            first.Audit(new AuditRecord(ana, "thing.done", "thing", null));
            first.Changed(new RowChange("Thing", Guid.NewGuid(), null, NeedsReconcile: true));
            first.Teams.Add(new Team { Name = "Left" });
        }

        await using var next = await database.OpenAsync();
        var team = new Team { Name = "Kept" };
        next.Teams.Add(team);
        await next.SaveChangesAsync(TestContext.Current.CancellationToken);

        Assert.Same(first, next);
        Assert.True(next.ChangeTracker.AutoDetectChangesEnabled);
        Assert.False(next.Database.AutoSavepointsEnabled);
        Assert.Empty(await next.AuditEntries.ToListAsync(TestContext.Current.CancellationToken));
        Assert.Equal(team.Id, Assert.Single(heard, c => c.Kind is "Team" or "Thing").Id);
        Assert.Equal(["Kept"], await next.Teams.Select(t => t.Name).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory, EachProvider]
    public async Task Dispose_InATransaction_RollsItBack(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        await using (var first = await database.OpenAsync())
        {
            await first.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
            first.Teams.Add(new Team { Name = "Left" });
            await first.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        await using var next = await database.OpenAsync();

        Assert.Null(next.Database.CurrentTransaction);
        Assert.Empty(await next.Teams.ToListAsync(TestContext.Current.CancellationToken));
    }

    [Theory, EachProvider]
    public async Task Commit_AfterASaveThatFailed_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var ct = TestContext.Current.CancellationToken;
        await using var db = await database.OpenAsync();
        var taken = new Team { Name = "Taken" };
        db.Teams.Add(taken);
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        await using (var torn = await db.Database.BeginTransactionAsync(ct))
        {
            db.Teams.Add(new Team { Id = taken.Id, Name = "Other" });
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(ct));

            await Assert.ThrowsAsync<InvalidOperationException>(() => torn.CommitAsync(ct));
        }
        db.ChangeTracker.Clear();

        // The next transaction of the same context is its own.
        await using var whole = await db.Database.BeginTransactionAsync(ct);
        db.Teams.Add(new Team { Name = "Kept" });
        await db.SaveChangesAsync(ct);
        await whole.CommitAsync(ct);

        Assert.Equal(["Kept", "Taken"], await db.Teams.AsNoTracking().OrderBy(t => t.Name).Select(t => t.Name).ToListAsync(ct));
    }

    [Theory, EachProvider]
    public async Task Save_AfterOneThatFailed_LeavesTheAuditChainWhole(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var ct = TestContext.Current.CancellationToken;
        var ana = await database.PersonAsync("ana");
        await using var db = await database.OpenAsync();
        var taken = new Team { Name = "Taken" };
        db.Teams.Add(taken);
        await db.SaveChangesAsync(ct);
        db.ChangeTracker.Clear();
        var other = new Team { Id = taken.Id, Name = "Other" };
        db.Teams.Add(other);
        db.Audit(new AuditRecord(ana, "team.lost", "team", other.Id));
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync(ct));

        db.Entry(other).State = EntityState.Detached;
        db.Teams.Add(new Team { Name = "Kept" });
        db.Audit(new AuditRecord(ana, "team.kept", "team", null));
        await db.SaveChangesAsync(ct);

        var line = await db.AuditEntries.AsNoTracking().SingleAsync(ct);
        Assert.Equal((1L, "team.kept"), (line.Seq, line.Action));
    }
}
