using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Clusters;

public class ClusterServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Register_SentTwice_MakesOneAndAuditsWithoutCredentials(Provider provider)
    {
        await using var database = await CreateAsync(provider, new FoundCluster());
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var draft = Draft("North");

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => database.Get<ClusterService>().RegisterAsync(admin, draft, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        var view = Assert.Single((await database.Get<ClusterQueryService>().ListAsync(admin, default)).Value);
        Assert.Equal(("North", "", ClusterState.Unreachable), (view.Row.Name, view.Row.Credentials, view.State));
        await using var db = await database.OpenAsync();
        Assert.Equal("sealed", (await db.Set<ClusterRegistration>().SingleAsync()).Credentials);
        Assert.DoesNotContain("sealed", (await db.AuditEntries.SingleAsync(e => e.Action == "cluster.registered")).Details, StringComparison.Ordinal);
    }

    [Theory, EachProvider]
    public async Task Register_ThatCannotBeReached_IsRefusedAndNotStored(Provider provider)
    {
        await using var database = await CreateAsync(provider, new FoundCluster { Finding = ClusterCheck.Failed("check.wrong_authority", "", ("server", "https://x")) });
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);

        var result = await database.Get<ClusterService>().RegisterAsync(admin, Draft("North"), default);

        Assert.Equal(("check.wrong_authority", "https://x"), (result.Refusal?.Code, result.Refusal!.Arguments["server"]));
        Assert.Empty((await database.Get<ClusterQueryService>().ListAsync(admin, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Register_TheSameClusterAgain_IsRefusedAndNamesTheOther(Provider provider)
    {
        var probe = new FoundCluster { Finding = ClusterCheck.None with { Identity = "uid-1" } };
        await using var database = await CreateAsync(provider, probe);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var clusters = database.Get<ClusterService>();
        var first = Draft("North");
        Assert.True((await clusters.RegisterAsync(admin, first, default)).Succeeded);

        var again = await clusters.RegisterAsync(admin, Draft("North too"), default);
        var reconnected = await clusters.ReconnectAsync(admin, first.Id, 1, first.Credentials, default);
        probe.Finding = ClusterCheck.None with { Identity = "uid-2" };
        var another = await clusters.RegisterAsync(admin, Draft("South"), default);
        probe.Finding = ClusterCheck.None with { Identity = "uid-1" };
        var elsewhere = await clusters.ReconnectAsync(admin, another.Value, 1, first.Credentials, default);
        probe.Finding = ClusterCheck.None;
        var untold = await clusters.RegisterAsync(admin, Draft("East"), default);

        Assert.Equal(("registration.same_cluster", "North"), (again.Refusal?.Code, again.Refusal!.Arguments["name"]));
        Assert.Equal("registration.same_cluster", elsewhere.Refusal?.Code);
        Assert.Equal(3, (await database.Get<ClusterQueryService>().ListAsync(admin, default)).Value.Count);
        Assert.All([reconnected.Succeeded, another.Succeeded, untold.Succeeded], Assert.True);
    }

    [Theory, EachProvider]
    public async Task Reconnect_ToAnotherClusterWhileAProjectLivesThere_IsRefusedUntilItIsConfirmed(Provider provider)
    {
        var probe = new FoundCluster { Finding = ClusterCheck.None with { Identity = "uid-1" } };
        await using var database = await CreateAsync(provider, probe);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var clusters = database.Get<ClusterService>();
        var draft = Draft("North");
        await clusters.RegisterAsync(admin, draft, default);
        var team = await database.TeamAsync("Risk", admin);
        await database.Get<ProjectService>().CreateAsync(admin, new ProjectDraft(Guid.CreateVersion7(), "Credit", team), default);
        // An account that may not see which cluster it is says nothing of another one.
        probe.Finding = ClusterCheck.None;
        Assert.True((await clusters.ReconnectAsync(admin, draft.Id, 1, draft.Credentials, default)).Succeeded);
        probe.Finding = ClusterCheck.None with { Identity = "uid-2" };

        var refused = await clusters.ReconnectAsync(admin, draft.Id, 2, draft.Credentials, default);
        var confirmed = await clusters.ReconnectAsync(admin, draft.Id, 2, draft.Credentials, default, toAnother: true);

        Assert.Equal(("registration.other_cluster", 1), (refused.Refusal?.Code, refused.Refusal?.Arguments["projects"]));
        Assert.True(confirmed.Succeeded);
        await using var db = await database.OpenAsync();
        var told = (await db.AuditEntries.OrderBy(e => e.Seq).LastAsync(e => e.Action == "cluster.reconnected")).Details;
        Assert.All(["uid-1", "uid-2"], identity => Assert.Contains(identity, told, StringComparison.Ordinal));
    }

    [Theory, EachProvider]
    public async Task Register_AClusterThatIsSeenAlready_IsRefusedThoughItWasNeverTried(Provider provider)
    {
        var seen = new SeenCluster().With(Kinds.Namespace, new JsonObject { ["metadata"] = new JsonObject { ["name"] = "kube-system", ["uid"] = "uid-1" } });
        await using var database = await TestDatabase.CreateAsync(provider, server, s => s
            .AddSingleton<IClusterProbe>(new FoundCluster { Finding = ClusterCheck.None with { Identity = "uid-1" } }).AddSingleton<IClusters>(seen));
        await database.ClusterAsync("Own", c => c.Id = seen.Id);

        var again = await database.Get<ClusterService>().RegisterAsync(await database.PersonAsync("admin", PlatformRole.Admin), Draft("North"), default);

        Assert.Equal(("registration.same_cluster", "Own"), (again.Refusal?.Code, again.Refusal!.Arguments["name"]));
    }

    [Theory, EachProvider]
    public async Task Remove_WhileAProjectLivesThere_IsRefusedAndNamesHowMany(Provider provider)
    {
        await using var database = await CreateAsync(provider, new FoundCluster());
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var team = await database.TeamAsync("Risk", admin);
        var used = (await database.Get<ClusterService>().RegisterAsync(admin, Draft("Used") with { Region = "eu" }, default)).Value;
        var idle = (await database.Get<ClusterService>().RegisterAsync(admin, Draft("Idle") with { Region = "us" }, default)).Value;
        var project = await database.Get<ProjectService>().CreateAsync(admin, new ProjectDraft(Guid.CreateVersion7(), "Credit", team) { Region = "EU" }, default);
        Assert.True(project.Succeeded, project.Refusal?.Code);

        var refused = await database.Get<ClusterService>().RemoveAsync(admin, used, default);
        await using (var disputed = await database.OpenAsync())
        {
            disputed.Add(new ObjectDispute { ClusterId = idle, OwnerKind = "Platform", ApiGroup = "kueue.x-k8s.io", ObjectKind = "Cohort", Namespace = "", Name = "portal" });
            await disputed.SaveChangesAsync();
        }
        var removed = await database.Get<ClusterService>().RemoveAsync(admin, idle, default);

        Assert.Equal(("registration.used", 1), (refused.Refusal?.Code, refused.Refusal!.Arguments["projects"]));
        Assert.True(removed.Succeeded);
        await using var db = await database.OpenAsync();
        Assert.Equal(used, (await db.Projects.SingleAsync()).ClusterId);
        Assert.Empty(await db.Set<ObjectDispute>().ToListAsync());
    }

    [Theory, EachProvider]
    public async Task Create_ProjectThatNoClusterTakes_IsRefused(Provider provider)
    {
        await using var database = await CreateAsync(provider, new FoundCluster());
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var team = await database.TeamAsync("Risk", admin);
        await database.Get<ClusterService>().RegisterAsync(admin, Draft("North") with { DataClasses = [DataClass.Public] }, default);

        var result = await database.Get<ProjectService>().CreateAsync(admin, new ProjectDraft(Guid.CreateVersion7(), "Credit", team), default);

        Assert.Equal("placement.none", result.Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task Edit_AddressRanges_AreAuditedAndReachItsProjectsAtOnce(Provider provider)
    {
        await using var database = await CreateAsync(provider, new FoundCluster());
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var team = await database.TeamAsync("Risk", admin);
        var id = (await database.Get<ClusterService>().RegisterAsync(admin, Draft("North"), default)).Value;
        var project = (await database.Get<ProjectService>().CreateAsync(admin, new ProjectDraft(Guid.CreateVersion7(), "Credit", team), default)).Value;
        await using (var db = await database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, id));
        List<RowChange> seen = [];
        using var subscription = database.Get<IChangeFeed>().Subscribe(seen.Add);

        var result = await database.Get<ClusterService>().EditAsync(
            admin, id, 1, new ClusterContent("North") { ControlPlaneRanges = ["10.0.0.7"], PortalRanges = ["192.0.2.0/24"] }, default);

        Assert.True(result.Succeeded);
        Assert.Contains(seen, c => c.Id == project && c.NeedsReconcile);
        await using var after = await database.OpenAsync();
        var row = await after.Set<ClusterRegistration>().SingleAsync();
        Assert.Equal(["10.0.0.7/32"], row.ControlPlaneRanges);
        Assert.Contains("192.0.2.0/24", (await after.AuditEntries.SingleAsync(e => e.Action == "cluster.edited")).Details, StringComparison.Ordinal);
    }

    [Theory, EachProvider]
    public async Task Check_LaterOutage_IsKeptAndShown(Provider provider)
    {
        var probe = new FoundCluster();
        await using var database = await CreateAsync(provider, probe);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var id = (await database.Get<ClusterService>().RegisterAsync(admin, Draft("North"), default)).Value;

        probe.Finding = new ClusterCheck("", "", ["patch secrets"]);
        Assert.Equal(["patch secrets"], (await database.Get<ClusterService>().CheckAsync(admin, id, default)).Value.Missing);

        var view = (await database.Get<ClusterQueryService>().GetAsync(admin, id, default)).Value;
        Assert.Equal(["patch secrets"], view.Row.Check.Missing);
        Assert.Equal(database.Clock.GetUtcNow(), view.Row.CheckedAt);
    }

    [Theory, EachProvider]
    public async Task Check_OfCredentialsThatWereReplacedMeanwhile_IsNotKept(Provider provider)
    {
        var probe = new FoundCluster();
        await using var database = await CreateAsync(provider, probe);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var id = (await database.Get<ClusterService>().RegisterAsync(admin, Draft("North"), default)).Value;
        probe.Finding = ClusterCheck.Failed("check.unauthorized");
        probe.Meanwhile = async () =>
        {
            await using var db = await database.OpenAsync();
            await db.Set<ClusterRegistration>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Credentials, "others"));
        };

        Assert.Equal("check.unauthorized", (await database.Get<ClusterService>().CheckAsync(admin, id, default)).Value.Problem);

        Assert.Equal("", (await database.Get<ClusterQueryService>().GetAsync(admin, id, default)).Value.Row.Check.Problem);
    }

    private static ClusterDraft Draft(string name) => new(Guid.CreateVersion7(), name, new ClusterCredentials(ClusterConnectionKind.Kubeconfig, "text"));

    private Task<TestDatabase> CreateAsync(Provider provider, FoundCluster probe) =>
        TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusterProbe>(probe));
}
