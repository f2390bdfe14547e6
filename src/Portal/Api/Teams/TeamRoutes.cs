using System.Security.Claims;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Teams;

namespace Portal.Api.Teams;

/// <summary>Teams over HTTP.</summary>
public static class TeamRoutes
{
    /// <summary>Maps <c>/teams</c>.</summary>
    public static void MapTeams(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/teams").WithTags("Teams");
        group.MapGet("", (ClaimsPrincipal user, [AsParameters] ListParameters list, TeamQueryService teams, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => teams.ListAsync(user.Actor(), query, ct)))
            .Produces<ApiPage<TeamRow>>().WithSummary("List the teams that one may see");
        group.MapPost("", async (ClaimsPrincipal user, NewTeamRequest request, TeamService teams, Problems problems, CancellationToken ct) =>
            problems.Created(await teams.CreateAsync(user.Actor(), request.ToDraft(), ct), "teams"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Create a team");
        group.MapGet("/{id:guid}", async (Guid id, ClaimsPrincipal user, TeamQueryService teams, Problems problems, CancellationToken ct) =>
            problems.Answer(await teams.GetAsync(user.Actor(), id, ct), TeamResponse.From))
            .Produces<TeamResponse>().WithSummary("One team with its members");
        group.MapPut("/{id:guid}", async (Guid id, ClaimsPrincipal user, TeamEditRequest request, TeamService teams, Problems problems, CancellationToken ct) =>
            problems.Answer(await teams.EditAsync(user.Actor(), id, request.Generation, request.ToContent(), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change a team's name and defaults");
        group.MapPost("/{id:guid}/members", async (Guid id, ClaimsPrincipal user, TeamMembersRequest request, TeamMembersService members, Problems problems, CancellationToken ct) =>
            problems.Answer(await members.ChangeAsync(user.Actor(), id, request.Generation, TeamMemberRequest.ToChanges(request.Changes), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Add, change and remove members, all or none");
    }
}

/// <summary>A team to make; at least one member is a lead.</summary>
public sealed record NewTeamRequest(
    Guid? Id,
    string? Name,
    IReadOnlyList<TeamMemberRequest>? Members,
    string? DefaultRegion = null,
    DataClass DefaultDataClass = DataClass.Internal,
    string? DefaultCostCentre = null)
{
    internal TeamDraft ToDraft() => new(Id ?? Guid.CreateVersion7(), Name ?? "")
    {
        DefaultRegion = DefaultRegion ?? "",
        DefaultDataClass = DefaultDataClass,
        DefaultCostCentre = DefaultCostCentre ?? "",
        Members = TeamMemberRequest.ToChanges(Members),
    };
}

/// <summary>All that can be changed about a team.</summary>
/// <param name="Generation">As it was read; a team that has moved on is refused with <c>team.stale</c>.</param>
public sealed record TeamEditRequest(long Generation, string? Name, string? DefaultRegion, DataClass DefaultDataClass, string? DefaultCostCentre)
{
    internal TeamContent ToContent() => new(Name ?? "")
    {
        DefaultRegion = DefaultRegion ?? "",
        DefaultDataClass = DefaultDataClass,
        DefaultCostCentre = DefaultCostCentre ?? "",
    };
}

/// <summary>Changes of members.</summary>
public sealed record TeamMembersRequest(long Generation, IReadOnlyList<TeamMemberRequest>? Changes);

/// <summary>One person; a role of null takes them out.</summary>
public sealed record TeamMemberRequest(string? UserName, TeamRole? Role)
{
    internal static IReadOnlyList<MemberChange<TeamRole>> ToChanges(IReadOnlyList<TeamMemberRequest>? members) =>
        [.. (members ?? []).Select(m => new MemberChange<TeamRole>(m.UserName ?? "", m.Role))];
}

/// <summary>A team as the API shows it.</summary>
public sealed record TeamResponse(
    Guid Id,
    string Name,
    long Generation,
    string DefaultRegion,
    DataClass DefaultDataClass,
    string DefaultCostCentre,
    IReadOnlyList<Membership<TeamRole>> Members)
{
    internal static TeamResponse From(TeamView t) =>
        new(t.Id, t.Name, t.Generation, t.DefaultRegion, t.DefaultDataClass, t.DefaultCostCentre, t.Members);
}
