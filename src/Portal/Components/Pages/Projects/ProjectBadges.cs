using Portal.Components.Shared;
using Portal.Core.Projects;

namespace Portal.Components.Pages.Projects;

/// <summary>Projects and their steps in the one vocabulary of states. Pure.</summary>
public static class ProjectBadges
{
    /// <summary>The badge of a project; a deletion asked for shows at once, before the cluster has begun with it.</summary>
    public static Badge Of(ProjectState state, ProjectIntent intent) => (intent, state) switch
    {
        (ProjectIntent.Deleted, _) or (_, ProjectState.Deleting) => Badge.Stopping,
        (_, ProjectState.Ready) => Badge.Succeeded,
        (_, ProjectState.Attention) => Badge.Attention,
        (_, ProjectState.Archived) => Badge.Stopped,
        _ => Badge.Pending,
    };

    /// <summary>The state that is named beside the badge.</summary>
    public static ProjectState Shown(ProjectState state, ProjectIntent intent) =>
        intent == ProjectIntent.Deleted ? ProjectState.Deleting : state;

    /// <summary>The badge of a step.</summary>
    public static Badge Of(StepState state) => state switch
    {
        StepState.Done => Badge.Succeeded,
        StepState.Running => Badge.Running,
        StepState.Failed => Badge.Failed,
        StepState.NotNeeded => Badge.Stopped,
        _ => Badge.Pending,
    };
}
