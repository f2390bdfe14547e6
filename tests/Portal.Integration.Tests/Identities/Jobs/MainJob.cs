using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Publishing;
using Portal.Core.Serving;
using Portal.Core.Training;
using Portal.LocalCluster;

namespace Portal.Integration.Tests.Identities.Jobs;

/// <summary>The main job where a cluster has certain operators.</summary>
/// <param name="Operators">Those that the embedded cluster has.</param>
/// <param name="ServedAlone">Kinds whose operators it has not: a stand-in does what they would do.</param>
/// <param name="Kinds">Those whose rights the job is to use; none for all that no other job is for.</param>
internal sealed record MainJob(ISet<string> Operators, ResourceType[] ServedAlone, ResourceType[] Kinds, Func<TwoParts, OperatorStandIn, Task> RunAsync)
{
    /// <summary>By what the cluster has. Of several kinds that could carry a run out the portal takes one, so that one cluster does not do for all.</summary>
    public static IReadOnlyDictionary<string, MainJob> All { get; } = new Dictionary<string, MainJob>
    {
        ["Kueue"] = new(Having(LocalClusterOptions.Kueue), [], [], PlainAsync),
        ["Kueue, Notebooks, Trainer, KServe, KubeRay"] = new(
            Having(LocalClusterOptions.Kueue, LocalClusterOptions.Kubeflow, LocalClusterOptions.JobSet, LocalClusterOptions.Trainer, LocalClusterOptions.KServe),
            [TrainingKinds.RayJob],
            [
                NotebookManifests.Kind, TrainingKinds.TrainJob, TrainingKinds.TrainingRuntime, TrainingKinds.RayJob,
                ServingKinds.InferenceService, ServingKinds.ServingRuntime,
            ],
            OperatorsAsync),
        ["Kueue, what pages show, OpenShift AI"] = new(
            Having(LocalClusterOptions.Kueue), [.. OfOthers, HardwareProfileManifests.Versions[0]], [.. OfOthers, HardwareProfileManifests.Versions[0]], ShowAsync),
        ["Kueue, JobSet, Open Data Hub before 3"] = new(
            Having(LocalClusterOptions.Kueue, LocalClusterOptions.JobSet), [HardwareProfileManifests.Dashboard],
            [TrainingKinds.JobSet, HardwareProfileManifests.Dashboard], JobSetAsync),
        // Where there are queues the older operator is given nothing: see TrainingPlan.
        ["training operator"] = new(Having(), [TrainingKinds.PyTorchJob], [TrainingKinds.PyTorchJob], PyTorchAsync),
    };

    /// <summary>Its kinds as rights name them.</summary>
    public IReadOnlySet<string> Resources { get; } = Kinds.Select(k => $"{k.Plural}.{k.Group}").ToHashSet();

    // Those that the embedded cluster serves by itself are for the job without operators, and KServe is for that with its operator. Of
    // kinds in two versions one is served.
    private static ResourceType[] OfOthers =>
        [.. ShownKinds.All.Where(k => k.Group.Contains('.', StringComparison.Ordinal) && k.Group != PublishingKinds.Ingress.Group && k.Group != ServingKinds.InferenceService.Group).DistinctBy(k => k.Kind)];

    private static HashSet<string> Having(params string[] operators) => [.. operators];

    private static async Task PlainAsync(TwoParts parts, OperatorStandIn none)
    {
        await PlatformSteps.CheckRightsAsync(parts);
        var pool = await PlatformSteps.MakePoolAsync(parts);
        var project = await ProjectSteps.OnboardAsync(parts);
        await ProjectSteps.OpenNetworkAsync(parts, project);
        await PlatformSteps.GrantAsync(parts, project, pool);
        await ProjectSteps.ChangeMembersAsync(parts, project);
        await WorkSteps.WorkInNotebookAsync(parts, project, delete: true);
        await WorkSteps.QueueAsync(parts, project, pool);
        await WorkSteps.MonitorAsync(parts, project);
        await ProjectSteps.ArchiveAsync(parts, project);
        // With a notebook that still runs: it goes with its project.
        await WorkSteps.WorkInNotebookAsync(parts, project, delete: false);
        await ProjectSteps.DeleteAsync(parts, project);
        await PlatformSteps.RemovePoolAsync(parts, pool);
    }

    private static async Task OperatorsAsync(TwoParts parts, OperatorStandIn ray)
    {
        var project = await ProjectSteps.OnboardAsync(parts);
        await WorkSteps.WorkInNotebookAsync(parts, project, delete: true);
        await WorkSteps.TrainAsync(parts, Draft(project) with { Nodes = 2 }, TrainingKinds.TrainJob);
        await WorkSteps.TrainAsync(parts, Draft(project) with { Nodes = 2, Framework = TrainingFramework.Ray }, TrainingKinds.RayJob, ray);
        await WorkSteps.ShowAsync(parts, project, ServingKinds.ServingRuntime, ServingKinds.InferenceService);
    }

    private static async Task ShowAsync(TwoParts parts, OperatorStandIn others)
    {
        var project = await ProjectSteps.OnboardAsync(parts);
        await WorkSteps.ShowAsync(parts, project, OfOthers);
        await PlatformSteps.TellAsync(parts, project, HardwareProfileManifests.Versions[0]);
    }

    private static async Task JobSetAsync(TwoParts parts, OperatorStandIn others)
    {
        var project = await ProjectSteps.OnboardAsync(parts);
        await WorkSteps.TrainAsync(parts, Draft(project) with { Nodes = 2 }, TrainingKinds.JobSet);
        await PlatformSteps.TellAsync(parts, project, HardwareProfileManifests.Dashboard);
    }

    // With a command of its own the code needs no PyTorch.
    private static async Task PyTorchAsync(TwoParts parts, OperatorStandIn training) => await WorkSteps.TrainAsync(
        parts, Draft(await ProjectSteps.OnboardAsync(parts)) with { Framework = TrainingFramework.Torch, Command = ["python3"] }, TrainingKinds.PyTorchJob, training);

    private static TrainingDraft Draft(Guid project) => new(Guid.Empty, project, "");
}
