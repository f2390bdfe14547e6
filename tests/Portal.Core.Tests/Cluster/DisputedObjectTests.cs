using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Cluster;

/// <summary>What becomes of disputes whose object goes, and of the rest of an object of which a field was left to others.</summary>
public sealed class DisputedObjectTests(PostgresServer server) : IAsyncLifetime
{
    private static readonly ReconcileOwner Owner = new("Notebook", Guid.CreateVersion7());
    private static readonly ObjectKey Quota = new(Kinds.ResourceQuota, "ml-x", "limits");
    private static readonly ObjectKey Secret = new(Kinds.Secret, "ml-x", "key");
    private static readonly FieldConflict Theirs = new("kubectl-edit", ".spec.hard.cpu");
    private static readonly FieldConflict Own = new(Manifest.FieldManager, ".spec.hard.memory");

    private readonly StagedCluster _cluster = new(Kinds.ResourceQuota);
    private TestDatabase _database = null!;
    private DisputeBook _book = null!;
    private ClusterWriter _writer = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestDatabase.CreateAsync(Provider.Sqlite, server);
        _book = new DisputeBook(_database.Get<IDbContextFactory<PortalDb>>(), _database.Get<IChangeFeed>(), _database.Clock);
        _writer = new ClusterWriter(_cluster, _cluster, _book, Guid.CreateVersion7());
    }

    public async ValueTask DisposeAsync()
    {
        _book.Dispose();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Apply_OverWhatThePortalItselfHasPatched_IsForcedAndNoDispute()
    {
        _cluster.Conflicts = [Own];

        await _writer.ApplyAsync(Wanted(Quota), default);

        Assert.Equal(["apply ResourceQuota limits", "force ResourceQuota limits"], _cluster.Calls);
        Assert.Empty(await DisputesAsync());
    }

    [Fact]
    public async Task Apply_OverWhatThePortalAndOthersHold_IsADisputeWithTheOthersAlone()
    {
        _cluster.Conflicts = [Own, Theirs];

        await Assert.ThrowsAsync<ClusterException>(() => _writer.ApplyAsync(Wanted(Quota), default));

        Assert.Equal([Theirs], Assert.Single(await DisputesAsync()).Conflicts);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Object_ThatIsMadeAgainAfterAFieldWasLeft_IsMadeWhole(bool followed)
    {
        var key = followed ? Quota : Secret;
        await LeftAsync(key);
        _cluster.Remove(key);

        await _writer.ApplyAsync(Wanted(key), default);

        Assert.Equal("8", _cluster[key].Text("spec", "hard", "cpu"));
        Assert.Empty(await DisputesAsync());
        Assert.Equal(1, await AuditedAsync("object.dispute_over"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Dispute_OfWhatIsDeletedOrPruned_IsOver(bool prunes)
    {
        await LeftAsync(Quota);

        if (prunes)
            await _writer.PruneAsync(Quota.Type, Quota.Namespace, Owner, new HashSet<string>(), default);
        else
            await _writer.DeleteAsync(Quota, Owner, default);

        Assert.Empty(await DisputesAsync());
    }

    [Fact]
    public async Task Dispute_OfWhatIsNotWantedAndSomebodyElseDeleted_IsOver()
    {
        await LeftAsync(Quota);
        _cluster.Remove(Quota);

        await _writer.PruneAsync(Quota.Type, Quota.Namespace, Owner, new HashSet<string> { Quota.Name }, default);
        var wanted = await DisputesAsync();
        await _writer.PruneAsync(Quota.Type, Quota.Namespace, Owner, new HashSet<string>(), default);

        Assert.Single(wanted);
        Assert.Empty(await DisputesAsync());
        Assert.Equal(1, await AuditedAsync("object.dispute_over"));
    }

    [Fact]
    public async Task Mend_BesideAFieldThatWasLeft_IsMadeAndLeavesThatField()
    {
        await LeftAsync(Quota);
        _cluster[Quota]["spec"]!["hard"]!.AsObject().Remove("memory");

        await _writer.RepairAsync(Wanted(Quota), asks: true, default);

        Assert.Equal(("2", "1Gi"), (_cluster[Quota].Text("spec", "hard", "cpu"), _cluster[Quota].Text("spec", "hard", "memory")));
        Assert.Equal(1, await AuditedAsync("object.set_right"));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Change_WithWhichTheNoteOfWhatWasAppliedWent_IsSetRightAndTold(bool ensures)
    {
        await _writer.ApplyAsync(Wanted(Quota), default);
        _cluster[Quota]["spec"]!["hard"]!.AsObject().Remove("memory");
        _cluster[Quota]["metadata"]!.AsObject().Remove("annotations");

        if (ensures)
            await _writer.EnsureAsync(Quota.Type, Wanted(Quota), default);
        else
            await _writer.RepairAsync(Wanted(Quota), asks: true, default);

        Assert.Equal("1Gi", _cluster[Quota].Text("spec", "hard", "memory"));
        Assert.Equal(1, await AuditedAsync("object.set_right"));
    }

    [Fact]
    public async Task Preview_BeforeTheFirstListOfWhatMayNotBeRead_IsAnsweredByTheRightToWrite()
    {
        var unlisted = new StagedCluster { MayRead = false };

        var change = await new ClusterWriter(unlisted, unlisted).PreviewAsync(Quota.Type, Wanted(Quota), default);

        Assert.Equal(ObjectChangeKind.Create, change.Change);
        Assert.False(unlisted.Has(Quota));
    }

    [Fact]
    public async Task Ensure_OfADisputedObjectThatWentAndMayNotBeRead_MakesItWholeByTheRightToWrite()
    {
        await LeftAsync(Quota);
        _cluster.Remove(Quota);
        _cluster.Calls.Clear();
        _cluster.MayRead = false;

        await _writer.EnsureAsync(Quota.Type, Wanted(Quota), default);

        Assert.Equal(["patch ResourceQuota limits", "apply ResourceQuota limits"], _cluster.Calls);
        Assert.Equal(0, _cluster.RefusedReads);
    }

    [Fact]
    public async Task Ensure_OfTheSameAmountInOtherWords_IsNotNeeded()
    {
        _cluster.Webhook = made => made["spec"]!["hard"]!["memory"] = "1024Mi";
        await _writer.EnsureAsync(Quota.Type, Wanted(Quota), default);

        await _writer.EnsureAsync(Quota.Type, Wanted(Quota), default);

        Assert.Single(_cluster.Calls);
    }

    // Somebody holds a field with another value, and it was left to them.
    private async Task LeftAsync(ObjectKey key)
    {
        await _writer.ApplyAsync(Wanted(key), default);
        _cluster[key]["spec"]!["hard"]!["cpu"] = "2";
        _cluster.Conflicts = [Theirs];
        await Assert.ThrowsAsync<ClusterException>(() => _writer.ApplyAsync(Wanted(key), default));
        await using var db = await _database.OpenAsync();
        (await db.Set<ObjectDispute>().SingleAsync()).Decision = DisputeDecision.Leave;
        await db.SaveChangesAsync();
        _cluster.Conflicts = [];
    }

    private static JsonObject Wanted(ObjectKey key) => Manifest.Create(key.Type, key.Namespace, key.Name, Owner)
        .With("spec", new JsonObject { ["hard"] = new JsonObject { ["cpu"] = "8", ["memory"] = "1Gi" } });

    private async Task<List<ObjectDispute>> DisputesAsync()
    {
        await using var db = await _database.OpenAsync();
        return await db.Set<ObjectDispute>().AsNoTracking().ToListAsync();
    }

    private async Task<int> AuditedAsync(string action)
    {
        await using var db = await _database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Action == action);
    }
}
