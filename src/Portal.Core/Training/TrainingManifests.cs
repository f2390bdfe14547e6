using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>
/// The objects of a run: a Secret with its token, its code, and what carries it out, which <see cref="TrainingPlan"/> chose. Pure.
/// </summary>
public static class TrainingManifests
{
    /// <summary>Key of the token in its Secret.</summary>
    public const string TokenKey = "token";

    /// <summary>The row's name in labels and in the work queue.</summary>
    public static ReconcileOwner Owner(Guid id) => new(nameof(TrainingRun), id);

    /// <summary>What carries a run out once it was submitted.</summary>
    public static ObjectKey ControllerKey(TrainingRun run, WorkloadPlace place) => new(ControllerKind(run), place.Namespace, run.ObjectName);

    /// <summary>
    /// What is taken away once the run has ended and its log is kept: ended Jobs count against the namespace's quota too.
    /// </summary>
    public static IEnumerable<ObjectKey> Leftovers(TrainingRun run, WorkloadPlace place)
    {
        ResourceType[] beside = ControllerKind(run) switch
        {
            var kind when kind == TrainingKinds.TrainJob => [TrainingKinds.TrainingRuntime],
            var kind when kind == Kinds.Job && run.Nodes > 1 => [Kinds.Service],
            _ => [],
        };
        return new[] { ControllerKind(run) }.Concat(beside).Concat([Kinds.ConfigMap, Kinds.Secret])
            .Select(kind => new ObjectKey(kind, place.Namespace, run.ObjectName));
    }

    /// <summary>The Secret from which the run reads the token it reports with.</summary>
    public static JsonObject Secret(TrainingRun run, WorkloadPlace place, string token) =>
        Manifest.Create(Kinds.Secret, place.Namespace, run.ObjectName, Owner(run.Id))
            .With("type", "Opaque")
            .With("data", new JsonObject { [TokenKey] = Convert.ToBase64String(Encoding.UTF8.GetBytes(token)) });

    /// <summary>Everything but the Secret, in order; what carries the run out comes last.</summary>
    public static IReadOnlyList<JsonObject> For(TrainingSpec spec, WorkloadChoice choice) =>
        [Create(Kinds.ConfigMap, spec).With("data", Files(spec, choice.Kind)), .. Controller(spec, choice.Kind)];

    private static IEnumerable<JsonObject> Controller(TrainingSpec spec, ResourceType kind) => kind.Kind switch
    {
        "TrainJob" => KubeflowTraining.TrainJob(spec),
        "PyTorchJob" => KubeflowTraining.PyTorchJob(spec),
        "JobSet" => JobTraining.JobSet(spec),
        "RayJob" => RayTraining.RayJob(spec),
        _ => JobTraining.Job(spec),
    };

    /// <summary>The kind that a run was submitted as; before that, and for runs from before the choice was kept, a Job.</summary>
    public static ResourceType ControllerKind(TrainingRun run) =>
        TrainingKinds.All.FirstOrDefault(k => run.RunsAs == $"{k.ApiVersion} {k.Kind}") ?? Kinds.Job;

    /// <summary>An object of the run under the name that all of them share.</summary>
    internal static JsonObject Create(ResourceType type, TrainingSpec spec) =>
        Manifest.Create(type, spec.Place.Namespace, spec.Run.ObjectName, spec.Owner);

    /// <summary>
    /// What carries the run out, with the keys by which dashboards show it and its queue finds it. No kind says "suspend" itself: Kueue
    /// sets it when the object is made where it is told to manage the kind, and elsewhere nothing would ever lift it.
    /// </summary>
    internal static JsonObject CreateQueued(ResourceType type, TrainingSpec spec) => Create(type, spec)
        .WithAnnotation("opendatahub.io/display-name", spec.Run.Name)
        .Queued(spec.Place, PriorityClass.Experiment);

    private static JsonObject Files(TrainingSpec spec, ResourceType kind)
    {
        var files = new JsonObject { ["portal_report.py"] = RunScripts.Report, ["portal_run.py"] = RunScripts.Run };
        if (spec.Run.Source == CodeSource.Inline)
            files[TrainingPod.CodeFile] = spec.Run.Code;
        if (kind == TrainingKinds.RayJob)
            files[TrainingPod.WordsFile] = TrainingPod.WordsList(spec);
        return files;
    }
}
