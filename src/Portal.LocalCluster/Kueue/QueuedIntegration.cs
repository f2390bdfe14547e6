using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>
/// What can be suspended and names a queue: kept suspended behind a Workload, released with the flavors' nodes when it is
/// admitted, stopped when it is evicted.
/// </summary>
public abstract class QueuedIntegration(IObjects objects, TimeProvider time, ILogger log) : ControlLoop(objects, time, log)
{
    protected abstract string Resource { get; }

    protected abstract string Kind { get; }

    /// <summary>Who speaks in its events.</summary>
    protected abstract string Component { get; }

    protected override IEnumerable<Source> Sources =>
    [
        new(Resource, job => job.Label(KueueNames.QueueLabel) is null ? [] : [job.Key()]),
        new(KueueNames.Workloads, workload => Owners.KeyOf(workload, Kind) is { } key ? [key] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        JsonObject? job = Objects.Find(Resource, path[0], path[1]);
        if (job is null || job.IsDeleting() || job.Label(KueueNames.QueueLabel) is null) return Task.FromResult<TimeSpan?>(null);
        JsonObject? workload = WorkloadObject.Of(Objects, job);
        if (End(job) is { } end) Finish(end, workload);
        else if (workload is null) Enter(job);
        else if (!WorkloadObject.HasQuota(workload) && Follow(job, workload)) return Task.FromResult<TimeSpan?>(null);
        else if (Conditions.IsTrue(workload, "Evicted") && WorkloadObject.HasQuota(workload)) Stop(job, workload);
        else if (!WorkloadObject.IsAdmitted(workload)) Hold(job, workload);
        else Release(job, workload);
        return Task.FromResult<TimeSpan?>(null);
    }

    /// <summary>Its pods, group by group, in copies; empty while they cannot be known yet.</summary>
    internal abstract IReadOnlyList<QueuedPods> Pods(JsonObject job);

    /// <summary>How it ended, or null.</summary>
    protected abstract (bool Success, string Message)? End(JsonObject job);

    /// <summary>Suspended, and nothing of it runs any longer.</summary>
    protected abstract bool IsStopped(JsonObject job);

    /// <summary>May be let go: its pods' nodes can still be chosen.</summary>
    protected virtual bool IsReleasable(JsonObject job) => true;

    /// <summary>Gives its pods the nodes of their flavors.</summary>
    protected abstract void Place(JsonObject job, JsonObject workload);

    /// <summary>Takes back what <see cref="Place"/> gave, where that does not overwrite itself.</summary>
    protected virtual void Displace(JsonObject job) { }

    private void Enter(JsonObject job)
    {
        Hold(job, null);
        if (Pods(job) is not { Count: > 0 } pods) return;
        JsonObject workload = Objects.Create(WorkloadObject.Make(Objects, job, pods));
        Objects.Record(job, "Normal", "CreatedWorkload", $"Created Workload: {workload.Key()}", Component);
    }

    private void Hold(JsonObject job, JsonObject? workload)
    {
        if (job.Is("spec", "suspend")) return;
        job.Ensure("spec")["suspend"] = true;
        Displace(job);
        Objects.Update(job);
        string why = workload is null ? "Kueue managed jobs start suspended"
            : (Conditions.IsTrue(workload, "Evicted") ? Conditions.Find(workload, "Evicted") : Conditions.Find(workload, "QuotaReserved"))?.Text("message") ?? "Not admitted by cluster queue";
        Objects.Record(job, "Normal", workload is null ? "Suspended" : "Stopped", why, Component);
    }

    /// <summary>
    /// Whether the Workload has fallen behind its owner, who may change while it waits. Another queue or priority is written
    /// into it; where other pods are asked for it is made anew. The write brings the key back.
    /// </summary>
    private bool Follow(JsonObject job, JsonObject workload)
    {
        if (Pods(job) is not { Count: > 0 } pods) return false;
        JsonObject wanted = WorkloadObject.Make(Objects, job, pods);
        if (!WorkloadObject.AsksForTheSame(workload, wanted))
        {
            Objects.Delete(KueueNames.Workloads, workload.Namespace(), workload.Name());
            return true;
        }
        JsonObject next = workload.Copy();
        next.Ensure("spec")["queueName"] = wanted.Text("spec", "queueName");
        // The number may be changed by itself: it is taken over with the name of another class only.
        if (!JsonNode.DeepEquals(workload.At("spec", "priorityClassRef"), wanted.At("spec", "priorityClassRef")))
        {
            next.Part("spec").Remove("priorityClassRef");
            foreach (string field in (ReadOnlySpan<string>)["priority", "priorityClassRef"])
            {
                if (wanted.At("spec", field) is { } value) next.Part("spec")[field] = value.DeepClone();
            }
        }
        return !JsonNode.DeepEquals(next["spec"], workload["spec"]) && TryWrite(() => Objects.Update(next));
    }

    /// <summary>Evicted: the quota is given back only when the last pod has gone.</summary>
    private void Stop(JsonObject job, JsonObject workload)
    {
        Hold(job, workload);
        if (!IsStopped(job)) return;
        WorkloadConditions.Release(workload, Time.GetUtcNow());
        TryWrite(() => Objects.UpdateStatus(workload));
    }

    private void Release(JsonObject job, JsonObject workload)
    {
        if (!job.Is("spec", "suspend") || !IsReleasable(job)) return;
        Place(job, workload);
        job.Ensure("spec")["suspend"] = false;
        Objects.Update(job);
        Objects.Record(job, "Normal", "Started", $"Admitted by clusterQueue {workload.Text("status", "admission", "clusterQueue")}", Component);
    }

    private void Finish((bool Success, string Message) end, JsonObject? workload)
    {
        if (workload is not null && WorkloadConditions.Finish(workload, end.Success, end.Message, Time.GetUtcNow())) Objects.UpdateStatus(workload);
    }
}
