using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>
/// The objects of a notebook. Kubeflow's Notebook where its controller is there, so that other dashboards show it too;
/// otherwise a StatefulSet and a Service. Pure.
/// </summary>
public static class NotebookManifests
{
    public const int Port = 8888;

    /// <summary>Key of the token in its Secret.</summary>
    public const string TokenKey = "token";

    public static readonly ResourceType Kind = new("kubeflow.org", "v1", "notebooks", "Notebook");

    /// <summary>The path below which the server answers, in the pod as in the portal.</summary>
    public static string BasePath(Guid id) => $"/notebooks/{id:D}/";

    /// <summary>The row's name in labels and in the work queue.</summary>
    public static ReconcileOwner Owner(Guid id) => new(nameof(Notebook), id);

    /// <summary>Everything to apply, in order.</summary>
    /// <param name="token">The server's token; goes into the Secret and nowhere else.</param>
    public static IReadOnlyList<JsonObject> For(
        Notebook notebook, WorkloadPlace place, CatalogImage image, WorkloadSize size, AcceleratorOffer? accelerator, string token)
    {
        var secret = Secret(notebook, place, token);
        return place.HasNotebookKind
            ? [secret, KubeflowNotebook(notebook, place, image, size, accelerator)]
            : [secret, Service(notebook, place), StatefulSet(notebook, place, image, size, accelerator)];
    }

    /// <summary>Every object that may be there, for deletion: what runs first, what it reads last.</summary>
    public static IEnumerable<ObjectKey> Keys(Notebook notebook, WorkloadPlace place)
    {
        ResourceType[] kinds = place.HasNotebookKind
            ? [Kind, Kinds.Secret]
            : [Kinds.StatefulSet, Kinds.Service, Kinds.Secret];
        return kinds.Select(kind => new ObjectKey(kind, place.Namespace, notebook.ObjectName));
    }

    private static JsonObject Secret(Notebook notebook, WorkloadPlace place, string token) =>
        Create(Kinds.Secret, notebook, place)
            .With("type", "Opaque")
            .With("data", new JsonObject { [TokenKey] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) });

    private static JsonObject Service(Notebook notebook, WorkloadPlace place) =>
        Create(Kinds.Service, notebook, place).With("spec", new JsonObject
        {
            ["selector"] = new JsonObject { ["app"] = notebook.ObjectName },
            ["ports"] = new JsonArray(new JsonObject { ["name"] = "http", ["port"] = Port, ["targetPort"] = Port, ["protocol"] = "TCP" }),
        });

    private static JsonObject StatefulSet(
        Notebook notebook, WorkloadPlace place, CatalogImage image, WorkloadSize size, AcceleratorOffer? accelerator)
    {
        var set = Create(Kinds.StatefulSet, notebook, place).WithLabel("app", notebook.ObjectName);
        if (place.Queue.Length > 0)
            set.WithLabel(WorkloadQueue.Label, place.Queue);
        return set.With("spec", new JsonObject
        {
            ["replicas"] = notebook.Intent == NotebookIntent.Running ? 1 : 0,
            ["serviceName"] = notebook.ObjectName,
            ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = notebook.ObjectName } },
            ["template"] = Template(notebook, place, accelerator, ServerContainer(notebook, place, image, size, accelerator)),
        });
    }

    // Keys as odh-dashboard's notebooks.ts writes them.
    private static JsonObject KubeflowNotebook(
        Notebook notebook, WorkloadPlace place, CatalogImage image, WorkloadSize size, AcceleratorOffer? accelerator)
    {
        var made = Create(Kind, notebook, place)
            .WithLabel("app", notebook.ObjectName)
            .WithLabel("opendatahub.io/odh-managed", "true")
            .WithLabel("opendatahub.io/dashboard", "true")
            .WithAnnotation("openshift.io/display-name", notebook.Name)
            .WithAnnotation("opendatahub.io/image-display-name", string.Join(", ", image.Contents))
            .WithAnnotation("opendatahub.io/connections", "")
            // The portal's own proxy asks who it is; a second sign-in in front of the server would break it.
            .WithAnnotation("notebooks.opendatahub.io/inject-auth", "false")
            .WithAnnotation("notebooks.kubeflow.org/server-type", "jupyter");
        if (place.Queue.Length > 0)
            made.WithLabel(WorkloadQueue.Label, place.Queue);
        if (notebook.Intent != NotebookIntent.Running)
            made.WithAnnotation("kubeflow-resource-stopped", Rfc3339(notebook.IntentChangedAt));
        return made.With("spec", new JsonObject
        {
            // No labels here: the definition has none, and the controller puts the Notebook's own on its pod.
            ["template"] = new JsonObject
            {
                ["spec"] = RestrictedPod.Spec(
                    KubeflowContainer(notebook, place, image, size, accelerator), place.Claim, place.FileGroup, accelerator),
            },
        });
    }

    private static JsonObject Template(Notebook notebook, WorkloadPlace place, AcceleratorOffer? accelerator, JsonObject container) => new()
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
        ["spec"] = RestrictedPod.Spec(container, place.Claim, place.FileGroup, accelerator),
    };

    // The program is started by us: the pod's own address, because in the embedded cluster all pods share one network.
    private static JsonObject ServerContainer(
        Notebook notebook, WorkloadPlace place, CatalogImage image, WorkloadSize size, AcceleratorOffer? accelerator)
    {
        var container = Container(notebook, image.ReferenceFor(place.IsEmbedded), size, accelerator, []);
        if (!place.IsEmbedded && image.Command.Count > 0)
            container["command"] = new JsonArray([.. image.Command.Select(c => (JsonNode)c)]);
        container["args"] = new JsonArray([.. Arguments(notebook, place.IsEmbedded, "$(POD_IP)").Select(a => (JsonNode)a)]);
        return container;
    }

    // The image's entry point reads NOTEBOOK_ARGS. Open Data Hub updates these two variables by their position.
    private static JsonObject KubeflowContainer(
        Notebook notebook, WorkloadPlace place, CatalogImage image, WorkloadSize size, AcceleratorOffer? accelerator)
    {
        var reference = image.ReferenceFor(place.IsEmbedded);
        return Container(notebook, reference, size, accelerator,
        [
            RestrictedPod.Variable("NOTEBOOK_ARGS", string.Join(' ', Arguments(notebook, place.IsEmbedded, "0.0.0.0"))),
            RestrictedPod.Variable("JUPYTER_IMAGE", reference),
        ]);
    }

    private static JsonObject Container(
        Notebook notebook, string reference, WorkloadSize size, AcceleratorOffer? accelerator, JsonArray environment)
    {
        // Jupyter reads its token from here: an argument would be seen in the process list.
        environment.Add(RestrictedPod.FromSecret("JUPYTER_TOKEN", notebook.ObjectName, TokenKey));
        var container = RestrictedPod.Container(notebook.ObjectName, reference, size, environment, accelerator, notebook.Accelerators);
        container["ports"] = new JsonArray(new JsonObject
        {
            ["name"] = "notebook-port", ["containerPort"] = Port, ["protocol"] = "TCP",
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

    private static JsonObject Create(ResourceType type, Notebook notebook, WorkloadPlace place) =>
        Manifest.Create(type, place.Namespace, notebook.ObjectName, Owner(notebook.Id));

    private static string Rfc3339(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
}
