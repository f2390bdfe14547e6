using System.Security.Claims;
using Portal.Core.Ownership;
using Portal.Core.Quotas;

namespace Portal.Api.Quotas;

/// <summary>Quota requests, from the wish to the grant's end.</summary>
public static class QuotaRoutes
{
    /// <summary>Maps <c>/quota-requests</c> and the requests of a project.</summary>
    public static void MapQuotas(this RouteGroupBuilder api)
    {
        var project = api.MapGroup("/projects/{projectId:guid}/quota-requests").WithTags("Quotas");
        project.MapGet("", (Guid projectId, [AsParameters] ListParameters list, ClaimsPrincipal user, QuotaQueryService quotas, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => quotas.ForProjectAsync(user.Actor(), projectId, query, ct)))
            .Produces<ApiPage<QuotaRow>>().WithSummary("List the requests of a project, newest first");
        project.MapPost("", async (Guid projectId, QuotaBody body, ClaimsPrincipal user, QuotaService quotas, Problems problems, CancellationToken ct) =>
            problems.Created(await quotas.SubmitAsync(user.Actor(), body.ToDraft(body.Id ?? Guid.CreateVersion7(), projectId), ct), "quota-requests"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Ask for units of a pool");
        project.MapPost("/preview", async (Guid projectId, QuotaBody body, ClaimsPrincipal user, QuotaService quotas, Problems problems, CancellationToken ct) =>
            problems.Answer(await quotas.PreviewAsync(user.Actor(), body.ToDraft(Guid.Empty, projectId), ct)))
            .Produces<QuotaForecast>().WithSummary("Learn whether it would fit, who would decide and what it would cost");
        project.MapPut("/{id:guid}", async (Guid projectId, Guid id, QuotaBody body, ClaimsPrincipal user, QuotaService quotas, Problems problems, CancellationToken ct) =>
            problems.Answer(await quotas.EditAsync(user.Actor(), body.ToDraft(id, projectId), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change a request that is not decided yet; decisions on the old one are void");

        var requests = api.MapGroup("/quota-requests").WithTags("Quotas");
        requests.MapGet("/mine", ([AsParameters] ListParameters list, ClaimsPrincipal user, QuotaQueryService quotas, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => quotas.MineAsync(user.Actor(), query, ct)))
            .Produces<ApiPage<QuotaRow>>().WithSummary("List what the caller asked for, newest first");
        requests.MapGet("/to-decide", ([AsParameters] ListParameters list, ClaimsPrincipal user, QuotaQueryService quotas, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => quotas.ToDecideAsync(user.Actor(), query, ct)))
            .Produces<ApiPage<QuotaRow>>().WithSummary("List open requests of the teams that the caller leads, or all for an admin");
        requests.MapGet("/{id:guid}", async (Guid id, ClaimsPrincipal user, QuotaQueryService quotas, Problems problems, CancellationToken ct) =>
            problems.Answer(await quotas.GetAsync(user.Actor(), id, ct), QuotaResponse.From))
            .Produces<QuotaResponse>().WithSummary("One request with what a decision needs");
        requests.MapPost("/{id:guid}/approve", async (Guid id, ApproveBody body, ClaimsPrincipal user, QuotaDecisionService decisions, Problems problems, CancellationToken ct) =>
            problems.Answer(await decisions.ApproveAsync(user.Actor(), new QuotaDecision(id, body.ContentHash, body.Reason), body.Amount, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Grant what was asked for or, with a reason, less");
        requests.MapPost("/{id:guid}/changes", async (Guid id, AmountBody body, ClaimsPrincipal user, QuotaChangePreview preview, Problems problems, CancellationToken ct) =>
            problems.Answer(await preview.ForApprovalAsync(user.Actor(), id, body.Amount, ct)))
            .Produces<ChangePlan>().WithSummary("What an approval would change in the cluster, by a dry run; nothing is stored");
        requests.MapPost("/{id:guid}/reject", async (Guid id, RejectBody body, ClaimsPrincipal user, QuotaDecisionService decisions, Problems problems, CancellationToken ct) =>
            problems.Answer(await decisions.RejectAsync(user.Actor(), new QuotaDecision(id, body.ContentHash, body.Reason), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Refuse a request with a reason");
        requests.MapPost("/{id:guid}/withdraw", async (Guid id, ClaimsPrincipal user, QuotaService quotas, Problems problems, CancellationToken ct) =>
            problems.Answer(await quotas.WithdrawAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Take a request back before it is decided");
        requests.MapPost("/{id:guid}/release", async (Guid id, ClaimsPrincipal user, QuotaService quotas, Problems problems, CancellationToken ct) =>
            problems.Answer(await quotas.ReleaseAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Give a grant back before its end");
        requests.MapPost("/{id:guid}/reclaim", async (Guid id, ReclaimBody body, ClaimsPrincipal user, QuotaDecisionService decisions, Problems problems, CancellationToken ct) =>
            problems.Answer(await decisions.ReclaimAsync(user.Actor(), id, body.Reason, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Take a grant from a project, with a reason");
    }
}
