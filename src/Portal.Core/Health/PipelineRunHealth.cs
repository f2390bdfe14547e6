using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>Tekton's PipelineRun: one condition, Succeeded, whose reason says the rest. Pure.</summary>
public static class PipelineRunHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (Condition.Find(facts.Object, "Succeeded") is not { } state)
        {
            return facts.Now - facts.CreatedAt > Patience.Limit
                ? new WorkloadStatus(WorkloadState.Attention, "object.no_news").With("minutes", facts.MinutesSince(facts.CreatedAt))
                : new WorkloadStatus(WorkloadState.Pending, "workload.submitting");
        }
        if (state.IsTrue)
            return new(WorkloadState.Succeeded);
        return state.IsFalse ? Failed(facts, state) : Running(facts, state);
    }

    private static WorkloadStatus Failed(KindFacts facts, Condition state) => state.Reason switch
    {
        "Cancelled" or "CancelledRunningFinally" or "StoppedRunningFinally" => new(WorkloadState.Stopped, "pipeline.cancelled", state.Message),
        "PipelineRunTimeout" => new(WorkloadState.Failed, "pipeline.time_limit", state.Message),
        "CouldntGetTask" or "CouldntGetPipeline" or "CouldntGetPipelineResult" => new(WorkloadState.Failed, "pipeline.missing", state.Message),
        "ParameterMissing" or "ParameterTypeMismatch" or "InvalidParamValue" or "ParamArrayIndexingInvalid" or "ObjectParameterMissKeys"
            => new(WorkloadState.Failed, "pipeline.parameters", state.Message),
        "PipelineValidationFailed" or "PipelineInvalidGraph" or "InvalidTaskResultReference" => new(WorkloadState.Failed, "cluster.invalid", state.Message),
        _ => PodsHealth.Failure(facts.Pods.Where(p => p.Text("status", "phase") == "Failed")) is { Reason: not "pod.exit_code" } why
            ? why : new WorkloadStatus(WorkloadState.Failed, "pipeline.failed", state.Message),
    };

    private static WorkloadStatus Running(KindFacts facts, Condition state)
    {
        if (state.Reason == "PipelineRunPending")
            return facts.Queued ?? new WorkloadStatus(WorkloadState.Pending, "training.suspended", state.Message);
        var going = facts.Pods.Where(p => p.Text("status", "phase") is not ("Succeeded" or "Failed")).ToList();
        return PodsHealth.Trouble(going) ?? new WorkloadStatus(WorkloadState.Running, "pipeline.running", state.Message);
    }
}
