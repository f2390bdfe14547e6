using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Watching;
using Portal.Testing.Clusters;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ClusterWatcherTests(EmbeddedCluster cluster)
{
    private static readonly ResourceType Definition =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    private static readonly ResourceType Widget = new("late.portal.test", "v1", "widgets", "Widget", false);

    [Fact]
    public async Task Kind_InstalledLaterAndRemoved_IsFollowedWhileItIsServed()
    {
        await using var services = new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddSingleton<IReconciler, WidgetReader>()
            .AddPortalKubernetes(new KubernetesOptions { Kubeconfig = cluster.Kubeconfig, DiscoveryAge = TimeSpan.FromMilliseconds(100) })
            .BuildServiceProvider();
        var client = services.GetRequiredService<IClusterClient>();
        var cache = services.GetRequiredService<ClusterCache>();
        var watcher = services.GetServices<IHostedService>().Single();
        await watcher.StartAsync(default);
        await Eventually.TrueAsync(() => cache.IsSynced, "the served kinds");
        Assert.Null(cache.Age(Widget));

        await client.ApplyAsync(WidgetDefinition(), default);
        await Eventually.TrueAsync(() => cache.Age(Widget) is not null, "the new kind");
        await client.ApplyAsync(Manifest.Create(Widget, null, "w", new ReconcileOwner("Test", Guid.NewGuid())), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is not null, "its object");

        await client.DeleteAsync(new ObjectKey(Definition, null, "widgets.late.portal.test"), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is null && cache.Age(Widget) is null, "the kind gone");
        await watcher.StopAsync(default);
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

    private sealed class WidgetReader : IReconciler
    {
        public string Kind => "Test";

        public IReadOnlyList<ResourceType> Watches { get; } = [Widget, Kinds.Namespace];

        public Task<IReadOnlyList<Guid>> AllAsync(CancellationToken ct) => Task.FromResult<IReadOnlyList<Guid>>([]);

        public Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct) => Task.FromResult(ReconcileResult.Settled);
    }
}
