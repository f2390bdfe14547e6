using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>What has to be there before a recording can be played, in a namespace of its own that takes the name's place.</summary>
/// <param name="Steps">Requests, as <c>METHOD path</c> below the namespace and a body.</param>
/// <param name="After">Requests that are made after the version was noted which watches start from.</param>
internal sealed record SampleArrangement((string Line, string Body)[] Steps, (string Line, string Body)[]? After = null, Func<JsonObject, bool>? Only = null, bool Patient = false)
{
    private const string Widget = """{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"NAME"},"spec":SPEC}""";

    private const string Kubelet = """
        "involvedObject":{"kind":"Pod","namespace":"~","name":"logs","uid":"u","apiVersion":"v1","resourceVersion":"4833","fieldPath":"spec.containers{c}"},"reason":"VERB","message":"VERB container c",
        "source":{"component":"kubelet","host":"cpu-1"},"firstTimestamp":"2026-11-22T12:14:19Z","lastTimestamp":"2026-11-22T12:14:19Z","count":1,"type":"Normal"
        """;

    private static readonly (string, string)[] Pages = [.. Enumerable.Range(0, 8).Select(i => Map($"page-{i}", $$"""{"n":"{{i}}"}""", $$"""{"set":"page","even":"{{(i % 2 == 0 ? "true" : "false")}}"}"""))];

    private static readonly (string, string)[] Widgets =
    [
        Custom("ssa", """{"size":1,"parts":[{"name":"x","n":1},{"name":"y","n":2}]}"""),
        ("PATCH /apis/samples.lab/v1/~/widgets/ssa", """{"spec":{"size":2}}"""), ("PATCH /apis/samples.lab/v1/~/widgets/ssa/status", """{"status":{"phase":"Ready"}}"""),
    ];

    private static readonly (string, string)[] Deployment =
    [
        ("POST /apis/apps/v1/~/deployments", """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"NAME","annotations":{"deployment.kubernetes.io/revision":"1"}},"spec":{"selector":{"matchLabels":{"app":"web"}},
            "template":{"metadata":{"labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx:1"}]}}}}
            """),
    ];

    public static IReadOnlyDictionary<string, SampleArrangement> All { get; } = new Dictionary<string, SampleArrangement>(StringComparer.Ordinal)
    {
        ["admission-policy"] = new(
        [
            ("POST /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies", """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"samples"},"spec":{"matchConstraints":{"resourceRules":[{"apiGroups":[""],
                "apiVersions":["v1"],"operations":["CREATE"],"resources":["configmaps"]}]},"validations":[{"expression":"object.metadata.name != 'by-policy'","message":"that name is not allowed","reason":"Forbidden"}]}}
                """),
            ("POST /apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings", """
                {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"samples"},"spec":{"policyName":"samples","validationActions":["Deny"]}}
                """),
        ]),
        ["crd-422-cel"] = new([Custom("st", """{"size":2}""")]),
        ["create-generate-name"] = new([]),
        ["crd-table"] = new([.. Widgets, Custom("st", """{"size":1}"""), ("PATCH /apis/samples.lab/v1/~/widgets/st", """{"metadata":{"labels":{"x":"y"}}}"""), ("PATCH /apis/samples.lab/v1/~/widgets/st", """{"spec":{"size":2}}"""), ("PATCH /apis/samples.lab/v1/~/widgets/st/status", """{"status":{"phase":"Done"}}""")]),
        ["delete-collection"] = new(Pages.Take(7).ToArray()),
        ["delete-foreground"] = new([("POST /apis/apps/v1/~/deployments", Deployment[0].Item2.Replace("NAME", "fg", StringComparison.Ordinal))]),
        // What the scheduler says it says in the newer form.
        ["events"] = new(
        [
            Said("events.k8s.io/v1", "logs.18ea5d00a014d1d9", """
                "regarding":{"kind":"Pod","namespace":"~","name":"logs","uid":"u","apiVersion":"v1","resourceVersion":"4832"},"reason":"Scheduled","note":"Successfully assigned samples/logs to cpu-1",
                "type":"Normal","eventTime":"2026-11-22T12:14:18.727653Z","action":"Binding","reportingController":"default-scheduler","reportingInstance":"default-scheduler-<host>"
                """),
            Said("v1", "logs.4427a9bb2648446a", Kubelet.Replace("VERB", "Created", StringComparison.Ordinal)), Said("v1", "logs.34c3f23d2e1b4682", Kubelet.Replace("VERB", "Started", StringComparison.Ordinal)),
            Said("v1", "logs.9", Kubelet.Replace("VERB", "Pulled", StringComparison.Ordinal)), Said("v1", "other.1", Kubelet.Replace("\"logs\"", "\"other\"", StringComparison.Ordinal)),
        ]),
        ["eviction-429"] = new(
        [
            Pod("guarded", """[{"name":"c","image":"a:1"}]"""),
            ("PATCH /api/v1/~/pods/guarded/status", """{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}"""),
            ("POST /apis/policy/v1/~/poddisruptionbudgets", """{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"pdb"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"guarded"}}}}"""),
            ("PATCH /apis/policy/v1/~/poddisruptionbudgets/pdb/status", """{"status":{"observedGeneration":1,"disruptionsAllowed":0,"currentHealthy":1,"desiredHealthy":1,"expectedPods":1}}"""),
        ]),
        ["gzip"] = new([Map("large", $$"""{"a":"{{new string('x', 200_000)}}"}""", "{}")]),
        ["list-410-expired"] = new([.. Widgets, Custom("c1", """{"size":1}"""), Custom("c2", """{"size":1}"""), Custom("c3", """{"size":1}""")]),
        ["list-pagination"] = new([Map("immut", "{}", "{}"), Map("kube-root-ca.crt", "{}", "{}"), Map("made", "{}", "{}"), .. Pages, Map("x1", "{}", "{}"), Map("x2", "{}", "{}"), Map("x3", "{}", "{}"), Map("x4", "{}", "{}")]),
        ["list-shape"] = new([("POST /api/v1/~/configmaps", """{"metadata":{"name":"immut"},"data":{"a":"1"},"immutable":true}"""), Map("made", "{}", "{}"), .. Widgets, Custom("st", """{"size":2}""")]),
        ["log"] = new([Pod("two", """[{"name":"a","image":"a:1"},{"name":"b","image":"a:1"}]"""), Pod("logs", """[{"name":"c","image":"a:1"}]"""), Pod("wait", """[{"name":"c","image":"a:1"}]""")], Only: step => step.Whole("response", "status") != 200),
        ["namespace-termination"] = new(
            [
                ("POST /api/v1/namespaces", """{"metadata":{"name":"samples-gone"}}"""),
                ("POST /api/v1/namespaces/samples-gone/configmaps", """{"metadata":{"name":"held","finalizers":["samples.lab/hold"]}}"""),
            ],
            // Its last two answers are the namespace controller's, in its own time.
            Only: step => step.Text("say")?.StartsWith("the controller's", StringComparison.Ordinal) != true && step.Text("say")?.StartsWith("gone ", StringComparison.Ordinal) != true),
        ["pod-422-update"] = new([Pod("guarded", """[{"name":"c","image":"a:1"}]""")]),
        ["partial-metadata"] = new([Map("immut", "{}", "{}"), Map("made", "{}", "{}")]),
        ["patch-strategic"] = new([Pod("strat", """[{"name":"c","image":"a:1"},{"name":"d","image":"b:1"}]"""), .. Widgets], Only: step => step.Whole("response", "status") == 415),
        // The recorded one counts what it makes as it makes it; ours a moment later, by its controller.
        ["quota-status"] = new(
        [
            .. Enumerable.Range(0, 14).Select(i => Map($"m{i}", "{}", "{}")),
            ("POST /api/v1/~/resourcequotas", """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"team"},"spec":{"hard":{"configmaps":"60","count/jobs.batch":"3","pods":"6","requests.cpu":"2","requests.nvidia.com/gpu":"1"}}}"""),
            Map("m14", "{}", "{}"), Small("p1", "200m"), Small("p2", "200m"), Small("p3", "100m"),
        ], Patient: true),
        ["status-subresource"] = new([("POST /apis/samples.lab/v1/~/widgets", """{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"st"},"spec":{"size":1},"status":{"phase":"Sent"}}""")]),
        ["table"] = new(
            [Map("immut", """{"a":"1"}""", "{}"), Map("made", "{}", "{}"), ("POST /apis/apps/v1/~/deployments", Deployment[0].Item2.Replace("NAME", "web", StringComparison.Ordinal)), ("PATCH /apis/apps/v1/~/deployments/web/status", """{"status":{"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1}}""")],
            Only: step => !step.Text("request", "line")!.Contains("/pods", StringComparison.Ordinal)),
        ["update-409-stale"] = new([Map("upd", """{"a":"1"}""", "{}")]),
        ["update-unconditional"] = new([Map("upd", """{"a":"1"}""", "{}"), .. Widgets]),
        ["watch-404-400"] = new([]),
        ["watch-410-gone"] = new(Widgets),
        // The recording watched four times as long and saw a second bookmark.
        ["watch-bookmark"] = new([Map("first", "{}", "{}")], After: [ElsewhereMap], Only: step => step.Items("response", "lines")!.Count > 0 && RemoveSecond(step.Items("response", "lines")!)),
        ["watch-from-version"] = new([], After: [Map("w", """{"a":"1"}""", "{}"), ("PATCH /api/v1/~/configmaps/w", """{"data":{"a":"2"}}"""), ("DELETE /api/v1/~/configmaps/w", "")]),
        ["watch-list"] = new(Pages.Take(7).ToArray()),
        ["watch-no-version"] = new(Pages.Take(8).ToArray()),
        ["watch-selector"] = new(
            [Map("sel", """{"a":"1"}""", """{"on":"1"}""")],
            After: [("PATCH /api/v1/~/configmaps/sel", """{"metadata":{"labels":{"on":null}}}"""), ("PATCH /api/v1/~/configmaps/sel", """{"metadata":{"labels":{"on":"1"}}}""")]),
        ["watch-table"] = new(Pages.Take(8).ToArray()),
    };

    /// <summary>Recordings that are not played here, and why.</summary>
    public static IReadOnlyDictionary<string, string> Elsewhere { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["admission-webhook"] = "webhooks are out of scope: nothing on one machine would serve them",
        ["admission-webhook-down"] = "webhooks are out of scope: nothing on one machine would serve them",
        ["discovery-aggregated"] = "thinned to kinds that differ from ours in number: DiscoverySampleTests holds each of them to it",
        ["discovery-legacy"] = "thinned to kinds that differ from ours in number: DiscoverySampleTests holds each of them to it",
        ["kubectl-requests"] = "a list of what kubectl asks; KubectlTests asks it with kubectl itself",
        ["openapi-v2"] = "clients fall back from v3 to v2 and not the other way: only v3 is served",
        ["openapi-v3"] = "hashes and the list of groups are each server's own; kubectl explain reads ours in KubectlTests",
        ["overload-429"] = "the embedded cluster has no priority and fairness: one user, one machine; the fault proxy answers so in tests",
        ["pod-delete-graceful"] = "names volumes and labels of the recording's admission plugins; PodTests asserts grace and timestamps",
        ["pod-running"] = "written by a fake kubelet; PodTests asserts the fields of a real process",
        ["pod-succeeded"] = "written by a fake kubelet; PodTests asserts the fields of a real process",
        ["pod-unschedulable"] = "counts the recording's 80 nodes; PlacementTests asserts the sentence",
    };

    /// <summary>A change of the kind that the watch does not show.</summary>
    private static (string, string) ElsewhereMap => ("POST /api/v1/namespaces/default/configmaps", """{"metadata":{"generateName":"moved-"}}""");

    private static bool RemoveSecond(JsonArray lines)
    {
        lines.RemoveAt(1);
        return true;
    }

    private static (string, string) Map(string name, string data, string labels) =>
        ("POST /api/v1/~/configmaps", $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}","labels":{{labels}}},"data":{{data}}}""");

    private static (string, string) Said(string version, string name, string fields) =>
        ($"POST /{(version == "v1" ? "api" : "apis")}/{version}/~/events", $$"""{"apiVersion":"{{version}}","kind":"Event","metadata":{"name":"{{name}}"},{{fields}}}""");

    private static (string, string) Custom(string name, string spec) =>
        ("POST /apis/samples.lab/v1/~/widgets", Widget.Replace("NAME", name, StringComparison.Ordinal).Replace("SPEC", spec, StringComparison.Ordinal));

    private static (string, string) Pod(string name, string containers) =>
        ("POST /api/v1/~/pods", $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}","labels":{"app":"{{name}}"} },"spec":{"nodeName":"n","containers":{{containers}} } }""");

    private static (string, string) Small(string name, string cpu) =>
        ("POST /api/v1/~/pods", $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}"},"spec":{"containers":[{"name":"c","image":"a:1","resources":{"requests":{"cpu":"{{cpu}}"} } }] } }""");
}
