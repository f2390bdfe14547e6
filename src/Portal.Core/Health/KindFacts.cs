using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Workloads;

namespace Portal.Core.Health;

/// <summary>An object and what else the cluster shows of it, all of it read before the verdict.</summary>
/// <param name="Object">The object itself.</param>
/// <param name="Now">When it was looked at.</param>
public sealed record KindFacts(JsonObject Object, DateTimeOffset Now)
{
    /// <summary>Its pods.</summary>
    public IReadOnlyList<JsonObject> Pods { get; init; } = [];

    /// <summary>The Jobs that it made, of a JobSet or TrainJob.</summary>
    public IReadOnlyList<JsonObject> Jobs { get; init; } = [];

    /// <summary>Events about it and its pods, newest first.</summary>
    public IReadOnlyList<JsonObject> Events { get; init; } = [];

    /// <summary>False where nobody asked for events: that there are none says nothing then.</summary>
    public bool KnowsEvents { get; init; } = true;

    /// <summary>Kueue's Workload of it, or null.</summary>
    public JsonObject? Workload { get; init; }

    /// <summary>When it was made; now when the object does not say.</summary>
    public DateTimeOffset CreatedAt => Time("metadata", "creationTimestamp") ?? Now;

    /// <summary>A time of the object, or null.</summary>
    public DateTimeOffset? Time(params ReadOnlySpan<string> path) => Object.Time(path);

    /// <summary>When a condition of an object last turned, or null.</summary>
    public static DateTimeOffset? MovedAt(JsonNode? node, string condition) =>
        node.Items("status", "conditions").FirstOrDefault(c => c.Text("type") == condition).Time("lastTransitionTime");

    /// <summary>A whole number of the object, or 0.</summary>
    public int Number(params ReadOnlySpan<string> path) =>
        int.TryParse(Object.Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var n) ? n : 0;

    /// <summary>Minutes since an instant, whole.</summary>
    public int MinutesSince(DateTimeOffset at) => (int)(Now - at).TotalMinutes;

    /// <summary>Kueue's verdict while it holds the object back, or null.</summary>
    public WorkloadStatus? Queued => Workload is null ? null : QueueHealth.From(Workload);

    /// <summary>The verdict of the object's conditions put into words once it has lasted too long.</summary>
    public WorkloadStatus Timely(WorkloadStatus status) =>
        Patience.After(status, new StartFacts(Object, Workload, Pods.Count > 0 ? Pods[0] : null, Events), CreatedAt, Now);
}
