using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class ProjectCases : MatrixCases
{
    public ProjectCases()
    {
        Case<ProjectService>(nameof(ProjectService.CreateAsync), Towards.Team, async (s, actor, target) =>
            await s.CreateAsync(actor, new ProjectDraft(Guid.CreateVersion7(), "New one", target.TeamId), default));
        Case<ProjectService>(nameof(ProjectService.EditAsync), Towards.Project, (s, actor, target) =>
            s.EditAsync(actor, target.ProjectId, 1, new ProjectContent("Renamed"), default));

        Case<ProjectMembersService>(nameof(ProjectMembersService.ChangeAsync), Towards.Project, (s, actor, target) =>
            s.ChangeAsync(actor, target.ProjectId, 1, [new("own-guest", ProjectRole.Viewer)], default));

        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.FreezeAsync), Towards.Project, (s, actor, target) =>
            s.FreezeAsync(actor, target.ProjectId, 1, "Budget review", default));
        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.UnfreezeAsync), Towards.Project, (s, actor, target) =>
            s.UnfreezeAsync(actor, target.ProjectId, 1, default));
        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.ArchiveAsync), Towards.Project, (s, actor, target) =>
            s.ArchiveAsync(actor, target.ProjectId, 1, default));
        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.UnarchiveAsync), Towards.Project, (s, actor, target) =>
            s.UnarchiveAsync(actor, target.ProjectId, 1, default));
        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.DeleteAsync), Towards.Project, (s, actor, target) =>
            s.DeleteAsync(actor, target.ProjectId, 1, target.Name + " project", default));
        Case<ProjectLifecycleService>(nameof(ProjectLifecycleService.RetryStepAsync), Towards.Project, (s, actor, target) =>
            s.RetryStepAsync(actor, target.ProjectId, ProjectStepKind.Limits, default));

        Case<ProjectQueryService>(nameof(ProjectQueryService.ListAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListAsync(actor, new ListQuery(), new ProjectFilter(), default));
        Case<ProjectQueryService>(nameof(ProjectQueryService.GetAsync), Towards.Project, async (s, actor, target) =>
            await s.GetAsync(actor, target.ProjectId, default));
        Case<ProjectQueryService>(nameof(ProjectQueryService.ActivityAsync), Towards.Project, async (s, actor, target) =>
            await s.ActivityAsync(actor, target.ProjectId, new ListQuery(), default));

        Case<ProjectObjectsService>(nameof(ProjectObjectsService.ListAsync), Towards.Project, async (s, actor, target) =>
            await s.ListAsync(actor, target.ProjectId, default));
    }
}
