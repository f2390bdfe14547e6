using System.Text.Json.Serialization;

namespace Portal.Api.Training;

// Names and shapes of MLflow's tracking REST API 2.0, so that its clients need not know that this is another server.
internal sealed record MetricMessage(
    [property: JsonPropertyName("key")] string? Key,
    [property: JsonPropertyName("value")] double? Value,
    [property: JsonPropertyName("timestamp")] long? Timestamp,
    [property: JsonPropertyName("step")] long? Step);

internal sealed record NoteMessage(
    [property: JsonPropertyName("key")] string? Key,
    [property: JsonPropertyName("value")] string? Value);

internal sealed record LogMetricMessage(
    [property: JsonPropertyName("run_id")] string? RunId,
    [property: JsonPropertyName("run_uuid")] string? RunUuid,
    [property: JsonPropertyName("key")] string? Key,
    [property: JsonPropertyName("value")] double? Value,
    [property: JsonPropertyName("timestamp")] long? Timestamp,
    [property: JsonPropertyName("step")] long? Step);

internal sealed record LogNoteMessage(
    [property: JsonPropertyName("run_id")] string? RunId,
    [property: JsonPropertyName("run_uuid")] string? RunUuid,
    [property: JsonPropertyName("key")] string? Key,
    [property: JsonPropertyName("value")] string? Value);

internal sealed record LogBatchMessage(
    [property: JsonPropertyName("run_id")] string? RunId,
    [property: JsonPropertyName("metrics")] IReadOnlyList<MetricMessage>? Metrics,
    [property: JsonPropertyName("params")] IReadOnlyList<NoteMessage>? Params,
    [property: JsonPropertyName("tags")] IReadOnlyList<NoteMessage>? Tags);

internal sealed record UpdateRunMessage(
    [property: JsonPropertyName("run_id")] string? RunId,
    [property: JsonPropertyName("run_uuid")] string? RunUuid,
    [property: JsonPropertyName("status")] string? Status);

internal sealed record CreateRunMessage(
    [property: JsonPropertyName("experiment_id")] string? ExperimentId,
    [property: JsonPropertyName("tags")] IReadOnlyList<NoteMessage>? Tags);
