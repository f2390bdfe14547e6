using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;

namespace Portal.Infrastructure.Notebooks;

/// <summary>Reads a Jupyter server's own account of its use: <c>/api/status</c> and <c>/api/kernels</c>.</summary>
internal sealed class JupyterActivity(IWorkloadRoute routes, INotebookSignIn signIn) : INotebookActivity
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<NotebookActivity?> ReadAsync(NotebookTarget target, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        try
        {
            var route = await routes.ToAsync(target.ClusterId, target.Namespace, target.Pod, target.PodAddress, NotebookManifests.Port, deadline.Token);
            var status = await GetAsync(route, target, "api/status", deadline.Token);
            var kernels = await GetAsync(route, target, "api/kernels", deadline.Token) as JsonArray ?? [];
            return From(status, kernels);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or ClusterException
            || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return null;
        }
    }

    /// <summary>The newest of what the server and its kernels say.</summary>
    internal static NotebookActivity From(JsonNode? status, JsonArray kernels)
    {
        var times = kernels.Select(k => k.Time("last_activity")).Append(status.Time("last_activity")).Where(t => t is not null);
        return new NotebookActivity(times.Max(), kernels.Any(k => k.Text("execution_state") == "busy"));
    }

    // Asking must not count as use.
    private async Task<JsonNode?> GetAsync(WorkloadRoute route, NotebookTarget target, string path, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{route.Prefix}{NotebookManifests.BasePath(target.Id)}{path}?no_track_activity=1");
        await signIn.AuthorizeAsync(request.Headers, target, route, ct);
        using var response = await route.Client.SendAsync(request, ct);
        if (response.StatusCode == HttpStatusCode.Forbidden)
            signIn.Forget(target);
        response.EnsureSuccessStatusCode();
        return await JsonNode.ParseAsync(await response.Content.ReadAsStreamAsync(ct), cancellationToken: ct);
    }
}
