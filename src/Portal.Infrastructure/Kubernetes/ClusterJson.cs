using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>Reads objects and pages of a list from answers.</summary>
internal static class ClusterJson
{
    /// <summary>The body as a tree; one that breaks off is an outage like any other.</summary>
    public static async Task<JsonObject> ReadAsync(this ClusterConnection connection, HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct))
        {
            deadline.CancelAfter(connection.Options.RequestTimeout);
            try
            {
                await using var stream = await response.Content.ReadAsStreamAsync(deadline.Token);
                return await JsonNode.ParseAsync(stream, cancellationToken: deadline.Token) as JsonObject
                    ?? throw new JsonException("not an object");
            }
            catch (Exception e) when (e is JsonException or HttpRequestException or IOException
                || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                throw new ClusterException(ClusterFailure.Unavailable, "The cluster's answer broke off: " + e.Message, e);
            }
        }
    }

    /// <summary>
    /// The pages of a list. A continue token that has expired is replaced by the one that the server offers instead; where it
    /// offers none, the caller sees <see cref="ClusterErrors.IsExpired"/> and starts again.
    /// </summary>
    public static async IAsyncEnumerable<(IReadOnlyList<JsonObject> Items, string Version)> PagesAsync(
        this ClusterConnection connection, ResourceType type, string? ns, string? selector,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var query = $"{type.Path(ns)}?limit={connection.Options.PageSize}"
            + (selector is null ? "" : "&labelSelector=" + Uri.EscapeDataString(selector));
        string? token = null;
        do
        {
            var path = token is null ? query : query + "&continue=" + Uri.EscapeDataString(token);
            var list = await connection.ReadAsync(await connection.SendAsync(HttpMethod.Get, path, ct), ct);
            var items = list["items"] as JsonArray ?? [];
            var page = new List<JsonObject>(items.Count);
            foreach (var item in items.OfType<JsonObject>().ToArray())
                page.Add(Tidy(item, type));
            items.Clear();
            yield return (page, list.Text("metadata", "resourceVersion") ?? "");
            token = list.Text("metadata", "continue");
        }
        while (!string.IsNullOrEmpty(token));
    }

    /// <summary>Items of a list name neither kind nor version; who owns which field is of no use here, and large; and the version is the portal's own.</summary>
    public static JsonObject Tidy(JsonObject item, ResourceType type)
    {
        item["apiVersion"] ??= type.ApiVersion;
        item["kind"] ??= type.Kind;
        (item["metadata"] as JsonObject)?.Remove("managedFields");
        return KueueVersion.Read(item);
    }
}
