using System.Text.Json.Nodes;

namespace Portal.Core.Tests.Workloads;

/// <summary>Pods as kubelets and schedulers leave them, cut to the fields that say how they are.</summary>
internal static class RecordedPods
{
    private const string Scheduled = """{"type":"PodScheduled","status":"True"}""";

    private static readonly Dictionary<string, string> Status = new()
    {
        ["ready"] = Of("Running", """{"running":{"startedAt":"2026-03-02T09:00:05Z"}}""", """{"type":"Ready","status":"True"}"""),
        ["not-ready"] = Of("Running", """{"running":{"startedAt":"2026-03-02T09:00:05Z"}}""",
            """{"type":"Ready","status":"False","reason":"ContainersNotReady","message":"containers with unready status: [nb]"}"""),
        ["creating"] = Of("Pending", """{"waiting":{"reason":"ContainerCreating"}}"""),
        ["err-image-pull"] = Of("Pending", """
            {"waiting":{"reason":"ErrImagePull","message":"rpc error: code = NotFound desc = failed to pull and unpack image \"registry.example/none:1\""}}
            """),
        ["image-pull-back-off"] = Of("Pending",
            """{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image \"registry.example/none:1\""}}"""),
        ["crash-loop"] = Of("Running",
            """{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 40s restarting failed container=nb"}}""",
            last: """{"terminated":{"exitCode":1,"reason":"Error"}}""", restarts: 4),
        ["out-of-memory"] = Of("Running", """{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 10s"}}""",
            last: """{"terminated":{"exitCode":137,"reason":"OOMKilled"}}""", restarts: 2),
        ["config-error"] = Of("Pending", """{"waiting":{"reason":"CreateContainerConfigError","message":"secret \"nb\" not found"}}"""),
        ["failed"] = Of("Failed", """
            {"terminated":{"exitCode":3,"reason":"Error","startedAt":"2026-03-02T09:00:05Z","finishedAt":"2026-03-02T09:10:05Z"}}
            """),
        ["failed-out-of-memory"] = Of("Failed", """{"terminated":{"exitCode":137,"reason":"OOMKilled"}}"""),
        ["succeeded"] = Of("Succeeded", """
            {"terminated":{"exitCode":0,"reason":"Completed","startedAt":"2026-03-02T09:00:05Z","finishedAt":"2026-03-02T09:10:05Z"}}
            """),
        ["ended"] = Of("Running", """
            {"terminated":{"exitCode":0,"reason":"Completed","startedAt":"2026-03-02T09:00:05Z","finishedAt":"2026-03-02T09:10:05Z"}}
            """),
        ["evicted"] = """{"phase":"Failed","reason":"Evicted","message":"The node was low on resource: memory."}""",
        ["unschedulable"] = """
            {"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
            "message":"0/3 nodes are available: 1 node(s) had untolerated taint {gpu: yes}, 2 Insufficient nvidia.com/gpu."}]}
            """,
        ["no-node"] = """
            {"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable",
            "message":"0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."}]}
            """,
        ["gated"] = """
            {"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated",
            "message":"Scheduling is blocked due to non-empty scheduling gates"}]}
            """,
        ["deleting"] = Of("Running", """{"running":{}}""", """{"type":"Ready","status":"True"}"""),
    };

    public static JsonObject Get(string name)
    {
        var pod = new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "nb-0", ["creationTimestamp"] = "2026-03-02T09:00:00Z" },
            ["status"] = JsonNode.Parse(Status[name]),
        };
        if (name == "deleting")
            pod["metadata"]!["deletionTimestamp"] = "2026-03-02T09:00:10Z";
        return pod;
    }

    private static string Of(string phase, string state, string condition = Scheduled, string last = "{}", int restarts = 0) => $$"""
        {"phase":"{{phase}}","conditions":[{{condition}}],"containerStatuses":[
        {"name":"nb","image":"registry.example/none:1","restartCount":{{restarts}},"state":{{state}},"lastState":{{last}}}]}
        """;
}
