using System.Security.Claims;
using Portal.Core.Ownership;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Api.Training;

/// <summary>Training runs: <c>/training</c>, <c>/projects/{id}/training</c> and what hangs on one run.</summary>
internal static class TrainingRoutes
{
    /// <summary>Maps the endpoints.</summary>
    public static void MapTraining(this RouteGroupBuilder api)
    {
        api.MapGet("/training", async ([AsParameters] ListParameters list, WorkloadState? state, ClaimsPrincipal user, TrainingList runs, Problems problems, CancellationToken ct) =>
            await list.AnswerAsync(problems, query => runs.ForPersonAsync(user.Actor(), query, state, ct)))
            .WithTags("Training").Produces<ApiPage<TrainingRow>>().WithSummary("List the runs of all one's projects");
        var ofProject = api.MapGroup("/projects/{projectId:guid}/training").WithTags("Training");
        ofProject.MapGet("", async (Guid projectId, [AsParameters] ListParameters list, WorkloadState? state, ClaimsPrincipal user, TrainingList runs, Problems problems, CancellationToken ct) =>
            await list.AnswerAsync(problems, query => runs.ForProjectAsync(user.Actor(), projectId, query, state, ct)))
            .Produces<ApiPage<TrainingRow>>().WithSummary("List a project's runs");
        ofProject.MapPost("", async (Guid projectId, LaunchTraining body, ClaimsPrincipal user, TrainingService runs, Problems problems, CancellationToken ct) =>
            problems.Created(await runs.LaunchAsync(user.Actor(), body.ToDraft(projectId), ct), "training"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Launch a run");
        ofProject.MapPost("/changes", async (Guid projectId, LaunchTraining body, ClaimsPrincipal user, LaunchChangePreview preview, Problems problems, CancellationToken ct) =>
            problems.Answer(await preview.ForTrainingAsync(user.Actor(), body.ToDraft(projectId), ct)))
            .Produces<ChangePlan>().WithSummary("What a launch would change in the cluster, by a dry run; nothing is stored");
        MapOne(api.MapGroup("/training/{id:guid}").WithTags("Training"));
    }

    private static void MapOne(RouteGroupBuilder one)
    {
        one.MapGet("", async (Guid id, ClaimsPrincipal user, TrainingService runs, TimeProvider clock, Problems problems, CancellationToken ct) =>
            problems.Answer(await runs.GetAsync(user.Actor(), id, ct), view => TrainingResponse.From(view, clock.GetUtcNow())))
            .Produces<TrainingResponse>().WithSummary("Get a run");
        one.MapPost("/stop", async (Guid id, ClaimsPrincipal user, TrainingService runs, Problems problems, CancellationToken ct) =>
            problems.Answer(await runs.StopAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Stop a run");
        one.MapGet("/log", async (Guid id, ClaimsPrincipal user, TrainingLogs logs, Problems problems, CancellationToken ct) =>
            await logs.ReadAsync(user.Actor(), id, ct) is { Succeeded: true, Value: var log }
                ? Results.Text(log.Text, "text/plain; charset=utf-8") : problems.Of(Core.Results.Refusal.NotFound("training")))
            .Produces<string>(contentType: "text/plain").WithSummary("Read the log's end");
        one.MapGet("/metrics", async (Guid id, ClaimsPrincipal user, TrainingMetrics metrics, Problems problems, CancellationToken ct) =>
            problems.Answer(await metrics.ListAsync(user.Actor(), id, ct), series => series.Select(MetricResponse.From)))
            .Produces<IReadOnlyList<MetricResponse>>().WithSummary("Read the reported metrics");
        one.MapGet("/artefacts", async (Guid id, ClaimsPrincipal user, TrainingArtefacts files, Problems problems, CancellationToken ct) =>
            problems.Answer(await files.ListAsync(user.Actor(), id, ct), all => all.Select(a => new ArtefactResponse(a.Path, a.Size, a.Sha256, a.SavedAt))))
            .Produces<IReadOnlyList<ArtefactResponse>>().WithSummary("List what a run handed over");
        one.MapGet("/artefacts/{**path}", async (Guid id, string path, ClaimsPrincipal user, TrainingArtefacts files, Problems problems, CancellationToken ct) =>
        {
            var found = await files.OpenAsync(user.Actor(), id, path, ct);
            // Always a download: what a run wrote must not run as a page of ours.
            return found.Succeeded
                ? Results.File(found.Value.Content, "application/octet-stream", Path.GetFileName(path), found.Value.File.SavedAt)
                : problems.Of(found.Refusal);
        }).Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").WithSummary("Download a file");
    }
}

/// <summary>What a launch asks for.</summary>
internal sealed record LaunchTraining(string Name, Guid? Id = null)
{
    public string Image { get; init; } = "sklearn";

    public string CustomImage { get; init; } = "";

    public CodeSource Source { get; init; }

    public string Code { get; init; } = "";

    public string CodePath { get; init; } = "";

    public IReadOnlyList<string> Command { get; init; } = [];

    public IReadOnlyList<string> Arguments { get; init; } = [];

    public string Size { get; init; } = "small";

    public Guid? PoolId { get; init; }

    public int Accelerators { get; init; }

    public TrainingFramework Framework { get; init; }

    public int Nodes { get; init; } = 1;

    public int TimeLimitMinutes { get; init; } = TrainingDraft.DefaultTimeLimitMinutes;

    public TrainingDraft ToDraft(Guid projectId) => new(Id ?? Guid.CreateVersion7(), projectId, Name)
    {
        TemplateId = "",
        ImageId = Image,
        CustomImage = CustomImage,
        Source = Source,
        Code = Code,
        CodePath = CodePath,
        Command = Command,
        Arguments = Arguments,
        SizeId = Size,
        PoolId = PoolId,
        Accelerators = Accelerators,
        Framework = Framework,
        Nodes = Nodes,
        TimeLimitMinutes = TimeLimitMinutes,
    };
}

/// <summary>A run.</summary>
internal sealed record TrainingResponse(
    Guid Id, Guid ProjectId, string Name, WorkloadState State, string Reason, IReadOnlyDictionary<string, string> ReasonArguments,
    int Accelerators, DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, int? ExitCode, TrainingUse Use)
{
    public static TrainingResponse From(TrainingView view, DateTimeOffset now)
    {
        var r = view.Run;
        return new(r.Id, r.ProjectId, r.Name, r.State, r.Reason, r.Status.Arguments, r.Accelerators, r.CreatedAt, r.StartedAt, r.FinishedAt, r.ExitCode, view.Use(now));
    }
}

/// <summary>A metric; values that are no numbers are the texts NaN, Infinity and -Infinity.</summary>
internal sealed record MetricResponse(string Key, int Total, IReadOnlyList<MetricPointResponse> Points)
{
    public static MetricResponse From(MetricSeries series) => new(
        series.Key, series.Total, [.. series.Points.Select(p => new MetricPointResponse(p.Step, p.Timestamp, p.Value))]);
}

/// <summary>A value at a step; time in milliseconds since 1970.</summary>
internal sealed record MetricPointResponse(
    long Step, long Timestamp,
    [property: System.Text.Json.Serialization.JsonNumberHandling(System.Text.Json.Serialization.JsonNumberHandling.AllowNamedFloatingPointLiterals)] double Value);

/// <summary>A file of a run.</summary>
internal sealed record ArtefactResponse(string Path, long Size, string Sha256, DateTimeOffset SavedAt);
