using System.Security.Claims;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Clusters;
using Portal.Core.Ownership;
using Portal.Core.Projects;

namespace Portal.Api.Projects;

/// <summary>Projects over HTTP: the same services as the pages.</summary>
public static class ProjectRoutes
{
    /// <summary>Maps <c>/projects</c>.</summary>
    public static void MapProjects(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/projects").WithTags("Projects");
        group.MapGet("", (ClaimsPrincipal user, [AsParameters] ListParameters list, Guid? team, ProjectState? state,
            ProjectQueryService projects, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => projects.ListAsync(user.Actor(), query, new ProjectFilter(team, state), ct)))
            .Produces<ApiPage<ProjectRow>>().WithSummary("List the projects that one may see");
        group.MapPost("", async (ClaimsPrincipal user, NewProjectRequest request, ProjectService projects, Problems problems, CancellationToken ct) =>
            problems.Created(await projects.CreateAsync(user.Actor(), request.ToDraft(), ct), "projects"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Create a project");
        group.MapPost("/placement", async (ClaimsPrincipal user, PlacementRequest request, ClusterQueryService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.PlaceAsync(user.Actor(), request.TeamId, request.ToContent(), ct), PlacementResponse.From))
            .Produces<PlacementResponse>().WithSummary("On which cluster a project would live, and why; nothing is stored");
        group.MapGet("/{id:guid}", async (Guid id, ClaimsPrincipal user, ProjectQueryService projects, Problems problems, CancellationToken ct) =>
            problems.Answer(await projects.GetAsync(user.Actor(), id, ct), ProjectResponse.From))
            .Produces<ProjectResponse>().WithSummary("One project with its steps and members");
        group.MapPut("/{id:guid}", async (Guid id, ClaimsPrincipal user, ProjectEditRequest request, ProjectService projects, Problems problems, CancellationToken ct) =>
            problems.Answer(await projects.EditAsync(user.Actor(), id, request.Generation, request.ToContent(), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change what is written about a project");
        group.MapPost("/{id:guid}/members", async (Guid id, ClaimsPrincipal user, ProjectMembersRequest request, ProjectMembersService members, Problems problems, CancellationToken ct) =>
            problems.Answer(await members.ChangeAsync(user.Actor(), id, request.Generation, request.ToChanges(), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Add, change and remove members, all or none");
        group.MapGet("/{id:guid}/activity", (Guid id, ClaimsPrincipal user, [AsParameters] ListParameters list,
            ProjectQueryService projects, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => projects.ActivityAsync(user.Actor(), id, query, ct)))
            .Produces<ApiPage<AuditEntry>>().WithSummary("What happened in a project, newest first");
        group.MapGet("/{id:guid}/objects", async (Guid id, ClaimsPrincipal user, ProjectObjectsService objects, Problems problems, CancellationToken ct) =>
            problems.Answer(await objects.ListAsync(user.Actor(), id, ct)))
            .Produces<IReadOnlyList<ProjectObject>>().WithSummary("What the cluster holds of a project");
        group.MapPost("/{id:guid}/changes", async (Guid id, ClaimsPrincipal user, ProjectEditRequest request, ProjectChangePreview preview, Problems problems, CancellationToken ct) =>
            problems.Answer(await preview.ForEditAsync(user.Actor(), id, request.ToContent(), ct)))
            .Produces<ChangePlan>().WithSummary("What an edit would change in the cluster, by a dry run; nothing is stored");
        group.MapGet("/{id:guid}/objects/disputes", async (Guid id, Guid? owner, ClaimsPrincipal user, DisputeQueryService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.OfProjectAsync(user.Actor(), id, owner, ct)))
            .Produces<IReadOnlyList<DisputeView>>().WithSummary("Objects of which others hold fields; of one notebook or run with its id as owner");
        group.MapPost("/{id:guid}/objects/disputes/{dispute:guid}/take-over", async (Guid id, Guid dispute, ClaimsPrincipal user, DisputeService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.TakeOverAsync(user.Actor(), dispute, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Take fields over that another manager holds: applied once by force");
        group.MapPost("/{id:guid}/objects/disputes/{dispute:guid}/leave", async (Guid id, Guid dispute, ClaimsPrincipal user, DisputeService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.LeaveAsync(user.Actor(), dispute, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Leave fields to the other manager");
        MapLifecycle(group);
    }

    private static void MapLifecycle(RouteGroupBuilder group)
    {
        group.MapPost("/{id:guid}/archive", async (Guid id, ClaimsPrincipal user, GenerationRequest request, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.ArchiveAsync(user.Actor(), id, request.Generation, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Archive a project");
        group.MapPost("/{id:guid}/unarchive", async (Guid id, ClaimsPrincipal user, GenerationRequest request, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.UnarchiveAsync(user.Actor(), id, request.Generation, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Open an archived project again");
        group.MapPost("/{id:guid}/freeze", async (Guid id, ClaimsPrincipal user, FreezeRequest request, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.FreezeAsync(user.Actor(), id, request.Generation, request.Reason ?? "", ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Freeze a project: nothing new starts, what runs goes on");
        group.MapPost("/{id:guid}/unfreeze", async (Guid id, ClaimsPrincipal user, GenerationRequest request, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.UnfreezeAsync(user.Actor(), id, request.Generation, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Let what waits in a frozen project start");
        group.MapDelete("/{id:guid}", async (Guid id, long generation, string name, ClaimsPrincipal user, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.DeleteAsync(user.Actor(), id, generation, name, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Delete a project; its name proves that this one is meant");
        group.MapPost("/{id:guid}/steps/{step}/retry", async (Guid id, ProjectStepKind step, ClaimsPrincipal user, ProjectLifecycleService lifecycle, Problems problems, CancellationToken ct) =>
            problems.Answer(await lifecycle.RetryStepAsync(user.Actor(), id, step, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Try a failed step again");
    }
}
