using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>
/// KServe's InferenceService. Its Ready may be True while the predictor crashes, and False only because an address is late: pods and
/// modelStatus are asked first. Pure.
/// </summary>
public static class InferenceServiceHealth
{
    private const string StopAnnotation = "serving.kserve.io/stop";

    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(KindFacts facts)
    {
        if (facts.Object.Text("metadata", "annotations", StopAnnotation) == "true")
            return facts.Pods.Count > 0 ? new(WorkloadState.Stopping) : new(WorkloadState.Stopped);
        var ready = Condition.Find(facts.Object, "Ready");
        if (PodsHealth.Trouble(facts.Pods) is { } trouble)
            return OfPods(trouble, ready is { IsTrue: true });
        if (OfModel(facts) is { } model)
            return model;
        if (ready is { IsTrue: true })
            return new(WorkloadState.Running);
        if (facts.Queued is { } queued)
            return facts.Timely(queued);
        return Unready(facts, ready);
    }

    private static WorkloadStatus OfPods(WorkloadStatus pods, bool saysReady) => pods switch
    {
        // The init container that fetches the model.
        { Reason: "pod.init_failed" } when pods.Arguments.GetValueOrDefault("container") == "storage-initializer" => pods with { Reason = "serving.storage" },
        { Reason: "pod.crash_loop" } when saysReady => pods with { Reason = "serving.not_serving" },
        { State: WorkloadState.Failed } => pods with { State = WorkloadState.Attention },
        _ => pods,
    };

    private static WorkloadStatus? OfModel(KindFacts facts)
    {
        var failure = facts.Object.At("status", "modelStatus", "lastFailureInfo");
        var detail = failure.Text("message") ?? "";
        return (facts.Object.Text("status", "modelStatus", "transitionStatus"), failure.Text("reason")) switch
        {
            (_, "NoSupportingRuntime" or "RuntimeDisabled" or "RuntimeNotRecognized" or "RuntimeUnhealthy") => new(WorkloadState.Attention, "serving.no_runtime", detail),
            (_, "InvalidPredictorSpec") or ("InvalidSpec", _) => new(WorkloadState.Attention, "serving.invalid", detail),
            ("BlockedByFailedLoad", _) or (_, "ModelLoadFailed") => new WorkloadStatus(WorkloadState.Attention, "serving.load_failed", detail),
            _ => null,
        };
    }

    private static WorkloadStatus Unready(KindFacts facts, Condition? ready)
    {
        var predictor = Condition.Find(facts.Object, "PredictorReady");
        if (predictor is { IsTrue: true } && Condition.Find(facts.Object, "IngressReady") is { IsFalse: true } ingress && facts.Now - facts.CreatedAt > Patience.Limit)
            return new(WorkloadState.Attention, "serving.no_route", ingress.Message);
        if (PodsHealth.Worst(facts.Pods) is { State: WorkloadState.Starting } starting)
            return facts.Timely(starting);
        var said = predictor is { Message.Length: > 0 } ? predictor.Message : ready?.Message ?? "";
        var deploying = new WorkloadStatus(ready is null ? WorkloadState.Pending : WorkloadState.Starting, "serving.deploying", said);
        // Of an operator that has not written a word nothing else is to be said.
        return facts.Object.At("status") is null ? deploying : facts.Timely(deploying);
    }
}
