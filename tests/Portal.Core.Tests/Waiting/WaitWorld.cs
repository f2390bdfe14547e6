using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Waiting;

namespace Portal.Core.Tests.Waiting;

/// <summary>Builds snapshots of a cluster: queues, workloads, nodes and pods as Kueue and Kubernetes show them.</summary>
internal sealed class WaitWorld
{
    public const string Gpu = "nvidia.com/gpu";
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 30, 0, TimeSpan.Zero);

    private readonly List<JsonObject> _clusterQueues = [];
    private readonly List<JsonObject> _localQueues = [];
    private readonly List<JsonObject> _cohorts = [];
    private readonly List<JsonObject> _workloads = [];
    private readonly List<JsonObject> _flavors = [];
    private readonly List<JsonObject> _nodes = [];
    private readonly List<JsonObject> _pods = [];

    public WaitSnapshot Snapshot => new(Now)
    {
        ClusterQueues = _clusterQueues,
        LocalQueues = _localQueues,
        Cohorts = _cohorts,
        Workloads = _workloads,
        Flavors = _flavors,
        Nodes = _nodes,
        Held = [.. _pods.Select(PodHolding.Of).OfType<PodHolding>()],
    };

    /// <summary>A project: its ClusterQueue and LocalQueue. Pools as <c>h100=8</c>, or <c>h100=8/4/6</c> with borrowing and lending limit.</summary>
    public WaitWorld Project(string ns, string pools, string cohort = "team", string reclaim = "Any", string strategy = "BestEffortFIFO", string stop = "None")
    {
        var flavors = pools.Split(' ').Select(p => p.Split('=')).Select(p => (Name: p[0], Limits: p[1].Split('/')));
        _clusterQueues.Add(Parse($$"""
            {"metadata":{"name":"{{ns}}"},"spec":{"cohortName":"{{cohort}}","queueingStrategy":"{{strategy}}","stopPolicy":"{{stop}}","preemption":{"reclaimWithinCohort":"{{reclaim}}"},
            "resourceGroups":[{"coveredResources":["{{Gpu}}"],"flavors":[{{string.Join(',', flavors.Select(f => Flavor(f.Name, f.Limits)))}}]}]} }
            """));
        _localQueues.Add(Parse($$"""{"metadata":{"name":"default","namespace":"{{ns}}"},"spec":{"clusterQueue":"{{ns}}"} }"""));
        return this;
    }

    public WaitWorld Cohort(string name, string parent)
    {
        _cohorts.Add(Parse($$"""{"metadata":{"name":"{{name}}"},"spec":{"parentName":"{{parent}}"} }"""));
        return this;
    }

    /// <summary>A pool's flavor: its nodes' labels, and a taint of its name that its pods tolerate.</summary>
    public WaitWorld Flavor(string name, string labels)
    {
        _flavors.Add(Parse($$"""
            {"metadata":{"name":"{{name}}"},"spec":{"nodeLabels":{{labels}},"tolerations":[{"key":"gpu","operator":"Equal","value":"{{name}}","effect":"NoSchedule"}]} }
            """));
        return this;
    }

    /// <summary>A workload that holds accelerators.</summary>
    public WaitWorld Runs(string ns, string name, int gpus, string flavor = "h100", double minutes = 10)
    {
        _workloads.Add(Workload(ns, name, gpus, 0, minutes, $$"""
            "admission":{"clusterQueue":"{{ns}}","podSetAssignments":[{"name":"main","count":1,"flavors":{"{{Gpu}}":"{{flavor}}"},"resourceUsage":{"{{Gpu}}":"{{gpus}}"} }]},
            "conditions":[{"type":"QuotaReserved","status":"True","lastTransitionTime":"{{Time(minutes)}}"},{"type":"Admitted","status":"True"}]
            """));
        return this;
    }

    /// <summary>A workload that waits for quota.</summary>
    public JsonObject Waits(
        string ns, string name, int gpus, int priority = 0, double minutes = 5, string message = "", string selector = "{}", string reason = "Pending")
    {
        var workload = Workload(ns, name, gpus, priority, minutes,
            $$"""
            "conditions":[{"type":"QuotaReserved","status":"False","reason":"{{reason}}","message":{{JsonValue.Create(message).ToJsonString()}} }]
            """, selector);
        _workloads.Add(workload);
        return workload;
    }

    public WaitWorld Node(string name, int gpus, string labels = "{}", string taints = "[]", string conditions = "")
    {
        _nodes.Add(Parse($$"""
            {"metadata":{"name":"{{name}}","labels":{{labels}} },"spec":{"taints":{{taints}} },
            "status":{"allocatable":{"{{Gpu}}":"{{gpus}}"},"conditions":[{"type":"Ready","status":"True"}{{conditions}}]} }
            """));
        return this;
    }

    public WaitWorld Held(string node, int gpus, string ns = "")
    {
        var pod = Pod(gpus, "Running", $$""","nodeName":"{{node}}" """);
        pod["metadata"]!["namespace"] = ns;
        _pods.Add(pod);
        return this;
    }

    /// <summary>A pod that the scheduler could not place.</summary>
    public static JsonObject Unplaced(int gpus, string message, string more = "") => Parse(
        Pod(gpus, "Pending", more).ToJsonString().Replace("\"phase\":\"Pending\"",
            $$"""
            "phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"{{message}}"}]
            """, StringComparison.Ordinal));

    private static JsonObject Pod(int gpus, string phase, string more) => Parse($$"""
        {"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","resources":{"requests":{"{{Gpu}}":"{{gpus}}"} } }]{{more}} },"status":{"phase":"{{phase}}"} }
        """);

    private static string Flavor(string name, string[] limits) => $$"""
        {"name":"{{name}}","resources":[{"name":"{{Gpu}}","nominalQuota":"{{limits[0]}}"{{Limit("borrowingLimit", limits, 1)}}{{Limit("lendingLimit", limits, 2)}} }]}
        """;

    private static string Limit(string name, string[] limits, int at) => limits.Length > at && limits[at].Length > 0 ? $",\"{name}\":\"{limits[at]}\"" : "";

    private static JsonObject Workload(string ns, string name, int gpus, int priority, double minutes, string status, string selector = "{}") => Parse($$"""
        {"metadata":{"name":"{{name}}","namespace":"{{ns}}","creationTimestamp":"{{Time(minutes)}}"},
        "spec":{"queueName":"default","priority":{{priority}},"active":true,"podSets":[{"name":"main","count":1,
        "template":{"spec":{"nodeSelector":{{selector}},"containers":[{"name":"c","resources":{"requests":{"{{Gpu}}":"{{gpus}}"} } }]} } }]},
        "status":{ {{status}} } }
        """);

    private static string Time(double minutes) => Now.AddMinutes(-minutes).ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static JsonObject Parse(string json) => JsonNode.Parse(json)!.AsObject();
}
