using System.Security.Claims;
using Portal.Components.Pages.Audit;
using Portal.Core.Audit;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Api.Audit;

/// <summary>The audit log for programs, and as a file that verifies elsewhere.</summary>
public static class AuditRoutes
{
    private static readonly string[] Columns =
    [
        "seq", "at", "actorId", "actorName", "action", "objectType", "objectId", "projectId", "teamId", "denied", "details", "previous", "hash",
    ];

    /// <summary>Maps <c>/audit</c> of the API.</summary>
    public static void MapAudit(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/audit").WithTags("Audit");
        group.MapGet("", ListAsync).Produces<ApiPage<AuditEntry>>().WithSummary("Entries, newest first");
        group.MapPost("/verify", async (ClaimsPrincipal user, AuditService audit, Problems problems, CancellationToken ct) =>
            problems.Answer(await audit.VerifyAsync(user.Actor(), ct)))
            .Produces<AuditVerification>().WithSummary("Walk the whole chain and name the first broken entry");
    }

    /// <summary>Maps the download of the page.</summary>
    public static void MapAuditExport(this IEndpointRouteBuilder app) =>
        app.MapGet("/audit/export.csv", ExportAsync).RequireAuthorization().ExcludeFromDescription();

    private static async Task<IResult> ListAsync(
        ClaimsPrincipal user, AuditService audit, Problems problems, string? actor, string? action, string? type, Guid? @object,
        DateTimeOffset? from, DateTimeOffset? until, bool? denied, string? cursor, int? limit, CancellationToken ct)
    {
        var filter = new AuditFilter(actor, type, @object, action, from?.ToUniversalTime(), until?.ToUniversalTime(), denied ?? false);
        var result = await audit.ListAsync(user.Actor(), filter, new ListQuery(Take: limit ?? 50, Cursor: cursor), ct);
        return problems.Answer(result, page => new ApiPage<AuditEntry>(page.Items, page.Next));
    }

    private static async Task<IResult> ExportAsync(
        HttpContext http, AuditService audit, Problems problems, string? actor, string? action, string? type, Guid? @object,
        DateOnly? from, DateOnly? until, bool? denied, CancellationToken ct)
    {
        var zone = new ReaderZone();
        zone.Set(http.Request.Cookies[ReaderZone.Cookie]);
        var filter = new AuditSelection(actor, action, type, @object, from, until, denied ?? false).In(zone);
        var result = await audit.ExportAsync(http.User.Actor(), filter, ct);
        return result.Succeeded
            ? CsvExport.Of("audit", Columns, result.Value.Entries, e =>
                [e.Seq, e.At, e.ActorId, e.ActorName, e.Action, e.ObjectType, e.ObjectId, e.ProjectId, e.TeamId, e.Denied ? "true" : "false", e.Details, e.PreviousHash, e.Hash])
            : problems.Of(result.Refusal);
    }
}
