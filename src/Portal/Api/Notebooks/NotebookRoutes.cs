using System.Security.Claims;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Api.Notebooks;

/// <summary>Notebooks of a project: <c>/projects/{id}/notebooks</c> and <c>/notebooks/{id}</c>.</summary>
internal static class NotebookRoutes
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapNotebooks(this RouteGroupBuilder api)
    {
        var ofProject = api.MapGroup("/projects/{projectId:guid}/notebooks").WithTags("Notebooks");
        ofProject.MapGet("", async (Guid projectId, [AsParameters] ListParameters list, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            await list.AnswerAsync(problems, async query => Responses(await notebooks.ListAsync(user.Actor(), projectId, query, ct))))
            .Produces<ApiPage<NotebookResponse>>().WithSummary("List a project's notebooks");
        ofProject.MapPost("", async (Guid projectId, LaunchNotebook body, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            problems.Created(await notebooks.LaunchAsync(user.Actor(), body.ToDraft(projectId), ct), "notebooks"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Launch a notebook");
        ofProject.MapPost("/changes", async (Guid projectId, LaunchNotebook body, ClaimsPrincipal user, LaunchChangePreview preview, Problems problems, CancellationToken ct) =>
            problems.Answer(await preview.ForNotebookAsync(user.Actor(), body.ToDraft(projectId), ct)))
            .Produces<ChangePlan>().WithSummary("What a launch would change in the cluster, by a dry run; nothing is stored");

        var one = api.MapGroup("/notebooks/{id:guid}").WithTags("Notebooks");
        one.MapGet("", async (Guid id, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            problems.Answer(await notebooks.GetAsync(user.Actor(), id, ct), NotebookResponse.From))
            .Produces<NotebookResponse>().WithSummary("Get a notebook");
        one.MapGet("/log", async (Guid id, ClaimsPrincipal user, NotebookLogs logs, Problems problems, CancellationToken ct) =>
            await logs.ReadAsync(user.Actor(), id, ct) is { Succeeded: true, Value: var log }
                ? Results.Text(log.Text, "text/plain; charset=utf-8") : problems.Of(Refusal.NotFound("notebook")))
            .Produces<string>(contentType: "text/plain").WithSummary("Read the end of what the server writes; empty while it has no pod");
        one.MapPost("/start", async (Guid id, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            problems.Answer(await notebooks.StartAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Start a stopped notebook");
        one.MapPost("/stop", async (Guid id, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            problems.Answer(await notebooks.StopAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Stop a notebook; its files stay");
        one.MapDelete("", async (Guid id, ClaimsPrincipal user, NotebookService notebooks, Problems problems, CancellationToken ct) =>
            problems.Answer(await notebooks.DeleteAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Delete a notebook; the project's storage stays");
    }

    private static Result<Page<NotebookResponse>> Responses(Result<Page<NotebookView>> page) => page.Succeeded
        ? new Page<NotebookResponse>([.. page.Value.Items.Select(NotebookResponse.From)], page.Value.Total) : page.Refusal;
}

/// <summary>What a launch asks for; everything but the name has a default.</summary>
internal sealed record LaunchNotebook(
    string Name, Guid? Id = null, string Image = "jupyter", string Size = "small", Guid? PoolId = null, int Accelerators = 0,
    int IdleMinutes = IdleRule.DefaultMinutes)
{
    public NotebookDraft ToDraft(Guid projectId) => new(Id ?? Guid.CreateVersion7(), projectId, Name)
    {
        ImageId = Image,
        SizeId = Size,
        PoolId = PoolId,
        Accelerators = Accelerators,
        IdleMinutes = IdleMinutes,
    };
}

/// <summary>A notebook.</summary>
internal sealed record NotebookResponse(
    Guid Id, Guid ProjectId, string Name, string Image, string Size, int Accelerators, WorkloadState State, string Reason,
    IReadOnlyDictionary<string, string> ReasonArguments, string Path, decimal PricePerHour, int IdleMinutes,
    DateTimeOffset CreatedAt, DateTimeOffset? LastActivityAt, DateTimeOffset? StopsAt, string Owner)
{
    public static NotebookResponse From(NotebookView view)
    {
        var n = view.Notebook;
        return new(n.Id, n.ProjectId, n.Name, n.ImageId, n.SizeId, n.Accelerators, n.State, n.Reason, n.Status.Arguments, n.Path,
            n.PricePerHour, n.IdleMinutes, n.CreatedAt, n.LastActivityAt, n.StopsAt, view.OwnerName);
    }
}
