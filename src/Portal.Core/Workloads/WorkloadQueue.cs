namespace Portal.Core.Workloads;

/// <summary>Kueue's labels.</summary>
public static class WorkloadQueue
{
    /// <summary>Names the LocalQueue that an object waits in.</summary>
    public const string Label = "kueue.x-k8s.io/queue-name";
}
