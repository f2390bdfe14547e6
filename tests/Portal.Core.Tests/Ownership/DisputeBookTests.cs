using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Ownership;

/// <summary>What writers know of disputes while somebody decides about one.</summary>
public sealed class DisputeBookTests(PostgresServer server)
{
    private static readonly Guid Cluster = Guid.CreateVersion7();
    private static readonly ObjectKey Quota = new(Kinds.ResourceQuota, "ml-x", "project-limits");

    [Fact]
    public async Task Decision_StoredWhileTheBookIsRead_IsKnownAtTheNextLook()
    {
        await using var database = await TestDatabase.CreateAsync(Provider.Sqlite, server);
        await DisputeAsync(database);
        var reads = new OldView(database);
        using var book = new DisputeBook(reads, database.Get<IChangeFeed>(), database.Clock);

        var before = await book.FindAsync(Cluster, Quota, default);
        var after = await book.FindAsync(Cluster, Quota, default);

        Assert.Equal((DisputeDecision.Open, DisputeDecision.TakeOver), (before!.Decision, after!.Decision));
    }

    [Theory, EachProvider]
    public async Task Decision_IsToldToTheBookBeforeItWakesAPass(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var dispute = await DisputeAsync(database);
        var told = new List<string>();
        using var listening = database.Get<IChangeFeed>().Subscribe(change => told.Add(change.Kind));

        var taken = await database.Get<DisputeService>().TakeOverAsync(admin, dispute, default);

        Assert.True(taken.Succeeded, taken.Refusal?.Code);
        Assert.Equal([nameof(ObjectDispute), nameof(Project)], told);
    }

    [Fact]
    public async Task Look_WhoseFirstCallerGivesUp_StillAnswersTheOthers()
    {
        await using var database = await TestDatabase.CreateAsync(Provider.Sqlite, server);
        await DisputeAsync(database);
        var open = new TaskCompletionSource();
        using var book = new DisputeBook(new SlowView(database, open.Task), database.Get<IChangeFeed>(), database.Clock);
        using var gone = new CancellationTokenSource();
        var first = book.FindAsync(Cluster, Quota, gone.Token);
        var second = book.FindAsync(Cluster, Quota, default);

        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        open.SetResult();

        Assert.NotNull(await second);
    }

    private static async Task<Guid> DisputeAsync(TestDatabase database)
    {
        var dispute = new ObjectDispute
        {
            ClusterId = Cluster,
            OwnerKind = nameof(Project),
            OwnerId = Guid.CreateVersion7(),
            ObjectKind = "ResourceQuota",
            Namespace = Quota.Namespace!,
            Name = Quota.Name,
            Conflicts = [new FieldConflict("kubectl-edit", ".spec.hard")],
        };
        await using var db = await database.OpenAsync();
        db.Add(dispute);
        await db.SaveChangesAsync();
        return dispute.Id;
    }

    /// <summary>A database that answers when the test says so.</summary>
    private sealed class SlowView(TestDatabase database, Task open) : IDbContextFactory<PortalDb>
    {
        public PortalDb CreateDbContext() => throw new NotSupportedException();

        public async Task<PortalDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            await open.WaitAsync(cancellationToken);
            return await database.OpenAsync();
        }
    }

    /// <summary>The first context reads what stood there when it was made, although a decision is committed, and told, before it is read.</summary>
    private sealed class OldView(TestDatabase database) : IDbContextFactory<PortalDb>
    {
        private bool _used;

        public PortalDb CreateDbContext() => throw new NotSupportedException();

        public async Task<PortalDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            var old = await database.OpenAsync();
            if (_used)
                return old;
            _used = true;
            await old.Database.OpenConnectionAsync(cancellationToken);
            await old.Database.UseTransactionAsync(((SqliteConnection)old.Database.GetDbConnection()).BeginTransaction(deferred: true), cancellationToken);
            // With the first read, its view of the database begins.
            await old.Set<ObjectDispute>().AsNoTracking().CountAsync(cancellationToken);
            await using var db = await database.OpenAsync();
            (await db.Set<ObjectDispute>().SingleAsync(cancellationToken)).Decision = DisputeDecision.TakeOver;
            await db.SaveChangesAsync(cancellationToken);
            return old;
        }
    }
}
