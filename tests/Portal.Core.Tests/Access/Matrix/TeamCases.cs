using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Core.Teams;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class TeamCases : MatrixCases
{
    public TeamCases()
    {
        Case<TeamService>(nameof(TeamService.CreateAsync), Towards.Platform, async (s, actor, _) => await s.CreateAsync(
            actor, new TeamDraft(Guid.CreateVersion7(), "New team") { Members = [new("own-boss", TeamRole.Lead)] }, default));
        Case<TeamService>(nameof(TeamService.EditAsync), Towards.Team, (s, actor, target) =>
            s.EditAsync(actor, target.TeamId, 1, new TeamContent("Renamed"), default));
        Case<TeamMembersService>(nameof(TeamMembersService.ChangeAsync), Towards.Team, (s, actor, target) =>
            s.ChangeAsync(actor, target.TeamId, 1, [new("own-guest", TeamRole.Member)], default));
        Case<TeamQueryService>(nameof(TeamQueryService.GetAsync), Towards.Team, async (s, actor, target) =>
            await s.GetAsync(actor, target.TeamId, default));
        Case<TeamQueryService>(nameof(TeamQueryService.ListAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListAsync(actor, new ListQuery(), default));
        Case<TeamQueryService>(nameof(TeamQueryService.ListForNewProjectAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListForNewProjectAsync(actor, default));
    }
}
