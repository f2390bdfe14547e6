using System.Security.Claims;
using Portal.Core.Access;

namespace Portal.Api.Teams;

/// <summary>Accounts over HTTP.</summary>
public static class PeopleRoutes
{
    /// <summary>Maps <c>/people</c>.</summary>
    public static void MapPeople(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/people").WithTags("People");
        group.MapGet("", (ClaimsPrincipal user, [AsParameters] ListParameters list, PeopleService people, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, query => people.ListAsync(user.Actor(), query, ct)))
            .Produces<ApiPage<PersonRow>>().WithSummary("Look people up");
        group.MapPost("", async (ClaimsPrincipal user, NewPersonRequest request, PeopleService people, Problems problems, CancellationToken ct) =>
            problems.Created(await people.CreateAsync(user.Actor(), request.ToDraft(), request.Password ?? "", ct), "people"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Make an account");
        group.MapPost("/{id:guid}/role", async (Guid id, ClaimsPrincipal user, PersonRoleRequest request, PeopleService people, Problems problems, CancellationToken ct) =>
            problems.Answer(await people.SetRoleAsync(user.Actor(), id, request.Version ?? "", request.Role, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change somebody's platform role");
        group.MapPost("/{id:guid}/disabled", async (Guid id, ClaimsPrincipal user, PersonDisabledRequest request, PeopleService people, Problems problems, CancellationToken ct) =>
            problems.Answer(await people.SetDisabledAsync(user.Actor(), id, request.Version ?? "", request.Disabled, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Disable or enable an account");
        group.MapPost("/{id:guid}/password", async (Guid id, ClaimsPrincipal user, PersonPasswordRequest request, PeopleService people, Problems problems, CancellationToken ct) =>
            problems.Answer(await people.ResetPasswordAsync(user.Actor(), id, request.Version ?? "", request.Password ?? "", ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Give an account another password; its sessions end");
    }
}

/// <summary>An account to make.</summary>
/// <param name="Password">The first password, at least twelve characters; it is stored hashed.</param>
public sealed record NewPersonRequest(Guid? Id, string? UserName, string? DisplayName, string? Email, PlatformRole Role, string? Password)
{
    internal PersonDraft ToDraft() => new(Id ?? Guid.CreateVersion7(), UserName ?? "", DisplayName ?? "", Role) { Email = Email ?? "" };
}

/// <summary>A platform role to give.</summary>
/// <param name="Version">As it was read; an account that has changed is refused with <c>person.stale</c>.</param>
public sealed record PersonRoleRequest(string? Version, PlatformRole Role);

/// <summary>Whether an account is disabled.</summary>
/// <param name="Version">As it was read; an account that has changed is refused with <c>person.stale</c>.</param>
public sealed record PersonDisabledRequest(string? Version, bool Disabled);

/// <summary>Another password for an account that has one of the portal's own.</summary>
/// <param name="Version">As it was read; an account that has changed is refused with <c>person.stale</c>.</param>
/// <param name="Password">At least twelve characters; it is stored hashed.</param>
public sealed record PersonPasswordRequest(string? Version, string? Password);
