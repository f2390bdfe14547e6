using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>Reads an API server's refusals. Pure.</summary>
internal static class ClusterErrors
{
    /// <summary>From an answer that is not a success. Overload and proxies answer in plain text, everything else with a Status.</summary>
    public static ClusterException From(HttpStatusCode code, string body, TimeSpan? retryAfter)
    {
        var status = Parse(body);
        var reason = status.Text("reason") ?? "";
        var message = status.Text("message") ?? (body.Length is > 0 and < 300 ? body.Trim() : $"HTTP {(int)code}");
        return new ClusterException(Classify((int)code, status, reason, message), message)
        {
            RetryAfter = retryAfter,
            Reason = reason,
            Conflicts = Conflicts(status),
        };
    }

    /// <summary>From the Status inside an ERROR event of a watch.</summary>
    public static ClusterException From(JsonNode? status) => new(
        Classify(int.TryParse(status.Text("code"), out var code) ? code : 500, status, status.Text("reason") ?? "", ""),
        status.Text("message") ?? "the watch ended with an error")
    { Reason = status.Text("reason") ?? "" };

    /// <summary>The version asked for is no longer kept: list again.</summary>
    public static bool IsExpired(this ClusterException failure) => failure.Reason is "Expired" or "Gone";

    private static ClusterFailure Classify(int code, JsonNode? status, string reason, string message) => code switch
    {
        401 => ClusterFailure.Unauthorized,
        // A namespace that is going refuses new objects; it may be made again afterwards.
        403 when status.Items("details", "causes").Any(c => c.Text("reason") == "NamespaceTerminating") => ClusterFailure.Conflict,
        403 => ClusterFailure.Forbidden,
        404 => ClusterFailure.NotFound,
        409 when Conflicts(status).Count > 0 => ClusterFailure.Owned,
        409 => ClusterFailure.Conflict,
        410 => ClusterFailure.Unavailable,
        429 => ClusterFailure.Throttled,
        >= 400 and < 500 => ClusterFailure.Invalid,
        // A field that the schema does not know is answered with a 500 by server-side apply; no repetition helps.
        500 when message.Contains("field not declared in schema", StringComparison.Ordinal) => ClusterFailure.Invalid,
        _ when reason == "Invalid" => ClusterFailure.Invalid,
        _ => ClusterFailure.Unavailable,
    };

    // conflict with "kubectl-edit" using v1
    private static List<FieldConflict> Conflicts(JsonNode? status) =>
    [
        .. status.Items("details", "causes").Where(c => c.Text("reason") == "FieldManagerConflict")
            .Select(c => new FieldConflict(c.Text("message")?.Split('"') is [_, var manager, ..] ? manager : "", c.Text("field") ?? "")),
    ];

    private static JsonNode? Parse(string body)
    {
        try
        {
            return body.StartsWith('{') ? JsonNode.Parse(body) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
