namespace Portal.Core.Workloads;

/// <summary>The one vocabulary of states of everything that runs.</summary>
public enum WorkloadState
{
    /// <summary>Asked for; the cluster has not placed it yet.</summary>
    Pending,

    /// <summary>Placed; it does not work yet.</summary>
    Starting,
    Running,
    Stopping,
    Stopped,
    Succeeded,
    Failed,

    /// <summary>It goes no further until somebody does something; the reason says what.</summary>
    Attention,
}

/// <summary>Questions about states.</summary>
public static class WorkloadStates
{
    /// <summary>True when a run will not change any more.</summary>
    public static bool IsFinal(this WorkloadState state) =>
        state is WorkloadState.Succeeded or WorkloadState.Failed or WorkloadState.Stopped;
}
