using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>Chooses the kind that carries a run out, from what the run needs and what its cluster serves. Pure.</summary>
public static class TrainingPlan
{
    /// <summary>The choice, or null when the cluster cannot run it: Ray on several nodes needs KubeRay.</summary>
    public static WorkloadChoice? For(TrainingRun run, WorkloadPlace place)
    {
        var several = run.Nodes > 1;
        if (run.Framework == TrainingFramework.Ray)
        {
            return place.Served.FirstServed(TrainingKinds.RayJob) is { } ray ? new(ray, WorkloadChoice.Served)
                // On one node Ray's library starts its own cluster inside the process.
                : several ? null : new(Kinds.Job, "choice.no_ray");
        }
        if (!several && run.Framework == TrainingFramework.None)
            return new(Kinds.Job, "choice.single_node");
        if (place.Served.FirstServed(TrainingKinds.TrainJob) is { } trainer && place.Served.FirstServed(TrainingKinds.TrainingRuntime) is not null)
            return new(trainer, WorkloadChoice.Served);
        var torch = run.Framework == TrainingFramework.Torch ? place.Served.FirstServed(TrainingKinds.PyTorchJob) : null;
        // A newer Kueue as it is shipped does not manage PyTorchJobs: one in a queue would start at once, whatever the quota.
        var outside = torch is not null && place.Queue.Length > 0;
        if (torch is not null && !outside)
            return new(torch, "choice.no_trainer");
        return several && place.Served.FirstServed(TrainingKinds.JobSet) is { } set
            ? new(set, outside ? "choice.not_queued" : "choice.no_trainer") : new(Kinds.Job, outside ? "choice.not_queued" : "choice.no_operator");
    }
}
