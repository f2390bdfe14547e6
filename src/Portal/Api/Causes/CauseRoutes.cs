using Portal.Core.Health.Causes;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Api.Causes;

/// <summary>The error catalogue at <c>/causes</c>, in the language that <c>Accept-Language</c> asks for.</summary>
internal static class CauseRoutes
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapCauses(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/causes").WithTags("Causes");
        group.MapGet("", (string? q, CauseArea? area, CauseActor? actor, CauseTexts texts) => TypedResults.Ok(texts.Search(q)
            .Where(c => (area is null || c.Area == area) && (actor is null || c.Actor == actor)).Select(c => CauseResponse.From(c, texts)).ToList()))
            .Produces<IReadOnlyList<CauseResponse>>().WithSummary("Search the causes that keep work from running");
        group.MapGet("/{code}", (string code, CauseTexts texts, Problems problems) => CauseCatalogue.Find(code) is { } cause
            ? TypedResults.Ok(CauseResponse.From(cause, texts)) : problems.Of(Refusal.NotFound("cause")))
            .Produces<CauseResponse>().WithSummary("What one code means");
    }
}

/// <summary>A cause: what it is, what to do about it and who can.</summary>
/// <param name="Text">The sentence; "…" stands where a value of the case at hand goes.</param>
internal sealed record CauseResponse(string Code, CauseArea Area, CauseActor Actor, string Title, string Text, string Remedy)
{
    public static CauseResponse From(Cause cause, CauseTexts texts) =>
        new(cause.Code, cause.Area, cause.Actor, texts.Title(cause.Code), texts.Text(cause.Code), texts.Remedy(cause.Code));
}
