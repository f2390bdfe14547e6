using System.Net.Http.Headers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>The cluster client over HTTP, for objects of any kind.</summary>
/// <param name="made">Told each object as it is after a write.</param>
internal sealed class KubernetesClusterClient(ClusterConnection connection, ClusterDiscovery discovery, Action<JsonObject>? made = null) : IClusterClient
{
    private const string ApplyType = "application/apply-patch+yaml";
    private const string MergeType = "application/merge-patch+json";

    public async Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return await ReadAsync(await connection.SendAsync(HttpMethod.Get, await PathOfAsync(key, ct), ct), ct);
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
        {
            return null;
        }
    }

    public async IAsyncEnumerable<JsonObject> ListAsync(
        ResourceType type, string? ns, string? labelSelector, [EnumeratorCancellation] CancellationToken ct)
    {
        // Begun again after an expiry, a list shows once more what it has shown.
        var seen = new HashSet<(string?, string)>();
        var restarts = 0;
        var spoken = await SpokenAsync(type, ct);
        var pages = connection.PagesAsync(spoken, ns, labelSelector, ct).GetAsyncEnumerator(ct);
        try
        {
            while (true)
            {
                try
                {
                    if (!await pages.MoveNextAsync())
                        yield break;
                }
                catch (ClusterException e) when (e.IsExpired() && restarts++ < 3)
                {
                    await pages.DisposeAsync();
                    pages = connection.PagesAsync(spoken, ns, labelSelector, ct).GetAsyncEnumerator(ct);
                    continue;
                }
                var items = new List<JsonObject>();
                pages.Current.Each(i => items.Add(ClusterJson.Tidy(ClusterJson.Tree(i), spoken)));
                foreach (var item in items)
                {
                    if (seen.Add((item.Text("metadata", "namespace"), item.Name())))
                        yield return item;
                }
            }
        }
        finally
        {
            await pages.DisposeAsync();
        }
    }

    public async Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false)
    {
        var type = await TypeOfAsync(manifest, ct);
        var path = PathOf(new ObjectKey(type, manifest.Text("metadata", "namespace"), manifest.Name()))
            + $"?fieldManager={Manifest.FieldManager}" + (force ? "&force=true" : "") + (dryRun ? "&dryRun=All" : "");
        try
        {
            return await PatchAsync(path, ApplyType, In(type, manifest), dryRun, ct);
        }
        catch (ClusterException e) when (e.Conflicts.Count > 0 && type.Version == KueueVersion.Older)
        {
            throw new ClusterException(e.Failure, e.Message, e) { Reason = e.Reason, RetryAfter = e.RetryAfter, Conflicts = [.. e.Conflicts.Select(KueueVersion.Read)] };
        }
    }

    public async Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false)
    {
        var type = await SpokenAsync(key.Type, ct);
        var path = PathOf(key with { Type = type }) + "?fieldManager=" + Manifest.FieldManager + (dryRun ? "&dryRun=All" : "");
        return await PatchAsync(path, MergeType, In(type, mergePatch), dryRun, ct);
    }

    public async Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        const string Background = """{"kind":"DeleteOptions","apiVersion":"v1","propagationPolicy":"Background"}""";
        try
        {
            using var response = await connection.SendAsync(HttpMethod.Delete, await PathOfAsync(key, ct), ct,
                () => new StringContent(Background, Encoding.UTF8, "application/json"));
            return true;
        }
        catch (ClusterException e) when (e.Failure == ClusterFailure.NotFound)
        {
            return false;
        }
    }

    public async Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct)
    {
        var path = new StringBuilder(PathOf(new ObjectKey(Kinds.Pod, ns, pod))).Append("/log?follow=").Append(follow ? "true" : "false");
        if (container is not null)
            path.Append("&container=").Append(Uri.EscapeDataString(container));
        if (tailLines is { } lines)
            path.Append("&tailLines=").Append(lines);
        var response = await connection.SendAsync(HttpMethod.Get, path.ToString(), ct, relayed: true);
        // Disposing the stream gives the connection back; the response holds nothing else.
        return await response.Content.ReadAsStreamAsync(ct);
    }

    public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => discovery.GetAsync(fresh: false, ct);

    private async Task<JsonObject> PatchAsync(string path, string mediaType, JsonObject body, bool dryRun, CancellationToken ct)
    {
        var text = body.ToJsonString();
        var response = await connection.SendAsync(HttpMethod.Patch, path, ct,
            () => new StringContent(text, Encoding.UTF8, new MediaTypeHeaderValue(mediaType)));
        var answer = await ReadAsync(response, ct);
        if (!dryRun)
            made?.Invoke(answer);
        return answer;
    }

    private async Task<JsonObject> ReadAsync(HttpResponseMessage response, CancellationToken ct) =>
        KueueVersion.Read(await connection.ReadAsync(response, ct));

    // Other kinds need not be known before they are asked for.
    private async Task<ResourceType> SpokenAsync(ResourceType type, CancellationToken ct) =>
        KueueVersion.InOlder(type) is null ? type : KueueVersion.Spoken(await discovery.GetAsync(fresh: false, ct), type);

    private async Task<string> PathOfAsync(ObjectKey key, CancellationToken ct) => PathOf(key with { Type = await SpokenAsync(key.Type, ct) });

    /// <summary>What is sent: the caller's own tree but where it has to be said in another version.</summary>
    private static JsonObject In(ResourceType type, JsonObject tree) =>
        type.Group == Kinds.ClusterQueue.Group && type.Version == KueueVersion.Older ? KueueVersion.In(type.Version, (JsonObject)tree.DeepClone()) : tree;

    private async Task<ResourceType> TypeOfAsync(JsonObject manifest, CancellationToken ct)
    {
        var (version, kind) = (manifest.Text("apiVersion"), manifest.Text("kind"));
        for (var attempt = 0; attempt < 2; attempt++)
        {
            var capabilities = await discovery.GetAsync(fresh: attempt > 0, ct);
            if (capabilities.Served.FirstOrDefault(t => t.Kind == kind && t.ApiVersion == version) is { } type)
                return type;
            if (version == Kinds.ClusterQueue.ApiVersion
                && capabilities.Served.FirstOrDefault(t => t.Kind == kind && t.Group == Kinds.ClusterQueue.Group && t.Version == KueueVersion.Older) is { } older)
                return older;
        }
        throw new ClusterException(ClusterFailure.NotFound, $"The cluster does not serve {kind} in {version}.");
    }

    private static string PathOf(ObjectKey key) => $"{key.Type.Path(key.Namespace)}/{Uri.EscapeDataString(key.Name)}";
}
