using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>
/// The objects of a notebook: its Secret, and Kubeflow's Notebook or a StatefulSet with a Service, as <see cref="NotebookPlan"/>
/// chose. Pure.
/// </summary>
public static class NotebookManifests
{
    /// <summary>Port of the server in its pod, which is Jupyter's own.</summary>
    public const int Port = 8888;

    /// <summary>Key of the token in its Secret.</summary>
    public const string TokenKey = "token";

    /// <summary>Stops a Kubeflow Notebook while it is there, whatever its value.</summary>
    public const string StoppedAnnotation = Health.NotebookObjectHealth.StoppedAnnotation;

    // Open Data Hub's controller holds a new Notebook back by it for a moment and takes it away itself.
    private const string CreationLock = "odh-notebook-controller-lock";

    /// <summary>Kubeflow's Notebook.</summary>
    public static readonly ResourceType Kind = new("kubeflow.org", "v1", "notebooks", "Notebook");

    /// <summary>The path below which the server answers, in the pod as in the portal.</summary>
    public static string BasePath(Guid id) => $"/notebooks/{id:D}/";

    /// <summary>The row's name in labels and in the work queue.</summary>
    public static ReconcileOwner Owner(Guid id) => new(nameof(Notebook), id);

    /// <summary>The value with which the portal itself stops a Kubeflow Notebook.</summary>
    public static string StopMark(Notebook notebook) => Rfc3339(notebook.IntentChangedAt);

    /// <summary>True when somebody else holds a Kubeflow Notebook stopped, in OpenShift AI for example.</summary>
    public static bool IsStoppedElsewhere(Notebook notebook, JsonObject? seen) =>
        seen.Text("metadata", "annotations", StoppedAnnotation) is { } mark && mark != StopMark(notebook) && mark != CreationLock;

    /// <summary>True when a Kubeflow Notebook that was stopped is let run again, in OpenShift AI for example.</summary>
    public static bool IsStartedElsewhere(Notebook notebook, JsonObject? seen) =>
        notebook.Intent == NotebookIntent.Stopped && seen is not null && seen.Text("kind") == Kind.Kind && !seen.IsGoing()
        && seen.Text("metadata", "annotations", StoppedAnnotation) is null;

    /// <summary>The merge patch that stops what is there, whatever else it is.</summary>
    internal static JsonObject Stop(Notebook notebook, ResourceType kind) => kind == Kind
        ? new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [StoppedAnnotation] = StopMark(notebook) } } }
        : new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } };

    /// <summary>The merge patch that lets a stopped Kubeflow Notebook start, whoever stopped it.</summary>
    internal static JsonObject NoStop => new()
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [StoppedAnnotation] = null } },
    };

    /// <summary>Everything to apply, in order.</summary>
    public static IReadOnlyList<JsonObject> For(NotebookSpec spec, WorkloadChoice choice) => choice.Kind == Kind
        ? [Secret(spec), KubeflowNotebook(spec)]
        : [Secret(spec), Service(spec), StatefulSet(spec)];

    /// <summary>The objects of a notebook as one of its kinds: what runs first, what it reads last.</summary>
    public static IEnumerable<ObjectKey> Keys(Notebook notebook, WorkloadPlace place, WorkloadChoice choice)
    {
        ResourceType[] kinds = choice.Kind == Kind ? [Kind, Kinds.Secret] : [Kinds.StatefulSet, Kinds.Service, Kinds.Secret];
        return kinds.Select(kind => new ObjectKey(kind, place.Namespace, notebook.ObjectName));
    }

    /// <summary>
    /// Every object that a notebook may have, for deletion: one that changed its kind must not leave anything behind. What runs
    /// goes first, what it reads last.
    /// </summary>
    public static IEnumerable<ObjectKey> EveryKey(Notebook notebook, WorkloadPlace place)
    {
        ResourceType[] kinds = [Kinds.StatefulSet, Kinds.Service, Kinds.Secret];
        return (place.Served.FirstServed(Kind) is { } served ? kinds.Prepend(served) : kinds).Select(kind => new ObjectKey(kind, place.Namespace, notebook.ObjectName));
    }

    /// <summary>
    /// A user name as Open Data Hub writes it into <c>opendatahub.io/user</c>: URI-encoded, the marks that this leaves encoded too
    /// (<c>~</c> as 7f), then dashes for percent signs, in lower case.
    /// </summary>
    public static string TranslatedUser(string userName)
    {
        // JavaScript's encodeURIComponent leaves ! ' ( ) * as they are; all of them are encoded in the end, so the difference is none.
        var encoded = new StringBuilder(Uri.EscapeDataString(MetadataRules.Text(userName)));
        foreach (var (mark, code) in new[] { ("-", "%2d"), (".", "%2e"), ("_", "%5f"), ("~", "%7f"), ("!", "%21"), ("'", "%27"), ("(", "%28"), (")", "%29"), ("*", "%2a") })
            encoded.Replace(mark, code);
        return encoded.Replace('%', '-').ToString().ToLowerInvariant();
    }

    private static JsonObject Secret(NotebookSpec spec) => Create(Kinds.Secret, spec)
        .With("type", "Opaque")
        .With("data", new JsonObject { [TokenKey] = Convert.ToBase64String(Encoding.UTF8.GetBytes(spec.Token)) });

    private static JsonObject Service(NotebookSpec spec) => Create(Kinds.Service, spec).With("spec", new JsonObject
    {
        ["selector"] = new JsonObject { ["app"] = spec.Notebook.ObjectName },
        ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = Port, ["targetPort"] = Port, ["protocol"] = "TCP" }),
    });

    private static JsonObject StatefulSet(NotebookSpec spec)
    {
        var (notebook, place) = (spec.Notebook, spec.Place);
        return Queued(Create(Kinds.StatefulSet, spec).WithLabel("app", notebook.ObjectName), spec).With("spec", new JsonObject
        {
            ["replicas"] = notebook.Intent == NotebookIntent.Running ? 1 : 0,
            ["serviceName"] = notebook.ObjectName,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = notebook.ObjectName } },
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["labels"] = new JsonObject
                    {
                        ["app"] = notebook.ObjectName,
                        [Manifest.KindLabel] = nameof(Notebook),
                        [Manifest.IdLabel] = notebook.Id.ToString("D"),
                    },
                },
                ["spec"] = RestrictedPod.Spec(ServerContainer(spec), place.Claim, place.FileGroup, spec.Accelerator),
            },
        });
    }

    // Keys as odh-dashboard's notebooks.ts writes them.
    private static JsonObject KubeflowNotebook(NotebookSpec spec)
    {
        var (notebook, place, image) = (spec.Notebook, spec.Place, spec.Image);
        var made = Create(Kind, spec)
            .WithLabel("app", notebook.ObjectName)
            .WithLabel("opendatahub.io/odh-managed", "true")
            .WithLabel("opendatahub.io/dashboard", "true")
            .WithAnnotation("openshift.io/display-name", notebook.Name)
            .WithAnnotation("opendatahub.io/image-display-name", string.Join(", ", image.Contents))
            .WithAnnotation("notebooks.opendatahub.io/last-image-selection", $"{image.Id}:{image.Version}")
            .WithAnnotation("opendatahub.io/username", spec.UserName)
            .WithAnnotation("opendatahub.io/user", TranslatedUser(spec.UserName))
            .WithAnnotation("opendatahub.io/connections", "")
            // The portal's own proxy asks who it is; a second sign-in in front of the server would break it.
            .WithAnnotation("notebooks.opendatahub.io/inject-auth", "false")
            .WithAnnotation("notebooks.kubeflow.org/server-type", "jupyter")
            .WithAnnotation("notebooks.kubeflow.org/creator", spec.UserName);
        if (notebook.Intent != NotebookIntent.Running)
            made.WithAnnotation(StoppedAnnotation, StopMark(notebook));
        var pod = RestrictedPod.Spec(KubeflowContainer(spec), place.Claim, place.FileGroup, spec.Accelerator);
        pod["volumes"]!.AsArray().Add(RestrictedPod.Volume("shm", "emptyDir", new JsonObject { ["medium"] = "Memory" }));
        // No labels here: the definition has none, and the controller puts the Notebook's own on its pod.
        return Queued(made, spec).With("spec", new JsonObject { ["template"] = new JsonObject { ["spec"] = pod } });
    }

    private static JsonObject Queued(JsonObject made, NotebookSpec spec) => made.Queued(spec.Place, PriorityClass.Interactive);

    // The program is started by us: the pod's own address, because in the embedded cluster all pods share one network.
    private static JsonObject ServerContainer(NotebookSpec spec)
    {
        var (image, embedded) = (spec.Image, spec.Place.IsEmbedded);
        var container = Container(spec, image.ReferenceFor(embedded), []);
        if (!embedded && image.Command.Count > 0)
            container["command"] = new JsonArray([.. image.Command.Select(c => (JsonNode)c)]);
        container["args"] = new JsonArray([.. Arguments(spec.Notebook, embedded, "$(POD_IP)").Select(a => (JsonNode)a)]);
        return container;
    }

    // The image's entry point reads NOTEBOOK_ARGS. Open Data Hub updates these two variables by their position.
    private static JsonObject KubeflowContainer(NotebookSpec spec)
    {
        var embedded = spec.Place.IsEmbedded;
        var reference = spec.Image.ReferenceFor(embedded);
        var container = Container(spec, reference,
        [
            RestrictedPod.Variable("NOTEBOOK_ARGS", string.Join(' ', Arguments(spec.Notebook, embedded, "0.0.0.0"))),
            RestrictedPod.Variable("JUPYTER_IMAGE", reference),
        ]);
        // The embedded cluster's image is the program itself and reads no NOTEBOOK_ARGS.
        if (embedded)
            container["args"] = new JsonArray([.. Arguments(spec.Notebook, embedded, "$(POD_IP)").Select(a => (JsonNode)a)]);
        container["volumeMounts"]!.AsArray().Add(RestrictedPod.Mount("shm", "/dev/shm"));
        return container;
    }

    private static JsonObject Container(NotebookSpec spec, string reference, JsonArray environment)
    {
        var notebook = spec.Notebook;
        // Jupyter reads its token from here: an argument would be seen in the process list.
        environment.Add(RestrictedPod.FromSecret("JUPYTER_TOKEN", notebook.ObjectName, TokenKey));
        var container = RestrictedPod.Container(notebook.ObjectName, reference, spec.Size, environment, spec.Accelerator, notebook.Accelerators);
        container["ports"] = new JsonArray(new JsonObject
        {
            ["name"] = "notebook-port",
            ["containerPort"] = Port,
            ["protocol"] = "TCP",
        });
        container["readinessProbe"] = new JsonObject
        {
            ["httpGet"] = new JsonObject { ["path"] = BasePath(notebook.Id) + "api", ["port"] = Port },
            ["periodSeconds"] = 2,
        };
        return container;
    }

    private static IEnumerable<string> Arguments(Notebook notebook, bool embedded, string address)
    {
        var section = CatalogImage.JupyterSectionFor(embedded);
        yield return "--no-browser";
        yield return $"--{section}.ip={address}";
        yield return $"--{section}.port={Port.ToString(CultureInfo.InvariantCulture)}";
        yield return $"--{section}.port_retries=0";
        yield return $"--{section}.base_url={BasePath(notebook.Id)}";
        // The check of the Host header is for servers that browsers reach directly; only the portal reaches this one.
        yield return $"--{section}.allow_remote_access=True";
    }

    private static JsonObject Create(ResourceType type, NotebookSpec spec) =>
        Manifest.Create(type, spec.Place.Namespace, spec.Notebook.ObjectName, Owner(spec.Notebook.Id));

    private static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
