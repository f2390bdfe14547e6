using Portal.Core.Cluster;

namespace Portal.Core.Training;

/// <summary>The operators' kinds that carry trainings out.</summary>
public static class TrainingKinds
{
    /// <summary>Jobs that start and end together.</summary>
    public static readonly ResourceType JobSet = new("jobset.x-k8s.io", "v1alpha2", "jobsets", "JobSet");

    /// <summary>Kubeflow Trainer's (v2).</summary>
    public static readonly ResourceType TrainJob = new("trainer.kubeflow.org", "v1alpha1", "trainjobs", "TrainJob");

    /// <summary>Kubeflow Trainer's: what the TrainJobs of a project start from.</summary>
    public static readonly ResourceType TrainingRuntime = new("trainer.kubeflow.org", "v1alpha1", "trainingruntimes", "TrainingRuntime");

    /// <summary>Kubeflow Training Operator's (v1).</summary>
    public static readonly ResourceType PyTorchJob = new("kubeflow.org", "v1", "pytorchjobs", "PyTorchJob");

    /// <summary>KubeRay's: a cluster of Ray for one program.</summary>
    public static readonly ResourceType RayJob = new("ray.io", "v1", "rayjobs", "RayJob");

    /// <summary>Every kind that a run may have been submitted as.</summary>
    public static IReadOnlyList<ResourceType> All { get; } = [Kinds.Job, JobSet, TrainJob, PyTorchJob, RayJob];
}

/// <summary>What starts a run's program on its nodes.</summary>
public enum TrainingFramework
{
    /// <summary>The program itself, once on each node.</summary>
    None,

    /// <summary>PyTorch's torchrun, which starts one process for each accelerator and lets them find each other.</summary>
    Torch,

    /// <summary>Ray: the program runs once, on the head of a Ray cluster of the run's nodes.</summary>
    Ray,
}
