using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Core.Training;

namespace Portal.Api.Training;

/// <summary>
/// The tracking calls of MLflow that running code makes, under <c>/api/2.0</c>. Who calls is known by the run's own token;
/// it opens that run and nothing else.
/// </summary>
internal static class MlflowRoutes
{
    private const int BodyLimit = 2 * 1024 * 1024;

    private static readonly JsonSerializerOptions Lenient = new(JsonSerializerDefaults.Web)
    {
        // MLflow's clients send 64-bit numbers as text, and NaN and the infinities too.
        NumberHandling = JsonNumberHandling.AllowReadingFromString | JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static void MapMlflow(this IEndpointRouteBuilder app)
    {
        var api = app.MapGroup("/api/2.0/mlflow").AllowAnonymous().DisableAntiforgery().ExcludeFromDescription();
        Post(api, "runs/log-metric", (HttpContext c) => WithAsync<LogMetricMessage>(c, m => m.RunId ?? m.RunUuid, (call, m) =>
            call.LogAsync([new(m.Key, m.Value, m.Timestamp, m.Step)], [], [])));
        Post(api, "runs/log-parameter", (HttpContext c) => WithAsync<LogNoteMessage>(c, m => m.RunId ?? m.RunUuid, (call, m) =>
            call.LogAsync([], [new(m.Key, m.Value)], [])));
        Post(api, "runs/set-tag", (HttpContext c) => WithAsync<LogNoteMessage>(c, m => m.RunId ?? m.RunUuid, (call, m) =>
            call.LogAsync([], [], [new(m.Key, m.Value)])));
        Post(api, "runs/log-batch", (HttpContext c) => WithAsync<LogBatchMessage>(c, m => m.RunId, (call, m) =>
            call.LogAsync(m.Metrics ?? [], m.Params ?? [], m.Tags ?? [])));
        Post(api, "runs/update", (HttpContext c) => WithAsync<UpdateRunMessage>(c, m => m.RunId ?? m.RunUuid, (call, m) => call.UpdateAsync(m.Status)));
        // The code runs inside its run already: that is the one it is given.
        Post(api, "runs/create", (HttpContext c) => WithAsync<CreateRunMessage>(c, _ => null, async (call, m) =>
            await call.LogAsync([], [], m.Tags ?? []) is { } answer && call.Refused ? answer : MlflowAnswers.Run(call.Run)));
        Get(api, "runs/get", (HttpContext c) => ReadAsync(c, Query(c, "run_id") ?? Query(c, "run_uuid"), run => MlflowAnswers.Run(run)));
        Get(api, "experiments/get-by-name", (HttpContext c) => ReadAsync(c, null, run =>
            Query(c, "experiment_name") == run.ProjectName ? MlflowAnswers.Experiment(run) : Unknown("experiment")));
        Get(api, "experiments/get", (HttpContext c) => ReadAsync(c, null, run =>
            Query(c, "experiment_id") == run.ProjectId.ToString("N") ? MlflowAnswers.Experiment(run) : Unknown("experiment")));
    }

    // As Delegate: a handler that takes the context alone would have its answer thrown away.
    private static void Post(RouteGroupBuilder api, string path, Delegate handler) => api.MapPost(path, handler);

    private static void Get(RouteGroupBuilder api, string path, Delegate handler) => api.MapGet(path, handler);

    private static async Task<IResult> WithAsync<T>(HttpContext context, Func<T, string?> runId, Func<MlflowCall, T, Task<IResult>> answer)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = BodyLimit;
        if (await MlflowCall.FromAsync(context) is not { } call)
            return MlflowAnswers.Unauthenticated();
        T? message;
        try
        {
            message = await JsonSerializer.DeserializeAsync<T>(context.Request.Body, Lenient, context.RequestAborted);
        }
        catch (Exception e) when (e is JsonException or BadHttpRequestException)
        {
            message = default;
        }
        if (message is null)
            return MlflowAnswers.Error(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", "The body is not the JSON of this call.");
        return call.IsAbout(runId(message)) ? await answer(call, message) : Unknown("run");
    }

    private static async Task<IResult> ReadAsync(HttpContext context, string? runId, Func<ReportingRun, IResult> answer)
    {
        if (await MlflowCall.FromAsync(context) is not { } call)
            return MlflowAnswers.Unauthenticated();
        return call.IsAbout(runId) ? answer(call.Run) : Unknown("run");
    }

    private static string? Query(HttpContext context, string name) => context.Request.Query[name].FirstOrDefault();

    private static IResult Unknown(string what) => MlflowAnswers.Error(
        StatusCodes.Status404NotFound, "RESOURCE_DOES_NOT_EXIST", $"This token does not belong to that {what}.");
}

/// <summary>One call of running code, with the run that its token stands for.</summary>
internal sealed class MlflowCall
{
    private readonly TrainingReports _reports;
    private readonly MlflowAnswers _answers;
    private readonly CancellationToken _ct;

    private MlflowCall(HttpContext context, ReportingRun run)
    {
        _reports = context.RequestServices.GetRequiredService<TrainingReports>();
        _answers = context.RequestServices.GetRequiredService<MlflowAnswers>();
        (Run, _ct) = (run, context.RequestAborted);
    }

    public ReportingRun Run { get; }

    /// <summary>True when the last answer was a refusal.</summary>
    public bool Refused { get; private set; }

    /// <summary>Null when the request has no token that is valid now.</summary>
    public static async Task<MlflowCall?> FromAsync(HttpContext context)
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
            return null;
        var found = await context.RequestServices.GetRequiredService<TrainingReports>()
            .FindAsync(Actor.Workload, header[Scheme.Length..].Trim(), context.RequestAborted);
        return found.Succeeded ? new MlflowCall(context, found.Value) : null;
    }

    /// <summary>True when a call that names no run, or this one, may go on.</summary>
    public bool IsAbout(string? runId) => string.IsNullOrEmpty(runId) || (Guid.TryParse(runId, out var id) && id == Run.Id);

    public async Task<IResult> LogAsync(IReadOnlyList<MetricMessage> metrics, IReadOnlyList<NoteMessage> parameters, IReadOnlyList<NoteMessage> tags)
    {
        if (metrics.Any(m => m.Key is null || m.Value is null || m.Timestamp is null))
            return Incomplete("key, value and timestamp");
        if (parameters.Concat(tags).Any(n => n.Key is null))
            return Incomplete("key");
        return Answer(await _reports.LogAsync(Actor.Workload, Run.Id, new Report(
            [.. metrics.Select(m => new MetricPoint(m.Key!, m.Step ?? 0, m.Timestamp!.Value, m.Value!.Value))],
            [
                .. parameters.Select(n => new ReportedNote(NoteKind.Parameter, n.Key!, n.Value ?? "")),
                .. tags.Select(n => new ReportedNote(NoteKind.Tag, n.Key!, n.Value ?? "")),
            ]), _ct));
    }

    public async Task<IResult> UpdateAsync(string? status)
    {
        if (string.IsNullOrEmpty(status))
            return MlflowAnswers.RunInfo(Run);
        var result = await _reports.ReportStatusAsync(Actor.Workload, Run.Id, status, _ct);
        return result.Succeeded ? MlflowAnswers.RunInfo(Run with { Status = status }) : Answer(result);
    }

    private IResult Answer(Result result)
    {
        Refused = !result.Succeeded;
        return result.Succeeded ? MlflowAnswers.Empty() : _answers.Error(result.Refusal);
    }

    private IResult Incomplete(string fields)
    {
        Refused = true;
        return MlflowAnswers.Error(StatusCodes.Status400BadRequest, "INVALID_PARAMETER_VALUE", $"Missing value for required parameter: {fields}.");
    }
}
