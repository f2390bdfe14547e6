using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>
/// Finds out what a cluster serves: in two requests where it offers aggregated discovery (1.26 and later), group by group
/// where it does not.
/// </summary>
internal sealed class ClusterDiscovery(ClusterConnection connection, TimeProvider clock)
{
    private const string Aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    // Never disposed: a call may wait for it while its cluster is reconnected, and without a wait handle it holds nothing.
    private readonly SemaphoreSlim _one = new(1);
    private Answer? _known;
    private long _unansweredSince = -1;

    /// <summary>What was last found, or null before anything was.</summary>
    public ClusterCapabilities? Last => _known?.Value;

    /// <summary>Since when it leaves this question unanswered; null while it answers, and before it was asked.</summary>
    public TimeSpan? Silence => Interlocked.Read(ref _unansweredSince) is >= 0 and var at ? clock.GetElapsedTime(at) : null;

    /// <summary>Time since the cluster last refused something, this or another, that was to be read; null when it never did.</summary>
    public TimeSpan? SinceRefusal => connection.SinceRefusal;

    /// <summary>What is served. What is known already is answered at once: a page never waits while somebody asks again.</summary>
    /// <param name="fresh">True to ask again whatever is known.</param>
    public Task<ClusterCapabilities> GetAsync(bool fresh, CancellationToken ct) =>
        !fresh && Last is { } known ? Task.FromResult(known) : AskOnceAsync(fresh, ct);

    /// <summary>What is served, asked again when what is known is older than <see cref="KubernetesOptions.DiscoveryAge"/>.</summary>
    public Task<ClusterCapabilities> RefreshAsync(CancellationToken ct) => AskOnceAsync(fresh: false, ct);

    private async Task<ClusterCapabilities> AskOnceAsync(bool fresh, CancellationToken ct)
    {
        await _one.WaitAsync(ct);
        try
        {
            if (!fresh && Known() is { } meanwhile)
                return meanwhile;
            var value = await NoteSilenceAsync(ct);
            _known = new Answer(value, clock.GetTimestamp());
            return value;
        }
        catch (ClusterException e) when (e.IsTransient && _known is not null)
        {
            return _known.Value;
        }
        finally
        {
            _one.Release();
        }
    }

    private ClusterCapabilities? Known() =>
        _known is { } known && clock.GetElapsedTime(known.At) < connection.Options.DiscoveryAge ? known.Value : null;

    private async Task<ClusterCapabilities> NoteSilenceAsync(CancellationToken ct)
    {
        var asked = clock.GetTimestamp();
        try
        {
            var value = await AskAsync(ct);
            Interlocked.Exchange(ref _unansweredSince, -1);
            return value;
        }
        catch (ClusterException e)
        {
            // A refusal is an answer too.
            if (e.Failure == ClusterFailure.Unavailable)
                Interlocked.CompareExchange(ref _unansweredSince, asked, -1);
            else
                Interlocked.Exchange(ref _unansweredSince, -1);
            throw;
        }
    }

    private async Task<ClusterCapabilities> AskAsync(CancellationToken ct)
    {
        var version = await ReadAsync("version", ct);
        var served = new List<ResourceType>();
        served.AddRange(await OfAsync("api", ct));
        served.AddRange(await OfAsync("apis", ct));
        return new ClusterCapabilities(version.Text("gitVersion") ?? "", served, await IsEmbeddedAsync(ct));
    }

    private async Task<IReadOnlyList<ResourceType>> OfAsync(string root, CancellationToken ct)
    {
        var response = await connection.SendAsync(HttpMethod.Get, root, ct, headers: h =>
            h.TryAddWithoutValidation("Accept", Aggregated + "," + Aggregated.Replace("v=v2", "v=v2beta1", StringComparison.Ordinal) + ",application/json"));
        var answer = await connection.ReadAsync(response, ct);
        return answer.Text("kind") == "APIGroupDiscoveryList" ? FromAggregated(answer) : await FromPlainAsync(root, answer, ct);
    }

    private static List<ResourceType> FromAggregated(JsonNode answer)
    {
        var found = new List<ResourceType>();
        foreach (var group in answer.Items("items"))
        {
            foreach (var version in group.Items("versions"))
            {
                foreach (var resource in version.Items("resources"))
                {
                    // A kind without a response kind has only subresources.
                    if (resource.Text("responseKind", "kind") is { Length: > 0 } kind)
                    {
                        found.Add(new(group.Text("metadata", "name") ?? "", version.Text("version") ?? "",
                            resource.Text("resource") ?? "", kind, resource.Text("scope") == "Namespaced"));
                    }
                }
            }
        }
        return found;
    }

    private async Task<List<ResourceType>> FromPlainAsync(string root, JsonNode answer, CancellationToken ct)
    {
        var versions = root == "api"
            ? answer.Items("versions").Select(v => ("", v.ToString()))
            : answer.Items("groups").SelectMany(g => g.Items("versions").Select(v => (g.Text("name") ?? "", v.Text("version") ?? "")));
        var found = new List<ResourceType>();
        foreach (var (group, version) in versions)
            found.AddRange(await OfGroupAsync(group, version, ct));
        return found;
    }

    private async Task<IEnumerable<ResourceType>> OfGroupAsync(string group, string version, CancellationToken ct)
    {
        try
        {
            var list = await ReadAsync(group.Length == 0 ? "api/" + version : $"apis/{group}/{version}", ct);
            return list.Items("resources").Where(r => r.Text("name")?.Contains('/') == false)
                .Select(r => new ResourceType(group, version, r.Text("name")!, r.Text("kind") ?? "", r.Text("namespaced") == "true"));
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
        {
            return [];
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.Unavailable && !MustAnswer(group, e))
        {
            // The server behind an aggregated group may be down: what the others serve is known all the same. That it is down says
            // nothing of what it serves: its kinds stay as they were.
            return _known?.Value.Served.Where(t => t.Group == group && t.Version == version) ?? [];
        }
    }

    // Before anything is known, no cluster is to seem to lack what it has because an answer was lost on its way.
    private bool MustAnswer(string group, ClusterException failure) =>
        _known is null && (group.Length == 0 || failure.InnerException is not null);

    private async Task<bool> IsEmbeddedAsync(CancellationToken ct)
    {
        try
        {
            var nodes = await ReadAsync("api/v1/nodes?limit=1&labelSelector=" + Uri.EscapeDataString("portal.local/embedded=true"), ct);
            return nodes.Items("items").Any();
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden)
        {
            // An account that may not see nodes is one in a real cluster.
            return false;
        }
    }

    private async Task<JsonObject> ReadAsync(string path, CancellationToken ct) =>
        await connection.ReadAsync(await connection.SendAsync(HttpMethod.Get, path, ct), ct);

    private sealed record Answer(ClusterCapabilities Value, long At);
}
