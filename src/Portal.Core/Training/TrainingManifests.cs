using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>The objects of a run: a Secret with its token, its code and a Job. Pure.</summary>
public static class TrainingManifests
{
    /// <summary>Key of the token in its Secret.</summary>
    public const string TokenKey = "token";

    private const string ContainerName = "training";
    private const string CodeVolume = "code";
    private const string CodeMount = "/opt/portal-run";
    private const string CodeFile = "main.py";

    /// <summary>The row's name in labels and in the work queue.</summary>
    public static ReconcileOwner Owner(Guid id) => new(nameof(TrainingRun), id);

    /// <summary>The Job of a run.</summary>
    public static ObjectKey JobKey(TrainingRun run, WorkloadPlace place) => new(Kinds.Job, place.Namespace, run.ObjectName);

    /// <summary>
    /// What is taken away once the run has ended and its log is kept: ended Jobs count against the namespace's quota too.
    /// </summary>
    public static IEnumerable<ObjectKey> Leftovers(TrainingRun run, WorkloadPlace place) =>
        new[] { Kinds.Job, Kinds.ConfigMap, Kinds.Secret }.Select(kind => new ObjectKey(kind, place.Namespace, run.ObjectName));

    /// <summary>The Secret from which the run reads the token it reports with.</summary>
    public static JsonObject Secret(TrainingRun run, WorkloadPlace place, string token) =>
        Create(Kinds.Secret, run, place)
            .With("type", "Opaque")
            .With("data", new JsonObject { [TokenKey] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) });

    /// <summary>Everything but the Secret, in order; the Job comes last.</summary>
    public static IReadOnlyList<JsonObject> For(
        TrainingRun run, string projectName, WorkloadPlace place, CatalogImage? image, AcceleratorOffer? accelerator) =>
    [
        Create(Kinds.ConfigMap, run, place).With("data", Files(run)),
        Job(run, projectName, place, image, accelerator),
    ];

    private static JsonObject Files(TrainingRun run)
    {
        var files = new JsonObject { ["portal_report.py"] = RunScripts.Report, ["portal_run.py"] = RunScripts.Run };
        if (run.Source == CodeSource.Inline)
            files[CodeFile] = run.Code;
        return files;
    }

    private static JsonObject Job(
        TrainingRun run, string projectName, WorkloadPlace place, CatalogImage? image, AcceleratorOffer? accelerator)
    {
        var job = Create(Kinds.Job, run, place).WithAnnotation("opendatahub.io/display-name", run.Name);
        if (place.Queue.Length > 0)
            job.WithLabel(WorkloadQueue.Label, place.Queue);
        var spec = RestrictedPod.Spec(
            Container(run, projectName, place, image, accelerator), place.Claim, place.FileGroup, accelerator);
        spec["restartPolicy"] = "Never";
        spec["volumes"]!.AsArray().Add(RestrictedPod.Volume(CodeVolume, "configMap", new JsonObject { ["name"] = run.ObjectName }));
        return job.With("spec", new JsonObject
        {
            // Kueue lets it go once there is quota; without Kueue it starts at once.
            ["suspend"] = place.Queue.Length > 0,
            ["backoffLimit"] = 0,
            // A pod that its node lost (drained, restarted, preempted) says nothing about the program: it is replaced.
            ["podFailurePolicy"] = new JsonObject
            {
                ["rules"] = new JsonArray(new JsonObject
                {
                    ["action"] = "Ignore",
                    ["onPodConditions"] = new JsonArray(new JsonObject { ["type"] = "DisruptionTarget", ["status"] = "True" }),
                }),
            },
            ["activeDeadlineSeconds"] = run.TimeLimitMinutes * 60,
            ["template"] = new JsonObject
            {
                ["metadata"] = new JsonObject
                {
                    ["labels"] = new JsonObject
                    {
                        [Manifest.KindLabel] = nameof(TrainingRun),
                        [Manifest.IdLabel] = run.Id.ToString("D"),
                    },
                },
                ["spec"] = spec,
            },
        });
    }

    private static JsonObject Container(
        TrainingRun run, string projectName, WorkloadPlace place, CatalogImage? image, AcceleratorOffer? accelerator)
    {
        var size = new WorkloadSize(run.SizeId, run.CpuMilli, run.MemoryMiB);
        var container = RestrictedPod.Container(ContainerName, image?.ReferenceFor(place.IsEmbedded) ?? run.CustomImage, size,
            Environment(run, projectName, place), accelerator, run.Accelerators);
        container["volumeMounts"]!.AsArray().Add(RestrictedPod.Mount(CodeVolume, CodeMount, readOnly: true));
        string[] program = [.. Program(run)];
        if (image is { Python.Length: > 0 })
        {
            // The embedded cluster's image is the Python itself; elsewhere the image may start something else by default.
            if (!place.IsEmbedded)
                container["command"] = Words([image.Python]);
            container["args"] = Words([$"{CodeMount}/portal_run.py", .. run.Command.Count == 0 ? ["--python"] : Array.Empty<string>(), .. program]);
            return container;
        }
        if (run.Command.Count > 0)
            container["command"] = Words([.. run.Command]);
        string[] rest = [.. program.Skip(run.Command.Count)];
        if (rest.Length > 0)
            container["args"] = Words(rest);
        return container;
    }

    private static IEnumerable<string> Program(TrainingRun run)
    {
        string[] code = run.Source switch
        {
            CodeSource.Inline => [$"{CodeMount}/{CodeFile}"],
            CodeSource.Storage => [$"{RestrictedPod.StoragePath}/{run.CodePath}"],
            _ => [],
        };
        return [.. run.Command, .. code, .. run.Arguments];
    }

    private static JsonArray Environment(TrainingRun run, string projectName, WorkloadPlace place) =>
    [
        RestrictedPod.Variable("PORTAL_RUN_ID", run.Id.ToString("D")),
        RestrictedPod.Variable("PORTAL_DATA_DIR", RestrictedPod.StoragePath),
        RestrictedPod.Variable("PORTAL_OUTPUT_DIR", $"{RestrictedPod.StoragePath}/{run.OutputFolder}"),
        RestrictedPod.Variable("MLFLOW_TRACKING_URI", place.Options.PortalAddress?.GetLeftPart(UriPartial.Authority) ?? ""),
        RestrictedPod.FromSecret("MLFLOW_TRACKING_TOKEN", run.ObjectName, TokenKey),
        RestrictedPod.Variable("MLFLOW_EXPERIMENT_NAME", projectName),
        RestrictedPod.Variable("MLFLOW_RUN_ID", run.Id.ToString("N")),
        RestrictedPod.Variable("PYTHONPATH", CodeMount),
        RestrictedPod.Variable("PYTHONUNBUFFERED", "1"),
    ];

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)w)]);

    private static JsonObject Create(ResourceType type, TrainingRun run, WorkloadPlace place) =>
        Manifest.Create(type, place.Namespace, run.ObjectName, Owner(run.Id));
}
