using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;

namespace Portal.Core.Workloads;

/// <summary>Kueue's labels.</summary>
public static class WorkloadQueue
{
    /// <summary>Names the LocalQueue that an object waits in.</summary>
    public const string Label = "kueue.x-k8s.io/queue-name";

    /// <summary>Puts an object into its place's queue, where there is one.</summary>
    public static JsonObject Queued(this JsonObject made, WorkloadPlace place, PriorityClass priority)
    {
        if (place.Queue.Length == 0)
            return made;
        made.WithLabel(Label, place.Queue);
        return place.HasPriorities ? made.WithLabel(PriorityClass.Label, priority.Name) : made;
    }
}
