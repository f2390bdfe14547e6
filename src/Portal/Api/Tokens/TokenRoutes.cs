using System.Security.Claims;
using Portal.Core.Tokens;

namespace Portal.Api.Tokens;

/// <summary>The caller's own API tokens. They are made on the account page; the API only lists and ends them.</summary>
public static class TokenRoutes
{
    /// <summary>Maps <c>/tokens</c>.</summary>
    public static void MapTokens(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/tokens").WithTags("Tokens");
        group.MapGet("", async (ClaimsPrincipal user, ApiTokenService tokens, Problems problems, CancellationToken ct) =>
            problems.Answer(await tokens.ListAsync(user.Actor(), ct)))
            .Produces<IReadOnlyList<ApiTokenView>>().WithSummary("List one's tokens that still work");
        group.MapDelete("/{id:guid}", async (Guid id, ClaimsPrincipal user, ApiTokenService tokens, Problems problems, CancellationToken ct) =>
            problems.Answer(await tokens.RevokeAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Revoke a token");
    }
}
