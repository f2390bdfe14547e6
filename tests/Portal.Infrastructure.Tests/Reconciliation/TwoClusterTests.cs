using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>Two API servers, one of them behind a network that stops answering.</summary>
public class TwoClusterTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Fact]
    public async Task Cluster_ThatHangs_HoldsUpNeitherPagesNorTheOtherClusterAndGoesOnAfterwards()
    {
        await using var far = new EmbeddedCluster();
        await far.InitializeAsync();
        await using var proxy = await FaultProxy.StartAsync(far.Kubeconfig);
        await using var world = await ProjectWorld.CreateAsync(Provider.Sqlite, server, cluster.Kubeconfig);
        world.Database.Get<KubernetesOptions>().RequestTimeout = TimeSpan.FromSeconds(3);
        var sealedConfig = world.Database.Get<ClusterVault>().Seal(await File.ReadAllTextAsync(proxy.Kubeconfig));
        var farId = await world.Database.ClusterAsync("Far", c =>
            (c.Region, c.Connection, c.Credentials) = ("far", ClusterConnectionKind.Kubeconfig, sealedConfig));
        await world.StartAsync();
        var clusters = world.Database.Get<IClusters>();
        await Eventually.TrueAsync(() => clusters.Get(farId) is { Age: not null } seen && seen.Cache.Age(Kinds.Node) is not null,
            "the far cluster is seen: placement takes one that is not, last");
        var settled = await CreateAsync(world, "far");
        await world.WaitForAsync(settled, ProjectState.Ready);
        Assert.Equal(farId, (await world.FindAsync(settled))!.ClusterId);

        proxy.Rule = _ => Fault.Hang;
        proxy.CutStreams();
        // More than there are workers for one cluster.
        var stuck = new List<Guid>();
        for (var i = 0; i < 20; i++)
            stuck.Add(await CreateAsync(world, "far"));
        var waiting = clusters.Get(farId).Client.FindAsync(new ObjectKey(Kinds.Namespace, null, "default"), default);
        var near = await CreateAsync(world, "near");

        await world.WaitForAsync(near, ProjectState.Ready);
        var seen = await world.Database.Get<ProjectObjectsService>().ListAsync(world.Ana, settled, default);

        Assert.Equal(ClusterRegistration.ConfiguredId, (await world.FindAsync(near))!.ClusterId);
        Assert.NotEmpty(seen.Value);
        foreach (var id in stuck)
            Assert.NotEqual(ProjectState.Ready, (await world.FindAsync(id))!.State);
        await Assert.ThrowsAsync<ClusterException>(() => waiting);

        proxy.Rule = _ => Fault.None;
        foreach (var id in stuck)
            await world.WaitForAsync(id, ProjectState.Ready);
    }

    private static async Task<Guid> CreateAsync(ProjectWorld world, string region)
    {
        var draft = new ProjectDraft(Guid.CreateVersion7(), "p " + Guid.NewGuid().ToString("N")[..8], world.Team) { Region = region };
        return (await world.Database.Get<ProjectService>().CreateAsync(world.Ana, draft, default)).Value;
    }
}
