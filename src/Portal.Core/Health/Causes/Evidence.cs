namespace Portal.Core.Health.Causes;

/// <summary>One thing that a cluster said of an object.</summary>
/// <param name="Reason">The machine's reason, for example <c>ImagePullBackOff</c>; empty where there is none.</param>
/// <param name="Message">Its words for people.</param>
public sealed record Evidence(EvidenceSource Source, string Reason, string Message);

/// <summary>Where it was said: one reason may mean different things in different places.</summary>
public enum EvidenceSource
{
    /// <summary>A container's <c>state.waiting</c>.</summary>
    ContainerWaits,

    /// <summary>A container's <c>state.terminated</c>.</summary>
    Terminated,

    /// <summary>A pod's <c>status.reason</c>, or its condition DisruptionTarget.</summary>
    PodStatus,

    /// <summary>A pod's condition PodScheduled=False.</summary>
    Scheduling,

    /// <summary>A warning event.</summary>
    Event,

    /// <summary>The API server's answer to a call, also as a controller repeats it in an event.</summary>
    Answer,

    /// <summary>A queued workload's condition QuotaReserved=False.</summary>
    Queue,

    /// <summary>A queued workload's condition Evicted=True.</summary>
    Evicted,
}
