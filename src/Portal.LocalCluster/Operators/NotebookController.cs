using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Operators;

/// <summary>
/// Kubeflow's notebook controller: a StatefulSet of one and a Service for each Notebook, none of its pods while the stop
/// annotation stands, and the pod's state mirrored in the status.
/// </summary>
public sealed class NotebookController(IObjects objects, TimeProvider time, ILogger<NotebookController> log) : ControlLoop(objects, time, log)
{
    public const string StopAnnotation = "kubeflow-resource-stopped";

    private const string Notebooks = "notebooks.kubeflow.org";
    private const string NameLabel = "notebook-name";
    private const int Port = 8888;

    /// <summary>What was last asked for, so that defaults which the server adds are no difference.</summary>
    private const string HashAnnotation = "notebooks.kubeflow.org/spec-hash";

    public override string Name => "notebook-controller";

    protected override IEnumerable<Source> Sources =>
    [
        new(Notebooks, notebook => [notebook.Key()]),
        new("statefulsets.apps", set => Owners.KeyOf(set, "Notebook") is { } key ? [key] : []),
        new("services", service => Owners.KeyOf(service, "Notebook") is { } key ? [key] : []),
        new("pods", pod => pod.Label(NameLabel) is { } name ? [$"{pod.Namespace()}/{name}"] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find(Notebooks, path[0], path[1]) is not { } notebook || notebook.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        JsonObject set = Ensure(notebook, "statefulsets.apps", StatefulSet(notebook), "replicas", "template");
        Ensure(notebook, "services", Service(notebook), "ports", "selector");
        Mirror(notebook, set);
        return Task.FromResult<TimeSpan?>(null);
    }

    /// <summary>Makes the object, or brings the named fields of its spec to what they shall be.</summary>
    private JsonObject Ensure(JsonObject notebook, string resource, JsonObject wanted, params ReadOnlySpan<string> fields)
    {
        if (Objects.Find(resource, notebook.Namespace(), notebook.Name()) is not { } present) return Objects.Create(wanted);
        if (!Owners.Owns(notebook, present)) throw new ApiException(409, "AlreadyExists", $"{resource} {present.Key()} belongs to somebody else");
        string hash = PodTemplate.Hash(wanted.Part("spec"));
        if (present.Annotation(HashAnnotation) == hash) return present;
        foreach (string field in fields) present.Ensure("spec")[field] = wanted["spec"]![field]!.DeepClone();
        present.Ensure("metadata", "annotations")[HashAnnotation] = hash;
        present.Part("metadata").Remove("resourceVersion");
        return Objects.Update(present);
    }

    private static JsonObject StatefulSet(JsonObject notebook)
    {
        JsonObject labels = notebook.Part("metadata", "labels").Copy();
        labels["statefulset"] = notebook.Name();
        labels[NameLabel] = notebook.Name();
        JsonObject pod = notebook.Part("spec", "template", "spec").Copy();
        if (pod.Each("containers").FirstOrDefault() is { } container)
        {
            if (container["ports"] is null) container["ports"] = new JsonArray(new JsonObject { ["containerPort"] = Port, ["name"] = "notebook-port", ["protocol"] = "TCP" });
            if (container["env"] is not JsonArray variables) container["env"] = variables = [];
            variables.Add(new JsonObject { ["name"] = "NB_PREFIX", ["value"] = $"/notebook/{notebook.Namespace()}/{notebook.Name()}" });
        }
        return Object(notebook, "apps/v1", "StatefulSet", new JsonObject
        {
            ["replicas"] = notebook.Annotation(StopAnnotation) is null ? 1 : 0,
            ["serviceName"] = notebook.Name(),
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["statefulset"] = notebook.Name() } },
            ["template"] = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = labels }, ["spec"] = pod },
        });
    }

    private static JsonObject Service(JsonObject notebook) => Object(notebook, "v1", "Service", new JsonObject
    {
        ["type"] = "ClusterIP",
        ["selector"] = new JsonObject { ["statefulset"] = notebook.Name() },
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http-" + notebook.Name(), ["port"] = 80, ["targetPort"] = Port, ["protocol"] = "TCP" }),
    });

    private static JsonObject Object(JsonObject notebook, string version, string kind, JsonObject spec) => new()
    {
        ["apiVersion"] = version,
        ["kind"] = kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = notebook.Name(),
            ["namespace"] = notebook.Namespace(),
            ["annotations"] = new JsonObject { [HashAnnotation] = PodTemplate.Hash(spec) },
            ["ownerReferences"] = new JsonArray(Owners.Reference(notebook)),
        },
        ["spec"] = spec,
    };

    private void Mirror(JsonObject notebook, JsonObject set)
    {
        JsonObject? pod = Objects.Find("pods", notebook.Namespace(), notebook.Name() + "-0");
        JsonObject? container = pod?.Each("status", "containerStatuses").FirstOrDefault(status => status.Text("name") == notebook.Name());
        JsonObject next = notebook.Copy();
        next["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray([.. (pod?.Each("status", "conditions") ?? []).Select(Plain)]),
            ["containerState"] = container?.Map("state")?.Copy() ?? [],
            ["readyReplicas"] = set.Whole("status", "readyReplicas") ?? 0,
        };
        if (!JsonNode.DeepEquals(next["status"], notebook["status"])) TryWrite(() => Objects.UpdateStatus(next));
    }

    /// <summary>The fields that a Notebook's condition has; a pod's may have more, and an empty time is none.</summary>
    private static JsonNode Plain(JsonObject condition) =>
        new JsonObject(condition.Where(field => field.Key is "type" or "status" or "reason" or "message" or "lastProbeTime" or "lastTransitionTime")
            .Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value!.DeepClone())));
}
