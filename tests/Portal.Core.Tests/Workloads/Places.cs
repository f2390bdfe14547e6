using System.Text.Json.Nodes;
using Portal.Core.Notebooks;
using Portal.Core.Serving;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Workloads;

/// <summary>The sorts of cluster that manifests are made for.</summary>
internal static class Places
{
    public static readonly Guid Id = new("01900000-0000-7000-8000-0000000a1b2c");
    public static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public static readonly AcceleratorOffer Gpus = new(new Guid("01900000-0000-7000-8000-00000000aaaa"), "H100", "h100", "nvidia.com/gpu", 4, 3m)
    {
        NodeLabels = new Dictionary<string, string> { ["nvidia.com/gpu.product"] = "H100" },
        Tolerations = [new JsonObject { ["key"] = "nvidia.com/gpu", ["operator"] = "Exists", ["effect"] = "NoSchedule" }],
    };

    /// <summary>
    /// By name: <c>embedded</c>; <c>plain</c> without operators; <c>full</c> with all of them; <c>openshift</c>, which has all and
    /// chooses file groups; <c>jobset</c> with Kueue and JobSet; <c>older</c> with the training operator before Trainer and no Kueue.
    /// </summary>
    public static WorkloadPlace Of(string name) => new("ml-credit-risk", "project-storage", name is "plain" or "older" ? "" : "default")
    {
        IsEmbedded = name == "embedded",
        HasPriorities = true,
        Served = name switch
        {
            "full" or "openshift" =>
            [
                NotebookManifests.Kind, TrainingKinds.TrainJob, TrainingKinds.TrainingRuntime, TrainingKinds.JobSet, TrainingKinds.RayJob,
                ServingKinds.InferenceService, ServingKinds.ServingRuntime,
            ],
            "jobset" => [TrainingKinds.JobSet],
            "older" => [TrainingKinds.PyTorchJob, NotebookManifests.Kind],
            _ => [],
        },
        FileGroup = name == "openshift" ? null : 1000,
        Options = new WorkloadOptions { PortalAddress = new Uri("http://portal.mlops.svc:8080/") },
    };

    /// <summary>Every name that <see cref="Of"/> knows.</summary>
    public static readonly string[] All = ["embedded", "plain", "full", "openshift", "jobset", "older"];
}
