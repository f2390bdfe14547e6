using System.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Results;
using Portal.Localization;

namespace Portal.Api;

/// <summary>The one place where a refusal becomes an HTTP answer (RFC 9457) with a stable <c>code</c>.</summary>
public sealed class Problems(RefusalText words)
{
    /// <summary>200 with the value, or the problem.</summary>
    public IResult Answer<T>(Result<T> result) => result.Succeeded ? TypedResults.Ok(result.Value) : Of(result.Refusal);

    /// <summary>200 with what <paramref name="map"/> makes of the value, or the problem.</summary>
    public IResult Answer<T, TOut>(Result<T> result, Func<T, TOut> map) =>
        result.Succeeded ? TypedResults.Ok(map(result.Value)) : Of(result.Refusal);

    /// <summary>204, or the problem.</summary>
    public IResult Answer(Result result) => result.Succeeded ? TypedResults.NoContent() : Of(result.Refusal);

    /// <summary>201 with the address of what was made, or the problem.</summary>
    public IResult Created(Result<Guid> result, string collection) => result.Succeeded
        ? TypedResults.Created($"/api/v1/{collection}/{result.Value}", new CreatedResponse(result.Value))
        : Of(result.Refusal);

    /// <summary>The problem of a refusal.</summary>
    public IResult Of(Refusal refusal)
    {
        var problem = new ProblemDetails
        {
            Type = "urn:mlops-portal:" + refusal.Code,
            Title = words.Of(refusal),
            Status = StatusOf(refusal.Kind),
            Extensions = { ["code"] = refusal.Code, ["traceId"] = Activity.Current?.TraceId.ToString() },
        };
        if (refusal.Field is not null)
            problem.Extensions["field"] = refusal.Field;
        if (refusal.Arguments.Count > 0)
            problem.Extensions["arguments"] = refusal.Arguments;
        return TypedResults.Problem(problem);
    }

    private static int StatusOf(RefusalKind kind) => kind switch
    {
        RefusalKind.Forbidden => StatusCodes.Status403Forbidden,
        RefusalKind.NotFound => StatusCodes.Status404NotFound,
        RefusalKind.Conflict => StatusCodes.Status409Conflict,
        _ => StatusCodes.Status422UnprocessableEntity,
    };
}

/// <summary>The id of what a call made.</summary>
public sealed record CreatedResponse(Guid Id);
