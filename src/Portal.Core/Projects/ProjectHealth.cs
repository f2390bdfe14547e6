using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Projects;

/// <summary>What the objects of a project say about its steps. Pure.</summary>
public static class ProjectHealth
{
    private static readonly ProjectStepKind[] Fences = [ProjectStepKind.Limits, ProjectStepKind.Network];

    /// <summary>Active, and ours.</summary>
    public static StepOutcome Namespace(JsonObject seen) =>
        seen.IsGoing() || seen.Text("status", "phase") == "Terminating"
            ? StepOutcome.Waiting("project.namespace_terminating", Messages(seen))
            : seen.Text("status", "phase") == "Active" ? StepOutcome.Done : StepOutcome.Waiting("project.namespace_pending");

    /// <summary>One that is asked to go, and what holds it once that takes long.</summary>
    public static StepOutcome Leaving(JsonObject seen, DateTimeOffset now)
    {
        if (!seen.IsGoing())
            return StepOutcome.Waiting("project.namespace_terminating");
        var verdict = NamespaceHealth.From(new KindFacts(seen, now));
        return StepOutcome.Waiting(verdict.Reason, verdict.Detail) with { Arguments = JsonSerializer.Serialize(verdict.Arguments) };
    }

    /// <summary>The cluster has taken note of the ceilings once they stand in the quota's status.</summary>
    public static StepOutcome Quota(JsonObject seen) =>
        Coverage.Covers(seen.At("status", "hard"), seen.At("spec", "hard"), amounts: true)
            ? StepOutcome.Done : StepOutcome.Waiting("project.quota_pending");

    /// <summary>
    /// Bound, or waiting for its first pod: many storage classes make a volume only then, so that Pending is no fault.
    /// </summary>
    public static StepOutcome Storage(JsonObject seen) => seen.Text("status", "phase") == "Lost"
        ? StepOutcome.Failed("project.storage_lost", Messages(seen)) : StepOutcome.Done;

    /// <summary>A queue is there once Kueue says Active; one that was stopped on purpose counts as well.</summary>
    /// <param name="stopped">The project is archived.</param>
    public static StepOutcome Queue(JsonObject seen, bool stopped)
    {
        var active = Condition.Find(seen, "Active");
        if (active is null)
            return StepOutcome.Waiting("project.queue_pending");
        return active.IsTrue || stopped ? StepOutcome.Done : StepOutcome.Waiting("project.queue_inactive", active.Message);
    }

    /// <summary>
    /// True once what holds its pods in stands: it was ready before, or its ceilings and its network rules have been made. A step
    /// that fails later does not take away what people have.
    /// </summary>
    public static bool IsFenced(Project project) => WasReady(project) || Fences.All(fence => project.Steps.Exists(s => s.Kind == fence && s.State == StepState.Done));

    /// <summary>True once everything of it stood.</summary>
    internal static bool WasReady(Project project) => project.ObservedGeneration > 0;

    /// <summary>True when its work may begin: it is ready, or was and asks for attention now.</summary>
    public static bool TakesWork(Project project) =>
        project.State == ProjectState.Ready || (project.State == ProjectState.Attention && WasReady(project));

    /// <summary>What the steps together make of the project.</summary>
    public static ProjectState State(Project project)
    {
        if (project.Intent == ProjectIntent.Deleted)
            return ProjectState.Deleting;
        if (project.Steps.Any(s => s.State == StepState.Failed))
            return ProjectState.Attention;
        if (!project.Steps.All(s => s.State is StepState.Done or StepState.NotNeeded))
            return ProjectState.Pending;
        return project.Intent == ProjectIntent.Archived ? ProjectState.Archived : ProjectState.Ready;
    }

    /// <summary>Storage that a claim asks for already, in whole GiB, rounded up; 0 where there is none.</summary>
    public static long StoredGiB(JsonObject? claim) =>
        Quantity.Parse(claim.Text("spec", "resources", "requests", "storage")) is { } bytes ? (long)Math.Ceiling(bytes / (1024 * 1024 * 1024)) : 0;

    private static string Messages(JsonObject seen) =>
        string.Join("; ", Condition.From(seen).Where(c => c.IsTrue && c.Message.Length > 0).Select(c => c.Message));
}
