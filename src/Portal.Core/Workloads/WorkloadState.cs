namespace Portal.Core.Workloads;

/// <summary>The one vocabulary of states of everything that runs.</summary>
public enum WorkloadState
{
    /// <summary>Asked for; the cluster has not placed it yet.</summary>
    Pending,

    /// <summary>Placed; it does not work yet.</summary>
    Starting,

    /// <summary>It works: a server answers, a program runs.</summary>
    Running,

    /// <summary>To be stopped; pods of it are still there.</summary>
    Stopping,

    /// <summary>Stopped by a person or for a rule; nothing of it runs.</summary>
    Stopped,

    /// <summary>The program ended well.</summary>
    Succeeded,

    /// <summary>The program ended badly, or can never run.</summary>
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
