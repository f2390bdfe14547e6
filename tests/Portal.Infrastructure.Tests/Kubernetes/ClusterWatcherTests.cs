using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ClusterWatcherTests(EmbeddedCluster cluster)
{
    private static readonly ResourceType Definition =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    private static readonly ResourceType Widget = new("late.portal.test", "v1", "widgets", "Widget", false);

    [Fact]
    public async Task Cluster_ThatStopsAnswering_IsSilentUntilItAnswersAgainAndKeepsWhatWasSeen()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        session.Watch([Kinds.Namespace]);
        await Eventually.TrueAsync(() => session.Cache.IsSynced, "the namespaces");
        Assert.Null(session.Cluster.Silence);

        proxy.Rule = _ => Fault.LoseRequest;
        proxy.CutStreams();
        await Eventually.TrueAsync(() => session.Cluster.Silence is not null, "it is silent");
        Assert.NotEmpty(session.Cache.List(Kinds.Namespace));
        Assert.NotNull(session.Cache.Capabilities);

        proxy.Rule = _ => Fault.None;
        await Eventually.TrueAsync(() => session.Cluster.Silence is null, "it answers again");
    }

    [Fact]
    public async Task Kind_InstalledLaterAndRemoved_IsFollowedWhileItIsServed()
    {
        await using var session = ClusterWorld.Session(cluster.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        var (client, cache) = (session.Cluster.Client, session.Cache);
        session.Watch([Widget, Kinds.Namespace]);
        await Eventually.TrueAsync(() => cache.IsSynced, "the served kinds");
        Assert.Null(cache.Age(Widget));

        await client.ApplyAsync(WidgetDefinition(), default);
        await Eventually.TrueAsync(() => cache.Age(Widget) is not null, "the new kind");
        await client.ApplyAsync(Manifest.Create(Widget, null, "w", new ReconcileOwner("Test", Guid.NewGuid())), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is not null, "its object");

        await client.DeleteAsync(new ObjectKey(Definition, null, "widgets.late.portal.test"), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is null && cache.Age(Widget) is null, "the kind gone");
    }

    private static JsonObject WidgetDefinition() => Manifest.Create(Definition, null, "widgets.late.portal.test", new ReconcileOwner("Test", Guid.NewGuid()))
        .With("spec", new JsonObject
        {
            ["group"] = Widget.Group,
            ["scope"] = "Cluster",
            ["names"] = new JsonObject { ["plural"] = "widgets", ["singular"] = "widget", ["kind"] = "Widget", ["listKind"] = "WidgetList" },
            ["versions"] = new JsonArray(new JsonObject
            {
                ["name"] = "v1",
                ["served"] = true,
                ["storage"] = true,
                ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object" } },
            }),
        });
}
