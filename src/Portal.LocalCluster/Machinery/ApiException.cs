using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>A refusal, with the Status object that is its answer over HTTP.</summary>
public sealed class ApiException(int code, string? reason, string message, JsonObject? details = null, JsonObject? listMetadata = null)
    : Exception(message)
{
    /// <summary>HTTP status.</summary>
    public int Code { get; } = code;

    /// <summary>One of Kubernetes' words: NotFound, AlreadyExists, Conflict, Invalid, Forbidden, BadRequest, Expired…</summary>
    public string? Reason { get; } = reason;

    public JsonObject ToStatus()
    {
        var status = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = listMetadata?.DeepClone() ?? new JsonObject(),
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason is not null) status["reason"] = Reason;
        if (details is not null) status["details"] = details.DeepClone();
        status["code"] = Code;
        return status;
    }
}
