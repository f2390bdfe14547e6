using System.Text.Json.Nodes;

namespace Portal.Core.Tests.Workloads;

/// <summary>Events cut to the fields that say something.</summary>
internal static class RecordedEvents
{
    public static JsonObject Warning(string reason, string message, string at = "2026-03-02T09:00:10Z", string about = "nb-0") =>
        Of("Warning", reason, message, at, about);

    public static JsonObject Normal(string reason, string message, string at = "2026-03-02T09:00:10Z", string about = "nb-0") =>
        Of("Normal", reason, message, at, about);

    private static JsonObject Of(string type, string reason, string message, string at, string about) => new()
    {
        ["involvedObject"] = new JsonObject { ["name"] = about },
        ["type"] = type,
        ["reason"] = reason,
        ["message"] = message,
        ["lastTimestamp"] = at,
    };
}
