using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>What the cluster shows of a notebook, all of it recorded before the verdict.</summary>
/// <param name="Controller">The StatefulSet or Notebook object, or null.</param>
/// <param name="Pod">Its pod, or null.</param>
/// <param name="Workload">Kueue's Workload of it, or null.</param>
/// <param name="Events">Events about the controller and its pod, newest first; empty where they were not asked for.</param>
public sealed record NotebookFacts(JsonObject? Controller, JsonObject? Pod, JsonObject? Workload, IReadOnlyList<JsonObject> Events);

/// <summary>The state of a notebook from what the cluster shows. Pure.</summary>
public static class NotebookHealth
{
    /// <summary>The verdict.</summary>
    public static WorkloadStatus From(Notebook notebook, NotebookFacts facts, DateTimeOffset now)
    {
        if (IsHeldByOthers(notebook, facts))
            return new(WorkloadState.Attention, "cluster.owned_by_other");
        if (notebook.Intent != NotebookIntent.Running)
            return Ending(notebook, facts, now);
        return Patience.After(Starting(facts), new(facts.Controller, facts.Workload, facts.Pod, facts.Events), notebook.IntentChangedAt, now);
    }

    /// <summary>What was asked for is carried out but for the number of pods, which somebody else has set: no node is to blame.</summary>
    internal static bool IsHeldByOthers(Notebook notebook, NotebookFacts facts) =>
        notebook.Generation == notebook.ObservedGeneration && facts.Controller.Text("kind") == Kinds.StatefulSet.Kind
        && facts.Controller.Text("spec", "replicas") is { } replicas && notebook.Intent switch
        {
            NotebookIntent.Running => replicas == "0" && facts.Pod is null,
            NotebookIntent.Stopped => replicas != "0",
            _ => false,
        };

    private static WorkloadStatus Starting(NotebookFacts facts)
    {
        if (facts.Pod is not { } seen || seen.IsGoing() || PodHealth.IsGated(seen))
        {
            // While the queue holds it, the pod knows only that it is held.
            if (facts.Workload is { } workload && QueueHealth.From(workload) is { } queued)
                return queued;
        }
        if (facts.Pod is { } pod && !pod.IsGoing())
        {
            var verdict = PodHealth.From(pod);
            // A server that ended by itself is started again by its controller: say so, it has not failed for good.
            return verdict.State is WorkloadState.Failed or WorkloadState.Succeeded ? verdict with { State = WorkloadState.Attention } : verdict;
        }
        if (facts.Pod is not null)
            return new(WorkloadState.Starting, "pod.replacing");
        return ClusterEvents.Cause(facts.Events)
            ?? new WorkloadStatus(WorkloadState.Starting, facts.Controller is null ? "workload.submitting" : "pod.creating");
    }

    private static WorkloadStatus Ending(Notebook notebook, NotebookFacts facts, DateTimeOffset now)
    {
        if (facts.Pod is not null || (notebook.Intent == NotebookIntent.Deleted && facts.Controller is not null))
        {
            return now - notebook.IntentChangedAt > Patience.Limit
                ? new WorkloadStatus(WorkloadState.Attention, "pod.slow_stop").With("minutes", (int)(now - notebook.IntentChangedAt).TotalMinutes)
                : new WorkloadStatus(WorkloadState.Stopping);
        }
        if (notebook.Intent == NotebookIntent.Stopped && NotebookManifests.IsStoppedElsewhere(notebook, facts.Controller))
            return new(WorkloadState.Stopped, "notebook.stopped_elsewhere");
        return notebook.StoppedWhenIdle
            ? new WorkloadStatus(WorkloadState.Stopped, "notebook.stopped_idle").With("minutes", notebook.IdleMinutes)
            : new WorkloadStatus(WorkloadState.Stopped);
    }
}
