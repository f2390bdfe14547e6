using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Workloads;

/// <summary>The questions about a cluster that the workloads' reconcilers share.</summary>
public sealed class WorkloadCluster(IClusterClient client, IClusterCache cache, WorkloadOptions options)
{
    public IClusterClient Client => client;

    public IClusterCache Cache => cache;

    public WorkloadOptions Options => options;

    /// <summary>Where a project's workloads go.</summary>
    public async Task<WorkloadPlace> PlaceAsync(string ns, CancellationToken ct) =>
        WorkloadPlace.From(ns, await client.CapabilitiesAsync(ct), options);

    /// <summary>The pods of a row, newest first.</summary>
    public IReadOnlyList<JsonObject> Pods(string ns, ReconcileOwner owner) =>
        [.. cache.List(Kinds.Pod, ns, (Manifest.IdLabel, owner.Id.ToString("D")))
            .OrderByDescending(p => p.Text("metadata", "creationTimestamp"), StringComparer.Ordinal)];

    /// <summary>A value out of a Secret, or null when it is not there.</summary>
    public async Task<string?> SecretAsync(string ns, string name, string key, CancellationToken ct)
    {
        var secret = await client.FindAsync(new ObjectKey(Kinds.Secret, ns, name), ct);
        return secret.Text("data", key) is { } text ? Encoding.UTF8.GetString(Convert.FromBase64String(text)) : null;
    }

    /// <summary>
    /// Message of the last warning event about an object, or empty. A quota refuses pods, not what makes them: only an event tells.
    /// </summary>
    public async Task<string> WarningAsync(string ns, string name, CancellationToken ct)
    {
        var last = "";
        var lastAt = "";
        await foreach (var e in client.ListAsync(Kinds.Event, ns, null, ct))
        {
            var about = e.Text("involvedObject", "name") ?? e.Text("regarding", "name");
            var at = e.Text("lastTimestamp") ?? e.Text("eventTime") ?? e.Text("metadata", "creationTimestamp") ?? "";
            if (about == name && e.Text("type") == "Warning" && string.CompareOrdinal(at, lastAt) >= 0)
                (last, lastAt) = (e.Text("message") ?? e.Text("note") ?? "", at);
        }
        return last;
    }

    /// <summary>Runs a step; a refusal that only a person can mend becomes a status, everything else is retried by the queue.</summary>
    public async Task<WorkloadStatus?> RefusedAsync(Func<Task> step)
    {
        try
        {
            await step();
            return null;
        }
        catch (ClusterException e) when (e.Failure is ClusterFailure.Forbidden or ClusterFailure.Invalid)
        {
            return PodHealth.Refused(e.Message)
                ?? new WorkloadStatus(WorkloadState.Attention, e.Failure == ClusterFailure.Forbidden ? "cluster.forbidden" : "cluster.invalid", e.Message);
        }
    }
}
