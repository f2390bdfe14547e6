using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Watching;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>A client, and a namespace of the test's own in the cluster behind a kubeconfig.</summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    private ClusterWorld(ServiceProvider services) => _services = services;

    public string Namespace { get; } = "t-" + Guid.NewGuid().ToString("N")[..10];

    public ReconcileOwner Owner { get; } = new("Test", Guid.NewGuid());

    public IClusterClient Client => _services.GetRequiredService<IClusterClient>();

    public ClusterConnection Connection => _services.GetRequiredService<ClusterConnection>();

    public static async Task<ClusterWorld> CreateAsync(string kubeconfig, Action<KubernetesOptions>? configure = null)
    {
        var options = new KubernetesOptions { Kubeconfig = kubeconfig };
        configure?.Invoke(options);
        var world = new ClusterWorld(new ServiceCollection().AddLogging().AddSingleton(TimeProvider.System)
            .AddPortalKubernetes(options).BuildServiceProvider());
        await world.Client.ApplyAsync(Manifest.Create(Kinds.Namespace, null, world.Namespace, world.Owner), default);
        return world;
    }

    public JsonObject Config(string name, string value = "1") =>
        Manifest.Create(Kinds.ConfigMap, Namespace, name, Owner).With("data", new JsonObject { ["k"] = value });

    public ObjectKey KeyOf(string name) => new(Kinds.ConfigMap, Namespace, name);

    public Informer Follow(ObjectIndex index, Action<ReconcileOwner>? touched = null) =>
        new(Kinds.ConfigMap, Connection, index, touched ?? (_ => { }), TimeProvider.System, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        await Client.DeleteAsync(new ObjectKey(Kinds.Namespace, null, Namespace), default);
        await _services.DisposeAsync();
    }
}
