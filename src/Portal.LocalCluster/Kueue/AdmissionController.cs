using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Gives quota to workloads and takes it back, and keeps the queues' status. Any change queues the same single pass.</summary>
public sealed class AdmissionController(IObjects objects, TimeProvider time, ILogger<AdmissionController> log) : ControlLoop(objects, time, log)
{
    private static readonly string[] OnePass = ["pass"];
    private static readonly TimeSpan ShortestRest = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(200);

    // A pass looks at everything: in a cluster of many queues it takes at most a sixth of a processor, however much changes.
    private const int Rest = 5;

    private readonly KueueMirrors _seen = new(objects);
    private bool _wrote;

    public override string Name => "kueue-admission";

    protected override IEnumerable<Source> Sources =>
        ((string[])[KueueNames.Workloads, KueueNames.ClusterQueues, KueueNames.LocalQueues, KueueNames.Flavors, KueueNames.Cohorts, "namespaces"])
        .Select(resource => new Source(resource, _ => OnePass));

    protected override async Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        long began = Time.GetTimestamp();
        Pass();
        long rest = Math.Clamp(Time.GetElapsedTime(began).Ticks * Rest, ShortestRest.Ticks, LongestRest.Ticks);
        // Not for a condition: the rest itself, during which changes gather for the next pass.
        await Task.Delay(TimeSpan.FromTicks(rest), Time, ct);
        return null;
    }

    private void Pass()
    {
        _wrote = false;
        KueueSnapshot snapshot = new(_seen);
        bool evicted = false;
        foreach (JsonObject workload in snapshot.Workloads.Where(workload => WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload)))
        {
            if (!Conditions.IsTrue(workload, "Evicted")) evicted |= EvictionOf(workload, snapshot) is { } eviction && Evict(workload, eviction.Reason, eviction.Message);
            // Who has nothing that runs for it has nobody who would give the quota back later.
            else if (workload.ControllerOwner() is null) evicted |= GiveBack(workload);
        }
        // What was given back counts in the next pass, which the writes above have queued.
        if (!evicted) Admit(snapshot);
        if (_wrote) snapshot = new KueueSnapshot(_seen);
        WriteQueues(snapshot);
        LetGo(snapshot);
    }

    /// <summary>What is being deleted goes when nobody reserves in it or names it any longer.</summary>
    private void LetGo(KueueSnapshot snapshot)
    {
        foreach (KueueQueue queue in snapshot.ClusterQueues.Values.Where(queue => queue.Spec.Deleting))
        {
            if (!snapshot.Workloads.Any(workload => WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload) && workload.Text("status", "admission", "clusterQueue") == queue.Name))
                LetGo(KueueNames.ClusterQueues, queue.Name);
        }
        foreach (Flavor flavor in snapshot.Flavors.Values.Where(flavor => flavor.Deleting))
        {
            if (!snapshot.ClusterQueues.Values.Any(queue => queue.Spec.Groups.Any(group => group.Flavors.Contains(flavor.Name, StringComparer.Ordinal)))) LetGo(KueueNames.Flavors, flavor.Name);
        }
    }

    private void LetGo(string resource, string name)
    {
        if (Objects.Find(resource, null, name) is not { } present) return;
        JsonArray rest = [.. (present.Items("metadata", "finalizers") ?? []).Where(item => item.AsText() != KueueNames.InUse).Select(item => item?.DeepClone())];
        if (rest.Count == present.Items("metadata", "finalizers")?.Count) return;
        present.Ensure("metadata")["finalizers"] = rest;
        TryWrite(() => Objects.Update(present));
    }

    private bool WriteStatus(JsonObject workload)
    {
        _wrote = true;
        return TryWrite(() => Objects.UpdateStatus(workload));
    }

    private bool Evict(JsonObject workload, string reason, string message)
    {
        WorkloadConditions.Evict(workload, reason, message, Time.GetUtcNow());
        if (WriteStatus(workload)) Objects.Record(workload, "Normal", "EvictedDueTo" + reason, message, KueueNames.Component);
        return true;
    }

    private bool GiveBack(JsonObject workload)
    {
        WorkloadConditions.Release(workload, Time.GetUtcNow());
        return WriteStatus(workload);
    }

    private static (string Reason, string Message)? EvictionOf(JsonObject workload, KueueSnapshot snapshot)
    {
        if (!WorkloadObject.IsActive(workload)) return ("Deactivated", "The workload is deactivated");
        if (snapshot.LocalQueueOf(workload) is { Spec.Stop: "HoldAndDrain" }) return ("LocalQueueStopped", "The LocalQueue is stopped");
        KueueQueue? queue = snapshot.ClusterQueues.GetValueOrDefault(workload.Text("status", "admission", "clusterQueue") ?? "");
        return queue is { Spec.Stop: "HoldAndDrain" } ? ("ClusterQueueStopped", "The ClusterQueue is stopped") : null;
    }

    private void Admit(KueueSnapshot snapshot)
    {
        Dictionary<string, JsonObject> waiting = snapshot.Workloads
            .Where(workload => !WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload) && WorkloadObject.IsActive(workload))
            .ToDictionary(workload => workload.Key(), StringComparer.Ordinal);
        Dictionary<string, List<PendingWorkload>> lines = new(StringComparer.Ordinal);
        foreach (JsonObject workload in waiting.Values)
        {
            string? obstacle = Obstacle(workload, snapshot, out string queue);
            if (obstacle is not null) Refuse(workload, "Inadmissible", obstacle);
            else if (lines.TryGetValue(queue, out List<PendingWorkload>? line)) line.Add(KueueSnapshot.Pending(workload));
            else lines[queue] = [KueueSnapshot.Pending(workload)];
        }
        QueueState[] queues = [.. lines.Select(line => StateOf(snapshot, line.Key, line.Value))];
        Dictionary<string, JsonObject> holding = snapshot.Workloads.ToDictionary(workload => workload.Key(), StringComparer.Ordinal);
        foreach (AdmissionDecision decision in AdmissionCycle.Decide(queues, snapshot.Flavors, snapshot.Reserved))
        {
            JsonObject workload = waiting[decision.Workload.Key];
            if (decision.Admitted) Reserve(workload, decision);
            else Refuse(workload, "Pending", decision.Message!);
            foreach (PreemptionTarget target in decision.Targets.Where(target => !target.Workload.Evicted))
                Preempt(holding[target.Workload.Key], workload, target, snapshot.Quotas[decision.Queue].Path);
        }
    }

    private void Preempt(JsonObject workload, JsonObject preemptor, PreemptionTarget target, string path)
    {
        string message = WorkloadConditions.Preempt(workload, preemptor, target, path, Time.GetUtcNow());
        if (!WriteStatus(workload)) return;
        Objects.Record(workload, "Normal", "Preempted", message, KueueNames.Component);
        Objects.Record(workload, "Normal", "EvictedDueToPreempted", message, KueueNames.Component);
    }

    private static QueueState StateOf(KueueSnapshot snapshot, string name, List<PendingWorkload> line)
    {
        KueueQueue queue = snapshot.ClusterQueues[name];
        return new QueueState(name, snapshot.Quotas[name], queue.Spec.Groups, queue.Body.Text("spec", "queueingStrategy") == "StrictFIFO", line)
        {
            Preemption = KueueSnapshot.PolicyOf(queue.Body),
        };
    }

    private static string? Obstacle(JsonObject workload, KueueSnapshot snapshot, out string clusterQueue)
    {
        clusterQueue = "";
        string queueName = workload.Text("spec", "queueName") ?? "";
        if (snapshot.LocalQueueOf(workload) is not { } local) return $"LocalQueue {queueName} doesn't exist";
        if (local.Spec.Stop != "None" || local.Spec.Deleting) return $"LocalQueue {queueName} is inactive";
        clusterQueue = local.Spec.Above;
        if (!snapshot.ClusterQueues.TryGetValue(clusterQueue, out KueueQueue? queue)) return $"ClusterQueue {clusterQueue} doesn't exist";
        if (!QueueHealth.OfClusterQueue(queue.Spec, snapshot.Flavors).Active) return $"ClusterQueue {clusterQueue} is inactive";
        return snapshot.Accepts(queue, workload.Namespace() ?? "") ? null : "Workload namespace doesn't match ClusterQueue selector";
    }

    private void Refuse(JsonObject workload, string reason, string message)
    {
        bool changed = reason == "Pending" && WorkloadConditions.Requeue(workload, Time.GetUtcNow());
        if ((Conditions.Set(workload, "QuotaReserved", false, reason, message, Time.GetUtcNow()) | changed)
            && WriteStatus(workload))
            Objects.Record(workload, "Warning", "Pending", message, KueueNames.Component);
    }

    private void Reserve(JsonObject workload, AdmissionDecision decision)
    {
        WorkloadConditions.Requeue(workload, Time.GetUtcNow());
        WorkloadConditions.Admit(workload, decision, Time.GetUtcNow());
        if (!WriteStatus(workload)) return;
        Objects.Record(workload, "Normal", "QuotaReserved", $"Quota reserved in ClusterQueue {decision.Queue}", KueueNames.Component);
        Objects.Record(workload, "Normal", "Admitted", $"Admitted by ClusterQueue {decision.Queue}", KueueNames.Component);
    }

    private void WriteQueues(KueueSnapshot snapshot)
    {
        DateTimeOffset now = Time.GetUtcNow();
        ILookup<string?, JsonObject> byQueue = snapshot.Workloads.ToLookup(workload => QueueOf(workload, snapshot), StringComparer.Ordinal);
        ILookup<string?, JsonObject> byLine = snapshot.Workloads.ToLookup(workload => snapshot.LocalQueueOf(workload)?.Key, StringComparer.Ordinal);
        foreach (KueueQueue queue in snapshot.ClusterQueues.Values)
            Write(queue, byQueue[queue.Name], new QueueCause(QueueHealth.OfClusterQueue(queue.Spec, snapshot.Flavors), queue.Spec), withBorrowed: true, now);
        foreach (KueueQueue queue in snapshot.LocalQueues.Values)
        {
            QueueSpec? above = snapshot.ClusterQueues.GetValueOrDefault(queue.Spec.Above)?.Spec;
            Write(queue, byLine[queue.Key], new QueueCause(QueueHealth.OfLocalQueue(queue.Spec, above, snapshot.Flavors), above), withBorrowed: false, now);
        }
    }

    private static string? QueueOf(JsonObject workload, KueueSnapshot snapshot) =>
        WorkloadObject.HasQuota(workload) ? workload.Text("status", "admission", "clusterQueue") : snapshot.LocalQueueOf(workload)?.Spec.Above;

    private void Write(KueueQueue queue, IEnumerable<JsonObject> workloads, QueueCause cause, bool withBorrowed, DateTimeOffset now)
    {
        JsonObject[] own = [.. workloads];
        if (own.Length == 0 && queue.Settled == cause) return;
        JsonObject next = queue.Body.Copy();
        QueueStatus.WriteTo(next, own, cause.Health, cause.Groups ?? QueueSpec.None, withBorrowed, now);
        if (!JsonNode.DeepEquals(next["status"], queue.Body["status"])) TryWrite(() => Objects.UpdateStatus(next));
        else if (own.Length == 0) queue.Settled = cause;
    }
}
