using System.Net;
using Portal.Core.Workloads;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>
/// The way to a pod: its own address in the embedded cluster, the Service's name from inside a cluster, and from outside
/// the API server's proxy, which is open wherever the API server is.
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

    public async Task<WorkloadRoute> ToAsync(string ns, string service, string address, int port, CancellationToken ct)
    {
        if ((await discovery.GetAsync(fresh: false, ct)).IsEmbedded)
            return new WorkloadRoute(_direct, $"http://{address}:{port}", KeepsAuthorization: true);
        return connection.Line.IsOwn
            ? new WorkloadRoute(_direct, $"http://{service}.{ns}.svc:{port}", KeepsAuthorization: true)
            : new WorkloadRoute(_throughServer, $"{connection.Address}/api/v1/namespaces/{ns}/services/{service}:{port}/proxy", KeepsAuthorization: false);
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
