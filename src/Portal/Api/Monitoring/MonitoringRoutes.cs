using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Portal.Core.Monitoring;
using Portal.Core.Results;

namespace Portal.Api.Monitoring;

/// <summary>Monitored models, their references and their production data.</summary>
public static class MonitoringRoutes
{
    private const long MostUpload = 4L << 30;

    /// <summary>Maps <c>/monitored-models</c>.</summary>
    public static void MapMonitoring(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/monitored-models").WithTags("Monitoring");
        group.MapGet("", (Guid? projectId, [AsParameters] ListParameters list, ClaimsPrincipal user, MonitoringQueryService query, Problems problems, CancellationToken ct) =>
            list.AnswerAsync(problems, q => query.ListAsync(user.Actor(), q, projectId, ct)))
            .Produces<Page<MonitoredModelRow>>().WithSummary("List monitored models");
        group.MapPost("", async (CreateModelRequest request, ClaimsPrincipal user, MonitoringService service, Problems problems, CancellationToken ct) =>
            problems.Created(await service.CreateAsync(user.Actor(), new ModelDraft(
                request.Id ?? Guid.CreateVersion7(), request.ProjectId, request.Name ?? "", request.Version ?? "", request.Window), ct), "monitored-models"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Start monitoring a model");
        group.MapGet("/{id:guid}", async (Guid id, int? windows, ClaimsPrincipal user, MonitoringQueryService query, Problems problems, CancellationToken ct) =>
            problems.Answer(await query.GetAsync(user.Actor(), id, windows ?? MonitoringQueryService.DefaultWindows, ct), ModelResponse.From))
            .Produces<ModelResponse>().WithSummary("Read a model with its latest windows");
        group.MapDelete("/{id:guid}", async (Guid id, ClaimsPrincipal user, MonitoringService service, Problems problems, CancellationToken ct) =>
            problems.Answer(await service.DeleteAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Stop monitoring a model and remove what was kept of its data");
        group.MapGet("/{id:guid}/windows/{windowId:guid}/features/{feature}", async (
            Guid id, Guid windowId, string feature, ClaimsPrincipal user, MonitoringQueryService query, Problems problems, CancellationToken ct) =>
            problems.Answer(await query.FeatureAsync(user.Actor(), id, windowId, feature, ct)))
            .Produces<FeatureDetail>().WithSummary("Read every number of one feature in one window");
        group.MapPut("/{id:guid}/features/{feature}/limits", async (
            Guid id, string feature, LimitsRequest limits, ClaimsPrincipal user, MonitoringService service, Problems problems, CancellationToken ct) =>
            problems.Answer(await service.SetLimitsAsync(user.Actor(), id, new FeatureLimits
            {
                ModelId = id,
                Feature = feature,
                PsiWarn = limits.PsiWarn,
                PsiDrift = limits.PsiDrift,
                W1Warn = limits.W1Warn,
                W1Drift = limits.W1Drift,
                Critical = limits.Critical,
            }, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Set the limits of a feature; every window is judged again");
        MapData(group);
    }

    private static void MapData(RouteGroupBuilder group)
    {
        group.MapPut("/{id:guid}/reference", async (
            Guid id, string? file, string? prediction, string? label, string? time,
            [FromQuery] string[]? ignore, [FromQuery] string[]? categorical,
            HttpRequest request, ClaimsPrincipal user, MonitoringService service, Problems problems, CancellationToken ct) =>
            problems.Created(await service.SetReferenceAsync(user.Actor(), id, file ?? "", request.Body, new ReferenceOptions
            {
                Prediction = prediction,
                Label = label,
                Time = time,
                Ignored = ignore ?? [],
                Categorical = categorical ?? [],
            }, ct), $"monitored-models/{id}/references"))
            .Accepts<Stream>("text/csv").WithMetadata(new RequestSizeLimitAttribute(MostUpload))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Set the reference from a CSV body");
        group.MapPost("/{id:guid}/data", async (
            Guid id, string? file, DateTimeOffset? at, HttpRequest request, ClaimsPrincipal user, DriftIngestService ingest, Problems problems, CancellationToken ct) =>
            problems.Answer(await ingest.UploadAsync(user.Actor(), id, file ?? "", request.Body, at, ct)))
            .Accepts<Stream>("text/csv").WithMetadata(new RequestSizeLimitAttribute(MostUpload))
            .Produces<IngestSummary>().WithSummary("Add production data from a CSV body");
        group.MapPost("/{id:guid}/rows", async (Guid id, [FromBody] JsonElement rows, ClaimsPrincipal user, DriftIngestService ingest, Problems problems, CancellationToken ct) =>
            problems.Answer(await ingest.AddRowsAsync(user.Actor(), id, rows, ct)))
            .Produces<IngestSummary>().WithSummary("Add production rows as JSON: an array of objects");
        group.MapPost("/{id:guid}/events", async (
            Guid id, HttpRequest request, ClaimsPrincipal user, DriftIngestService ingest, Problems problems, CancellationToken ct) =>
        {
            foreach (var received in await CloudEvents.ReadAsync(request, ct))
            {
                var result = await ingest.ReceiveAsync(user.Actor(), id, received, ct);
                if (!result.Succeeded) return problems.Of(result.Refusal);
            }

            // Loggers of model servers take any other status, 202 too, for a failure.
            return TypedResults.Ok();
        }).WithSummary("Receive inference events (CloudEvents 1.0: binary, structured or batched)");
    }
}
