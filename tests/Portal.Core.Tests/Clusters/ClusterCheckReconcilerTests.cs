using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Reconciliation;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Clusters;

public class ClusterCheckReconcilerTests(PostgresServer server)
{
    private static readonly ClusterCheck Expired = ClusterCheck.Failed("check.unauthorized");

    [Theory, EachProvider]
    public async Task Check_ThatHasGrownOld_IsRepeatedAndShown(Provider provider)
    {
        await using var stage = await StageAsync(provider);
        stage.Database.Clock.Advance(ClusterCheckReconciler.Every - TimeSpan.FromSeconds(1));
        await stage.PassAsync();
        Assert.Equal("", (await stage.ShownAsync()).Row.Check.Problem);

        stage.Database.Clock.Advance(TimeSpan.FromSeconds(1));
        await stage.PassAsync();

        var shown = await stage.ShownAsync();
        Assert.Equal(("check.unauthorized", stage.Database.Clock.GetUtcNow(), ClusterState.Attention), (shown.Row.Check.Problem, shown.Row.CheckedAt, shown.State));
        Assert.Equal(1, shown.Row.Generation);
    }

    [Theory, EachProvider]
    public async Task Check_AfterARefusal_IsRepeatedSoonAndAgainUntilItIsSound(Provider provider)
    {
        await using var stage = await StageAsync(provider);
        stage.Database.Clock.Advance(ClusterCheckReconciler.Soon);
        await stage.PassAsync();
        Assert.Equal("", (await stage.ShownAsync()).Row.Check.Problem);

        stage.Seen.SinceRefusal = TimeSpan.FromSeconds(5);
        await stage.PassAsync();
        Assert.Equal("check.unauthorized", (await stage.ShownAsync()).Row.Check.Problem);
        stage.Probe.Finding = ClusterCheck.None;
        stage.Database.Clock.Advance(ClusterCheckReconciler.Soon);
        await stage.PassAsync();

        Assert.True((await stage.ShownAsync()).Row.Check.IsSound);
    }

    [Theory, EachProvider]
    public async Task Check_OfASilentClusterOrOfOneThatLacksRights_WaitsItsTime(Provider provider)
    {
        await using var stage = await StageAsync(provider);
        stage.Seen.SinceRefusal = TimeSpan.FromSeconds(5);
        stage.Seen.Silence = TimeSpan.FromSeconds(20);
        stage.Database.Clock.Advance(ClusterCheckReconciler.Soon);
        await stage.PassAsync();
        Assert.Equal("", (await stage.ShownAsync()).Row.Check.Problem);

        stage.Seen.Silence = null;
        stage.Probe.Finding = new ClusterCheck("", "", ["list nodes"]);
        await stage.PassAsync();
        stage.Probe.Finding = ClusterCheck.None;
        stage.Database.Clock.Advance(ClusterCheckReconciler.Soon);
        await stage.PassAsync();

        Assert.Equal(["list nodes"], (await stage.ShownAsync()).Row.Check.Missing);
    }

    [Theory, EachProvider]
    public async Task Check_ThatFails_LeavesKnownWhichClusterItIs(Provider provider)
    {
        await using var stage = await StageAsync(provider);
        foreach (var finding in new[] { ClusterCheck.None with { Identity = "uid-1" }, Expired })
        {
            stage.Probe.Finding = finding;
            stage.Database.Clock.Advance(ClusterCheckReconciler.Every);
            await stage.PassAsync();
        }

        var check = (await stage.ShownAsync()).Row.Check;
        Assert.Equal(("check.unauthorized", "uid-1"), (check.Problem, check.Identity));
    }

    [Theory, EachProvider]
    public async Task Check_OfOneThatWasTakenOut_IsOver(Provider provider)
    {
        await using var stage = await StageAsync(provider);

        Assert.Equal(ReconcileResult.Settled, await stage.Reconciler.ReconcileAsync(Guid.NewGuid(), default));
        Assert.Equal([new ReconcileRow(stage.Seen.Id, stage.Seen.Id)], await stage.Reconciler.AllAsync(default));
    }

    private async Task<Stage> StageAsync(Provider provider)
    {
        var (seen, probe) = (new SeenCluster(), new FoundCluster { Finding = Expired });
        var database = await TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusters>(seen).AddSingleton<IClusterProbe>(probe)
            .AddSingleton<ClusterCheckReconciler>());
        await database.ClusterAsync("North", c => (c.Id, c.CheckedAt) = (seen.Id, database.Clock.GetUtcNow()));
        return new Stage(database, seen, probe, await database.PersonAsync("admin", PlatformRole.Admin));
    }

    private sealed record Stage(TestDatabase Database, SeenCluster Seen, FoundCluster Probe, Actor Admin) : IAsyncDisposable
    {
        public ClusterCheckReconciler Reconciler => Database.Get<ClusterCheckReconciler>();

        public Task PassAsync() => Reconciler.ReconcileAsync(Seen.Id, default);

        public async Task<ClusterView> ShownAsync() => (await Database.Get<ClusterQueryService>().GetAsync(Admin, Seen.Id, default)).Value;

        public ValueTask DisposeAsync() => Database.DisposeAsync();
    }
}
