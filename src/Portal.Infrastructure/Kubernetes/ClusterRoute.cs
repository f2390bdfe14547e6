using System.Net;
using Portal.Core.Workloads;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>
/// The way to a pod: its own address where the portal reaches it, and from outside the API server's proxy, which is open wherever
/// the API server is. Never its Service: an operator gives that a port of its own.
/// </summary>
internal sealed class ClusterRoute(ClusterConnection connection, ClusterDiscovery discovery) : IDisposable
{
    private readonly HttpMessageInvoker _direct = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
    });

    private readonly HttpMessageInvoker _throughServer = new(new Passage(connection));

    public async Task<WorkloadRoute> ToAsync(string ns, string pod, string address, int port, CancellationToken ct)
    {
        var capabilities = await discovery.GetAsync(fresh: false, ct);
        if (!connection.Line.ReachesPods(capabilities.IsEmbedded))
            return new WorkloadRoute(_throughServer, $"{connection.Address}/api/v1/namespaces/{ns}/pods/{pod}:{port}/proxy", ThroughServer: true);
        var host = address.Contains(':', StringComparison.Ordinal) ? $"[{address}]" : address;
        return new WorkloadRoute(_direct, $"http://{host}:{port}", ThroughServer: false);
    }

    public void Dispose()
    {
        _direct.Dispose();
        _throughServer.Dispose();
    }

    private sealed class Passage(ClusterConnection connection) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            connection.PassAsync(request, cancellationToken);
    }
}
