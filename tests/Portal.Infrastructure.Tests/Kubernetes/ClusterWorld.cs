using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Cluster;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Infrastructure.Kubernetes.Watching;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>A client, and a namespace of the test's own in the cluster behind a kubeconfig.</summary>
internal sealed class ClusterWorld : IAsyncDisposable
{
    private readonly ClusterSession _session;

    private ClusterWorld(ClusterSession session) => _session = session;

    public string Namespace { get; } = "t-" + Guid.NewGuid().ToString("N")[..10];

    public ReconcileOwner Owner { get; } = new("Test", Guid.NewGuid());

    public IClusterClient Client => _session.Cluster.Client;

    public ClusterWriter Writer => _session.Cluster.Writer;

    public ClusterConnection Connection => _session.Connection;

    public static async Task<ClusterWorld> CreateAsync(string kubeconfig, Action<KubernetesOptions>? configure = null)
    {
        var world = new ClusterWorld(Session(kubeconfig, configure));
        await world.Client.ApplyAsync(Manifest.Create(Kinds.Namespace, null, world.Namespace, world.Owner), default);
        return world;
    }

    /// <summary>A line to the cluster behind a kubeconfig, that nothing watches yet.</summary>
    public static ClusterSession Session(string kubeconfig, Action<KubernetesOptions>? configure = null, Action<ReconcileOwner>? touched = null)
    {
        var options = new KubernetesOptions();
        configure?.Invoke(options);
        return new ClusterSession(
            Guid.NewGuid(), "test", ClusterLine.FromFile(kubeconfig), options, touched ?? (_ => { }), TimeProvider.System, NullLoggerFactory.Instance);
    }

    public JsonObject Config(string name, string value = "1") =>
        Manifest.Create(Kinds.ConfigMap, Namespace, name, Owner).With("data", new JsonObject { ["k"] = value });

    public ObjectKey KeyOf(string name) => new(Kinds.ConfigMap, Namespace, name);

    public Informer Follow(ObjectIndex index, Action<ReconcileOwner>? touched = null) =>
        new(Kinds.ConfigMap, Connection, index, touched ?? (_ => { }), TimeProvider.System, NullLogger.Instance);

    public async ValueTask DisposeAsync()
    {
        // Where a test ends amid its faults, what it ended by is to be told, and not this.
        await Eventually.TrueAsync(async () =>
        {
            try
            {
                await Client.DeleteAsync(new ObjectKey(Kinds.Namespace, null, Namespace), default);
                return true;
            }
            catch (ClusterException)
            {
                return false;
            }
        }, "the namespace let go");
        await _session.DisposeAsync();
    }
}
