using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>Reads objects and pages of a list from answers.</summary>
internal static class ClusterJson
{
    /// <summary>The body as a tree; one that breaks off is an outage like any other.</summary>
    public static Task<JsonObject> ReadAsync(this ClusterConnection connection, HttpResponseMessage response, CancellationToken ct) =>
        connection.ReadAsync(response, async (stream, token) =>
            await JsonNode.ParseAsync(stream, cancellationToken: token) as JsonObject ?? throw new JsonException("not an object"), ct);

    /// <summary>
    /// The pages of a list, each to be read before the next one is asked for. A continue token that has expired is replaced by
    /// the one that the server offers instead; where it offers none, the caller sees <see cref="ClusterErrors.IsExpired"/> and
    /// starts again.
    /// </summary>
    /// <param name="mayBeRefused">True where a refusal is an answer like any other.</param>
    public static async IAsyncEnumerable<ListPage> PagesAsync(
        this ClusterConnection connection, ResourceType type, string? ns, string? selector,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct, bool mayBeRefused = false)
    {
        var query = $"{type.Path(ns)}?limit={connection.Options.PageSize}"
            + (selector is null ? "" : "&labelSelector=" + Uri.EscapeDataString(selector));
        // One buffer for all pages of the list: pages are large, and a pool would keep one for each thread that read one.
        using var body = new MemoryStream();
        string? token = null;
        do
        {
            var path = token is null ? query : query + "&continue=" + Uri.EscapeDataString(token);
            body.SetLength(0);
            var response = await connection.SendAsync(HttpMethod.Get, path, ct, mayBeRefused: mayBeRefused);
            var page = await connection.ReadAsync(response, async (stream, token) =>
            {
                await stream.CopyToAsync(body, token);
                return ListPage.Of(body.GetBuffer().AsMemory(0, (int)body.Length));
            }, ct);
            token = page.Continue;
            yield return page;
        }
        while (!string.IsNullOrEmpty(token));
    }

    /// <summary>A tree of its own of what was read.</summary>
    public static JsonObject Tree(JsonElement element) => element.Deserialize<JsonObject>() ?? [];

    /// <summary>Follows property names; null as soon as one is absent.</summary>
    public static JsonElement? At(this JsonElement element, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element))
                return null;
        }
        return element;
    }

    /// <summary>The text at a path, or null.</summary>
    public static string? Text(this JsonElement element, params ReadOnlySpan<string> path) =>
        element.At(path) is { ValueKind: JsonValueKind.String } found ? found.GetString() : null;

    /// <summary>Items of a list name neither kind nor version; who owns which field is of no use here, and large; and the version is the portal's own.</summary>
    public static JsonObject Tidy(JsonObject item, ResourceType type)
    {
        item["apiVersion"] ??= type.ApiVersion;
        item["kind"] ??= type.Kind;
        (item["metadata"] as JsonObject)?.Remove("managedFields");
        return KueueVersion.Read(item);
    }

    private static async Task<T> ReadAsync<T>(
        this ClusterConnection connection, HttpResponseMessage response, Func<Stream, CancellationToken, Task<T>> read, CancellationToken ct)
    {
        using (response)
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            deadline.CancelAfter(connection.Options.RequestTimeout);
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
                return await read(stream, deadline.Token);
            }
            catch (Exception e) when (e is JsonException or HttpRequestException or IOException or ObjectDisposedException
                || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                throw new ClusterException(ClusterFailure.Unavailable, "The cluster's answer broke off: " + e.Message, e);
            }
        }
    }
}
