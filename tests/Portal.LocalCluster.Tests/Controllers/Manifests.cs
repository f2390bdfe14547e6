using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Tests.Controllers;

internal static class Manifests
{
    public const string Python = "localhost/python-sklearn:3";
    public const string Shell = "localhost/shell:1";

    public static JsonObject Job(string name, string image, string[] command, string restartPolicy = "Never", int backoffLimit = 0)
    {
        JsonObject container = new() { ["name"] = "main", ["image"] = image, ["command"] = Words(command), ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["cpu"] = "100m" } } };
        return new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "team" },
            ["spec"] = new JsonObject
            {
                ["parallelism"] = 1,
                ["completions"] = 1,
                ["backoffLimit"] = backoffLimit,
                ["template"] = new JsonObject { ["spec"] = new JsonObject { ["restartPolicy"] = restartPolicy, ["containers"] = new JsonArray(container) } },
            },
        };
    }

    public static JsonObject Pod(string name, string image, string[] command, int grace = 30, string restartPolicy = "Never")
    {
        JsonObject container = new() { ["name"] = "main", ["image"] = image };
        if (command.Length > 0) container["command"] = Words(command);
        return new JsonObject
        {
            ["apiVersion"] = "v1",
            ["kind"] = "Pod",
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "team" },
            ["spec"] = new JsonObject { ["restartPolicy"] = restartPolicy, ["terminationGracePeriodSeconds"] = grace, ["containers"] = new JsonArray(container) },
        };
    }

    public static JsonObject Container(this JsonObject pod) => (JsonObject)(pod["spec"]!["template"] ?? pod)["spec"]!["containers"]![0]!;

    public static JsonArray Words(params string[] words) => [.. words.Select(word => JsonValue.Create(word))];
}
