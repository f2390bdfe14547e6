using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Cluster;

/// <summary>What the writer leaves alone, takes over, and tells.</summary>
public sealed class ClusterWriterTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly ReconcileOwner Owner = new("Notebook", Guid.CreateVersion7());
    private static readonly ObjectKey Quota = new(Kinds.ResourceQuota, "ml-x", "limits");
    private static readonly ObjectKey Secret = new(Kinds.Secret, "ml-x", "key");
    private static readonly FieldConflict Asked = new("kubectl-edit", ".spec.hard.cpu");

    private readonly StagedCluster _cluster = new(Kinds.ResourceQuota, Kinds.NetworkPolicy);
    private TestDatabase _database = null!;
    private Databases _databases = null!;
    private DisputeBook _book = null!;
    private ClusterWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(Provider.Sqlite, server);
        _databases = new Databases(_database);
        _book = new DisputeBook(_databases, _database.Get<IChangeFeed>(), _database.Clock);
        _writer = new ClusterWriter(_cluster, _cluster, _book, Guid.CreateVersion7());
    }

    public async ValueTask DisposeAsync()
    {
        _book.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task TakeOver_OfWhatWasAskedAbout_IsForced()
    {
        await DecidedAsync(DisputeDecision.TakeOver);

        await EnsureAsync();

        Assert.Equal(["apply ResourceQuota limits", "force ResourceQuota limits"], _cluster.Calls);
        Assert.Equal(1, await AuditedAsync("object.taken_over"));
    }

    [Fact]
    public async Task TakeOver_WhenOthersHoldMoreByThen_IsNotForcedAndAskedAnew()
    {
        await DecidedAsync(DisputeDecision.TakeOver);
        var arisen = new FieldConflict("argocd-controller", ".spec.hard.memory");
        _cluster.Conflicts = [Asked, arisen];

        await Assert.ThrowsAsync<ClusterException>(EnsureAsync);

        Assert.Equal(["apply ResourceQuota limits"], _cluster.Calls);
        var dispute = await DisputeAsync();
        Assert.Equal(DisputeDecision.Open, dispute.Decision);
        Assert.Equal([Asked, arisen], dispute.Conflicts);
    }

    [Fact]
    public async Task Apply_OfWhatAnotherToolKeeps_IsRefusedThoughNoWatchShowsIt()
    {
        _cluster[Secret] = Kept(Secret);

        var refused = await Assert.ThrowsAsync<ClusterException>(() => _writer.ApplyAsync(Wanted(Secret), default));

        Assert.Equal(ClusterFailure.Owned, refused.Failure);
        Assert.Equal("patch Secret key", Assert.Single(_cluster.Calls));
        Assert.Equal((KeeperKind.ArgoCd, "tenants"), await DisputeAsync() is var d ? (d.Keeper, d.KeeperName) : default);
    }

    [Fact]
    public async Task Apply_OfWhatNoWatchShows_LooksOnceUntilAnotherToolKeepsIt()
    {
        await _writer.ApplyAsync(Wanted(Secret), default);
        await _writer.ApplyAsync(Wanted(Secret), default);
        Assert.Equal(["patch Secret key", "apply Secret key", "apply Secret key"], _cluster.Calls);

        // Taken over meanwhile: its next answer tells.
        Mark(_cluster[Secret]);
        await _writer.ApplyAsync(Wanted(Secret), default);
        await Assert.ThrowsAsync<ClusterException>(() => _writer.ApplyAsync(Wanted(Secret), default));

        Assert.Equal("patch Secret key", _cluster.Calls[^1]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Delete_OfWhatAnotherToolKeeps_IsRefused(bool followed)
    {
        var key = followed ? Quota : Secret;
        if (!followed)
            await _writer.ApplyAsync(Wanted(key), default);
        _cluster[key] = Kept(key);

        var refused = await Assert.ThrowsAsync<ClusterException>(() => _writer.DeleteAsync(key, Owner, default));

        Assert.Equal((ClusterFailure.Owned, true), (refused.Failure, _cluster.Has(key)));
        Mark(_cluster[key], null);
        Assert.True(await _writer.DeleteAsync(key, Owner, default));
    }

    // A watch may be behind: whoever began to keep it a moment ago keeps it.
    [Fact]
    public async Task Delete_OfWhatAnotherToolKeepsSinceTheWatchSawIt_IsRefused()
    {
        (_cluster[Quota], _cluster.Behind[Quota]) = (Kept(Quota), Wanted(Quota));

        var refused = await Assert.ThrowsAsync<ClusterException>(() => _writer.DeleteAsync(Quota, Owner, default));

        Assert.Equal((ClusterFailure.Owned, true), (refused.Failure, _cluster.Has(Quota)));
    }

    [Fact]
    public async Task Delete_OfWhatSomebodyMadeInThePlaceOfOurs_LeavesIt()
    {
        var theirs = Manifest.Create(Quota.Type, Quota.Namespace, Quota.Name, Owner);
        theirs["metadata"]!.AsObject().Remove("labels");
        _cluster[Quota] = theirs;

        Assert.False(await _writer.DeleteAsync(Quota, Owner, default));

        Assert.True(_cluster.Has(Quota));
    }

    [Fact]
    public async Task Delete_OfOursThatLostItsLabels_TakesIt()
    {
        await _writer.ApplyAsync(Wanted(Quota), default);
        _cluster[Quota]["metadata"]!.AsObject().Remove("labels");

        Assert.True(await _writer.DeleteAsync(Quota, Owner, default));
        Assert.False(_cluster.Has(Quota));
    }

    [Fact]
    public async Task Prune_LeavesWhatAnotherToolKeeps()
    {
        static ObjectKey Policy(string name) => new(Kinds.NetworkPolicy, "ml-x", name);
        foreach (var name in new[] { "kept", "kept-now", "ours" })
            _cluster[Policy(name)] = name == "ours" ? Wanted(Policy(name)) : Kept(Policy(name));
        _cluster.Behind[Policy("kept-now")] = Wanted(Policy("kept-now"));

        await _writer.PruneAsync(Kinds.NetworkPolicy, "ml-x", Owner, new HashSet<string>(), default);

        Assert.Equal("delete NetworkPolicy ours", Assert.Single(_cluster.Calls, c => c.StartsWith("delete", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Field_ThatTheClusterItselfSetsOtherwise_IsToldOnceAndIsNoRepair()
    {
        _cluster.Webhook = made => made["spec"]!["hard"]!["cpu"] = "2";

        for (var pass = 0; pass < 4; pass++)
            await EnsureAsync();

        Assert.Equal((1, 0), (await AuditedAsync("object.overruled"), await AuditedAsync("object.set_right")));
        // Another answer is news.
        _cluster.Webhook = made => made["spec"]!["hard"]!["cpu"] = "3";
        await EnsureAsync();
        await EnsureAsync();
        Assert.Equal(2, await AuditedAsync("object.overruled"));
    }

    [Fact]
    public async Task Repair_BesideAFieldThatTheClusterSetsOtherwise_IsToldWithItsOwnField()
    {
        _cluster.Webhook = made => made["spec"]!["hard"]!["cpu"] = "2";
        await EnsureAsync();
        _cluster[Quota]["spec"]!["hard"]!.AsObject().Remove("memory");

        await EnsureAsync();
        await EnsureAsync();

        await using var db = await _database.OpenAsync();
        var told = await db.AuditEntries.SingleAsync(e => e.Action == "object.set_right");
        Assert.Contains("spec.hard.memory", told.Details, StringComparison.Ordinal);
        Assert.DoesNotContain("spec.hard.cpu", told.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Object_DeletedRightAfterItWasMade_IsMadeAgainAndTold()
    {
        await EnsureAsync();
        _cluster.Remove(Quota);

        await EnsureAsync();
        await EnsureAsync();

        Assert.True(_cluster.Has(Quota));
        Assert.Equal(1, await AuditedAsync("object.made_again"));
    }

    [Fact]
    public async Task Object_DeletedByThePortalItself_IsNotToldAsMissingWhenItIsWantedAgain()
    {
        await EnsureAsync();
        await _writer.DeleteAsync(Quota, Wanted(Quota).Owner()!.Value, default);

        await EnsureAsync();

        Assert.True(_cluster.Has(Quota));
        Assert.Equal(0, await AuditedAsync("object.made_again"));
    }

    [Fact]
    public async Task Object_ThatNoWatchShows_IsAppliedAgainAndNotToldAsMissing()
    {
        for (var i = 0; i < 3; i++)
            await _writer.EnsureAsync(Secret.Type, Wanted(Secret), default);

        Assert.Equal(3, _cluster.Calls.Count(c => c.StartsWith("apply", StringComparison.Ordinal)));
        Assert.Equal(0, await AuditedAsync("object.made_again"));
    }

    [Fact]
    public async Task Repair_WhoseNoteIsLost_IsToldAtTheNextPass()
    {
        await EnsureAsync();
        await EnsureAsync();
        _cluster.Remove(Quota);
        await ExecuteAsync("CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no space'); END");
        await Assert.ThrowsAsync<DbUpdateException>(EnsureAsync);
        Assert.True(_cluster.Has(Quota));
        await ExecuteAsync("DROP TRIGGER full");

        await EnsureAsync();
        await EnsureAsync();

        Assert.Equal(1, await AuditedAsync("object.made_again"));
    }

    [Fact]
    public async Task Note_ThatCannotBeStored_IsNoSilentSuccess()
    {
        _cluster.Conflicts = [Asked];
        await ExecuteAsync("CREATE TRIGGER full BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'no space'); END");
        await Assert.ThrowsAsync<DbUpdateException>(EnsureAsync);
        await ExecuteAsync("DROP TRIGGER full");

        await Assert.ThrowsAsync<ClusterException>(EnsureAsync);

        Assert.Equal(1, await AuditedAsync("object.disputed"));
    }

    [Fact]
    public async Task Note_ThatAnotherPassStoredFirst_IsTheSame()
    {
        _cluster.Conflicts = [Asked];
        using var other = new DisputeBook(_databases, _database.Get<IChangeFeed>(), _database.Clock);
        var cluster = Guid.CreateVersion7();
        var first = new ClusterWriter(_cluster, _cluster, _book, cluster);
        // This one has looked, and knows of none.
        Assert.Null(await _book.FindAsync(cluster, Quota, default));
        _databases.Before = () => Assert.ThrowsAsync<ClusterException>(() =>
            new ClusterWriter(_cluster, _cluster, other, cluster).EnsureAsync(Quota.Type, Wanted(Quota), default));

        Assert.Equal(ClusterFailure.Owned, (await Assert.ThrowsAsync<ClusterException>(() => first.EnsureAsync(Quota.Type, Wanted(Quota), default))).Failure);

        Assert.Equal(1, await AuditedAsync("object.disputed"));
    }

    [Fact]
    public async Task Mend_OfWhatOthersCleared_IsMadeAndToldOnce()
    {
        await _writer.ApplyAsync(Wanted(Quota), default);
        await MendAsync(Wanted(Quota));
        _cluster[Quota]["spec"]!["hard"]!.AsObject().Remove("memory");

        await MendAsync(Wanted(Quota));
        await MendAsync(Wanted(Quota));

        Assert.Equal(["apply ResourceQuota limits", "apply ResourceQuota limits"], _cluster.Calls);
        Assert.Equal("1Gi", _cluster[Quota].Text("spec", "hard", "memory"));
        Assert.Equal(1, await AuditedAsync("object.set_right"));
    }

    [Fact]
    public async Task Mend_OfWhatIsWantedOtherwiseByNow_WaitsForTheNextApply()
    {
        await _writer.ApplyAsync(Wanted(Quota), default);
        var newer = Wanted(Quota);
        newer["spec"]!["hard"]!["cpu"] = "16";

        await MendAsync(newer);

        Assert.Equal("8", _cluster[Quota].Text("spec", "hard", "cpu"));
    }

    [Fact]
    public async Task Mend_OfAmountsThatTheServerWritesItsOwnWay_IsNotNeeded()
    {
        _cluster.Webhook = made => (made["spec"]!["hard"]!["cpu"], made["spec"]!["hard"]!["memory"]) = ("8000m", "1024Mi");
        await _writer.ApplyAsync(Wanted(Quota), default);

        await MendAsync(Wanted(Quota));

        Assert.Single(_cluster.Calls);
    }

    [Fact]
    public async Task Mend_OfWhatAWebhookSetsOtherwise_IsNotTriedAtEveryPass()
    {
        _cluster.Webhook = made => made["spec"]!["hard"]!["cpu"] = "2";
        await _writer.ApplyAsync(Wanted(Quota), default);
        await MendAsync(Wanted(Quota));
        _cluster.Calls.Clear();

        await _writer.RepairAsync(Wanted(Quota), asks: false, default);
        Assert.Empty(_cluster.Calls);
        _cluster.Webhook = null;
        await MendAsync(Wanted(Quota));

        Assert.Equal("8", _cluster[Quota].Text("spec", "hard", "cpu"));
        Assert.Equal(1, await AuditedAsync("object.overruled"));
    }

    [Fact]
    public async Task Mend_OfWhatNoWatchShows_IsMadeAgainWhereItIsAskedFor()
    {
        await _writer.ApplyAsync(Wanted(Secret), default);
        _cluster.Remove(Secret);

        await _writer.RepairAsync(Wanted(Secret), asks: false, default);
        Assert.False(_cluster.Has(Secret));
        await MendAsync(Wanted(Secret));
        await MendAsync(Wanted(Secret));

        Assert.True(_cluster.Has(Secret));
        Assert.Equal(1, await AuditedAsync("object.made_again"));
    }

    private Task MendAsync(JsonObject wanted) => _writer.RepairAsync(wanted, asks: true, default);

    private async Task EnsureAsync() => await _writer.EnsureAsync(Quota.Type, Wanted(Quota), default);

    // Somebody holds a field, and a person has said what shall be.
    private async Task DecidedAsync(DisputeDecision decision)
    {
        _cluster[Quota] = Wanted(Quota);
        _cluster.Conflicts = [Asked];
        await Assert.ThrowsAsync<ClusterException>(EnsureAsync);
        await using var db = await _database.OpenAsync();
        (await db.Set<ObjectDispute>().SingleAsync()).Decision = decision;
        await db.SaveChangesAsync();
        _cluster.Calls.Clear();
    }

    private static JsonObject Wanted(ObjectKey key) => Manifest.Create(key.Type, key.Namespace, key.Name, Owner)
        .With("spec", new JsonObject { ["hard"] = new JsonObject { ["cpu"] = "8", ["memory"] = "1Gi" } });

    private static JsonObject Kept(ObjectKey key) => Mark(Wanted(key));

    private static JsonObject Mark(JsonObject seen, string? mark = "tenants:/Secret:x/y")
    {
        seen["metadata"]!["annotations"] = mark is null ? null : new JsonObject { ["argocd.argoproj.io/tracking-id"] = mark };
        return seen;
    }

    private async Task<ObjectDispute> DisputeAsync()
    {
        await using var db = await _database.OpenAsync();
        return await db.Set<ObjectDispute>().AsNoTracking().SingleAsync();
    }

    private async Task<int> AuditedAsync(string action)
    {
        await using var db = await _database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Action == action);
    }

    private async Task ExecuteAsync(string sql)
    {
        await using var db = await _database.OpenAsync();
        await db.Database.ExecuteSqlRawAsync(sql);
    }

    /// <summary>Lets something else happen before the next context is given out.</summary>
    private sealed class Databases(TestDatabase database) : IDbContextFactory<PortalDb>
    {
        private Func<Task>? _before;

        public Func<Task> Before { set => _before = value; }

        public PortalDb CreateDbContext() => throw new NotSupportedException();

        public async Task<PortalDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            if (Interlocked.Exchange(ref _before, null) is { } before)
                await before();
            return await database.OpenAsync();
        }
    }
}
