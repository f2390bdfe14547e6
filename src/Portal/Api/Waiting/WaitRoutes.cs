using System.Security.Claims;
using Portal.Core.Waiting;

namespace Portal.Api.Waiting;

/// <summary>Why something waits: <c>/training/{id}/wait</c> and <c>/notebooks/{id}/wait</c>.</summary>
internal static class WaitRoutes
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapWaiting(this RouteGroupBuilder api)
    {
        api.MapGet("/training/{id:guid}/wait", async (Guid id, ClaimsPrincipal user, WaitService waits, Problems problems, CancellationToken ct) =>
            problems.Answer(await waits.OfTrainingAsync(user.Actor(), id, ct), WaitResponse.From))
            .WithTags("Training").Produces<WaitResponse>().WithSummary("Say why a run waits and when it will start");
        api.MapGet("/notebooks/{id:guid}/wait", async (Guid id, ClaimsPrincipal user, WaitService waits, Problems problems, CancellationToken ct) =>
            problems.Answer(await waits.OfNotebookAsync(user.Actor(), id, ct), WaitResponse.From))
            .WithTags("Notebooks").Produces<WaitResponse>().WithSummary("Say why a notebook waits and when it will start");
    }
}

/// <summary>Why something waits. Projects that the caller may not see have neither name nor team.</summary>
/// <param name="Waits">False when it does not wait; the rest is empty then.</param>
/// <param name="Kind">The one thing that it waits for.</param>
/// <param name="Until">When it is put back into its queue, for one that could not start.</param>
/// <param name="Resource">The resource that decides, of which <paramref name="Ahead"/> and <paramref name="Holders"/> count; empty when there is none.</param>
/// <param name="Elsewhere">Workloads of others beside its queue that wait for the same.</param>
/// <param name="TooFewRuns">Finished runs on the pool when they are too few for an estimate.</param>
internal sealed record WaitResponse(
    bool Waits, WaitKind? Kind, DateTimeOffset? At, DateTimeOffset? Until, IReadOnlyList<WaitLine> Resources, string Resource, int Position, IReadOnlyList<WaitPartyLine> Ahead,
    int Elsewhere, IReadOnlyList<WaitPartyLine> Holders, IReadOnlyList<WaitOption> Options, StartEstimateResponse? Estimate, int? TooFewRuns)
{
    public static WaitResponse From(WaitReport report) => new(
        report.Waits, report.Waits ? report.Kind : null, report.Waits ? report.At : null, report.Until, report.Lines, report.Resource, report.Position, report.Ahead, report.Elsewhere,
        report.Holders, report.Options, report.Estimate is { } e ? new(report.At + e.Median, report.At + e.Earliest, report.At + e.Latest, e.Samples) : null, report.TooFew);
}

/// <summary>When it will start; between earliest and latest in four cases of five.</summary>
/// <param name="Runs">Finished runs that it rests on.</param>
internal sealed record StartEstimateResponse(DateTimeOffset Median, DateTimeOffset Earliest, DateTimeOffset Latest, int Runs);
