using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>Everything that the objects of a run follow from.</summary>
/// <param name="Image">The catalogue image, or null when the run names its own.</param>
public sealed record TrainingSpec(TrainingRun Run, string ProjectName, WorkloadPlace Place, CatalogImage? Image, AcceleratorOffer? Accelerator)
{
    /// <summary>The row's name in labels and in the work queue.</summary>
    public ReconcileOwner Owner => TrainingManifests.Owner(Run.Id);

    /// <summary>Every node does the same work as one of several.</summary>
    public bool IsDistributed => Run.Nodes > 1 && Run.Framework != TrainingFramework.Ray;

    /// <summary>Processes that torchrun starts on each node: one for each accelerator.</summary>
    public int Processes => Math.Max(1, Run.Accelerators);

    /// <summary>Image reference on this cluster.</summary>
    public string ImageReference => Image?.ReferenceFor(Place.IsEmbedded) ?? Run.CustomImage;
}

/// <summary>The pod of a run, the same in every kind that makes one. Pure.</summary>
internal static class TrainingPod
{
    /// <summary>Where the nodes of a run meet.</summary>
    public const int MasterPort = 29500;

    private const string CodeVolume = "code";
    private const string CodeMount = "/opt/portal-run";

    private const string Launcher = CodeMount + "/portal_run.py";

    /// <summary>File of the inline code.</summary>
    public const string CodeFile = "main.py";

    /// <summary>File of the command line, for a framework that would have a shell read it.</summary>
    public const string WordsFile = "words.json";

    /// <summary>A pod template with our labels, so that the pods are found whatever made them.</summary>
    public static JsonObject Template(TrainingSpec spec, JsonObject container, string? restartPolicy = "Never")
    {
        var pod = RestrictedPod.Spec(container, spec.Place.Claim, spec.Place.FileGroup, spec.Accelerator);
        if (restartPolicy is not null)
            pod["restartPolicy"] = restartPolicy;
        pod["volumes"]!.AsArray().Add(RestrictedPod.Volume(CodeVolume, "configMap", new JsonObject { ["name"] = spec.Run.ObjectName }));
        if (IsReadOnly(spec))
            pod["volumes"]!.AsArray().Add(RestrictedPod.Scratch());
        return new JsonObject { ["metadata"] = new JsonObject { ["labels"] = Labels(spec) }, ["spec"] = pod };
    }

    /// <summary>Labels of its pods.</summary>
    public static JsonObject Labels(TrainingSpec spec) => new()
    {
        [Manifest.KindLabel] = spec.Owner.Kind,
        [Manifest.IdLabel] = spec.Owner.Id.ToString("D"),
    };

    /// <summary>The container without a program: image, amounts, environment and mounts.</summary>
    public static JsonObject Container(TrainingSpec spec, string name)
    {
        var size = new WorkloadSize(spec.Run.SizeId, spec.Run.CpuMilli, spec.Run.MemoryMiB);
        var container = RestrictedPod.Container(name, spec.ImageReference, size, Environment(spec), spec.Accelerator, spec.Run.Accelerators);
        container["volumeMounts"]!.AsArray().Add(RestrictedPod.Mount(CodeVolume, CodeMount, readOnly: true));
        return IsReadOnly(spec) ? RestrictedPod.ReadOnly(container) : container;
    }

    /// <summary>The container with the run's program.</summary>
    public static JsonObject ProgramContainer(TrainingSpec spec, string name)
    {
        var container = Container(spec, name);
        foreach (var (field, words) in Program(spec))
            container[field] = words!.DeepClone();
        return container;
    }

    /// <summary><c>command</c> and <c>args</c> of the program, those that are set.</summary>
    public static JsonObject Program(TrainingSpec spec)
    {
        var (run, image) = (spec.Run, spec.Image);
        var program = new JsonObject();
        string[] words = [.. ProgramWords(spec)];
        if (image is { Python.Length: > 0 })
        {
            // The embedded cluster's image is the Python itself; elsewhere the image may start something else by default.
            if (!spec.Place.IsEmbedded)
                program["command"] = Words([image.Python]);
            program["args"] = Words([Launcher, .. words]);
            return program;
        }
        if (run.Command.Count > 0)
            program["command"] = Words(run.Command);
        string[] rest = [.. words.Skip(run.Command.Count)];
        if (rest.Length > 0)
            program["args"] = Words(rest);
        return program;
    }

    /// <summary>
    /// The command line for a framework that has it read by a shell, and by the shell of its submitter before that: nothing that
    /// people wrote is on it. Their words are in <see cref="WordsFile"/>.
    /// </summary>
    public static string ShellLine(TrainingSpec spec) =>
        $"{(spec.Image is { Python.Length: > 0 } image ? image.Python : "python3")} {Launcher} --words {CodeMount}/{WordsFile}";

    /// <summary>Content of <see cref="WordsFile"/>.</summary>
    public static string WordsList(TrainingSpec spec) => JsonSerializer.Serialize(ProgramWords(spec));

    /// <summary>A variable with what Kubernetes knows of the pod.</summary>
    public static JsonObject FromField(string name, string path) => new()
    {
        ["name"] = name,
        ["valueFrom"] = new JsonObject { ["fieldRef"] = new JsonObject { ["fieldPath"] = path } },
    };

    /// <summary>
    /// The variables by which the nodes of a run find each other where no operator sets them: torchrun's own for PyTorch, which
    /// on one node say only how many processes it starts.
    /// </summary>
    /// <param name="master">Host name of the first node, if there are several.</param>
    public static IEnumerable<JsonObject> Rendezvous(TrainingSpec spec, string master)
    {
        if (spec.IsDistributed)
            yield return RestrictedPod.Variable("PORTAL_MASTER_ADDR", master);
        if (spec.Run.Framework != TrainingFramework.Torch)
            yield break;
        yield return RestrictedPod.Variable("PET_NPROC_PER_NODE", Whole(spec.Processes));
        if (!spec.IsDistributed)
            yield break;
        yield return RestrictedPod.Variable("PET_NNODES", Whole(spec.Run.Nodes));
        yield return RestrictedPod.Variable("PET_MASTER_ADDR", master);
        yield return RestrictedPod.Variable("PET_MASTER_PORT", Whole(MasterPort));
        yield return FromField("PET_NODE_RANK", RankOfIndexedJob);
    }

    /// <summary>Where an indexed Job's controller writes which of the pods one is.</summary>
    public const string RankOfIndexedJob = "metadata.annotations['batch.kubernetes.io/job-completion-index']";

    /// <summary>Tells each node of several which it is; the first one alone hands over the results.</summary>
    public static IEnumerable<JsonObject> Rank(TrainingSpec spec, string field) => !spec.IsDistributed ? [] :
        [RestrictedPod.Variable("PORTAL_NODES", Whole(spec.Run.Nodes)), FromField("PORTAL_NODE_RANK", field)];

    /// <summary>Adds variables to a container.</summary>
    public static JsonObject With(this JsonObject container, IEnumerable<JsonObject> variables)
    {
        foreach (var variable in variables)
            container["env"]!.AsArray().Add(variable);
        return container;
    }

    // What an image that people bring writes where is not known, and the embedded cluster's processes have no files of their own.
    private static bool IsReadOnly(TrainingSpec spec) => spec.Image is not null && !spec.Place.IsEmbedded;

    private static IEnumerable<string> ProgramWords(TrainingSpec spec)
    {
        var run = spec.Run;
        string[] code = run.Source switch
        {
            CodeSource.Inline => [$"{CodeMount}/{CodeFile}"],
            CodeSource.Storage => [$"{RestrictedPod.StoragePath}/{run.CodePath}"],
            _ => [],
        };
        // Who gives a command knows how to start it; torchrun is for code alone.
        string[] launcher = run is { Framework: TrainingFramework.Torch, Command.Count: 0 } ? ["-m", "torch.distributed.run"] : [];
        // Our own program starts what has no command with the Python that it runs in.
        string[] python = spec.Image is { Python.Length: > 0 } && run.Command.Count == 0 ? ["--python"] : [];
        return [.. python, .. run.Command, .. launcher, .. code, .. run.Arguments];
    }

    private static JsonArray Environment(TrainingSpec spec)
    {
        var run = spec.Run;
        return
        [
            RestrictedPod.Variable("PORTAL_RUN_ID", run.Id.ToString("D")),
            RestrictedPod.Variable("PORTAL_DATA_DIR", RestrictedPod.StoragePath),
            RestrictedPod.Variable("PORTAL_OUTPUT_DIR", $"{RestrictedPod.StoragePath}/{run.OutputFolder}"),
            RestrictedPod.Variable("MLFLOW_TRACKING_URI", spec.Place.Options.PortalAddress?.GetLeftPart(UriPartial.Authority) ?? ""),
            RestrictedPod.FromSecret("MLFLOW_TRACKING_TOKEN", run.ObjectName, TrainingManifests.TokenKey),
            RestrictedPod.Variable("MLFLOW_EXPERIMENT_NAME", AsWritten(spec.ProjectName)),
            RestrictedPod.Variable("MLFLOW_RUN_ID", run.Id.ToString("N")),
            RestrictedPod.Variable("PYTHONPATH", CodeMount),
            RestrictedPod.Variable("PYTHONUNBUFFERED", "1"),
        ];
    }

    private static JsonArray Words(IEnumerable<string> words) => new([.. words.Select(w => (JsonNode)AsWritten(w))]);

    // Kubernetes puts variables in for $(NAME) and reads $$ as one.
    private static string AsWritten(string text) => text.Replace("$", "$$", StringComparison.Ordinal);

    private static string Whole(int number) => number.ToString(CultureInfo.InvariantCulture);
}
