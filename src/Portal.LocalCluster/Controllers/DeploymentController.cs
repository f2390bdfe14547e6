using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Controllers;

/// <summary>
/// Deployments: one replica set a template. A new template's set grows to its full size, and the old ones shrink by as
/// many as have become ready (RollingUpdate), or first go altogether (Recreate).
/// </summary>
public sealed class DeploymentController(IObjects objects, TimeProvider time, ILogger<DeploymentController> log) : ControlLoop(objects, time, log)
{
    private const string Component = "deployment-controller";
    private const string Progressing = "Progressing";
    private const string Complete = "NewReplicaSetAvailable";
    private const string TooLate = "ProgressDeadlineExceeded";
    private const string HashLabel = "pod-template-hash";
    private const string RevisionAnnotation = "deployment.kubernetes.io/revision";

    public override string Name => Component;

    protected override IEnumerable<Source> Sources =>
    [
        new("deployments.apps", deployment => [deployment.Key()]),
        new("replicasets.apps", set => Owners.KeyOf(set, "Deployment") is { } key ? [key] : []),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        if (Objects.Find("deployments.apps", path[0], path[1]) is not { } deployment || deployment.IsDeleting()) return Task.FromResult<TimeSpan?>(null);
        List<JsonObject> sets = [.. Objects.List("replicasets.apps", path[0]).Where(set => Owners.Owns(deployment, set) && !set.IsDeleting())];
        string hash = PodTemplate.Hash(deployment.Part("spec", "template"));
        long wanted = deployment.Whole("spec", "replicas") ?? 1;
        List<JsonObject> old = [.. sets.Where(set => set.Label(HashLabel) != hash)];
        JsonObject? current = sets.FirstOrDefault(set => set.Label(HashLabel) == hash);
        bool recreate = deployment.Text("spec", "strategy", "type") == "Recreate";
        if (recreate && old.Any(set => (set.Whole("status", "replicas") ?? 0) > 0))
        {
            foreach (JsonObject set in old) Scale(deployment, set, 0);
        }
        else
        {
            current ??= Create(deployment, hash, sets);
            Scale(deployment, current, wanted);
            Shrink(deployment, old, wanted - (current.Whole("status", "readyReplicas") ?? 0));
        }
        TimeSpan? late = WriteStatus(deployment, current, old, wanted);
        Forget(deployment, old);
        return Task.FromResult(late);
    }

    private JsonObject Create(JsonObject deployment, string hash, List<JsonObject> sets)
    {
        JsonObject template = deployment.Part("spec", "template").Copy();
        template.Ensure("metadata", "labels")[HashLabel] = hash;
        JsonObject selector = deployment.Part("spec", "selector").Copy();
        selector.Ensure("matchLabels")[HashLabel] = hash;
        long revision = sets.Select(set => long.TryParse(set.Annotation(RevisionAnnotation), out long number) ? number : 0).DefaultIfEmpty().Max() + 1;
        JsonObject set = Objects.Create(new JsonObject
        {
            ["apiVersion"] = "apps/v1",
            ["kind"] = "ReplicaSet",
            ["metadata"] = new JsonObject
            {
                ["name"] = $"{deployment.Name()}-{hash}",
                ["namespace"] = deployment.Namespace(),
                ["labels"] = template.Part("metadata", "labels").Copy(),
                ["annotations"] = new JsonObject { [RevisionAnnotation] = FormattableString.Invariant($"{revision}") },
                ["ownerReferences"] = new JsonArray(Owners.Reference(deployment)),
            },
            ["spec"] = new JsonObject { ["replicas"] = 0, ["selector"] = selector, ["template"] = template },
        });
        return set;
    }

    private void Shrink(JsonObject deployment, List<JsonObject> old, long keep)
    {
        foreach (JsonObject set in old.OrderByDescending(set => set.Created()))
        {
            long stay = Math.Clamp(keep, 0, set.Whole("spec", "replicas") ?? 0);
            Scale(deployment, set, stay);
            keep -= stay;
        }
    }

    private void Scale(JsonObject deployment, JsonObject set, long replicas)
    {
        long now = set.Whole("spec", "replicas") ?? 0;
        if (now == replicas) return;
        set.Ensure("spec")["replicas"] = replicas;
        set.Part("metadata").Remove("resourceVersion");
        if (!TryWrite(() => Objects.Update(set))) return;
        string direction = replicas > now ? "up" : "down";
        Objects.Record(deployment, "Normal", "ScalingReplicaSet", FormattableString.Invariant($"Scaled {direction} replica set {set.Name()} from {now} to {replicas}"), Component);
    }

    /// <returns>When it will have taken too long, should nothing change.</returns>
    private TimeSpan? WriteStatus(JsonObject deployment, JsonObject? current, List<JsonObject> old, long wanted)
    {
        long updated = current?.Whole("status", "replicas") ?? 0;
        long ready = (current?.Whole("status", "readyReplicas") ?? 0) + old.Sum(set => set.Whole("status", "readyReplicas") ?? 0);
        JsonObject before = deployment.Part("status").Copy();
        JsonObject status = deployment.Ensure("status");
        status["observedGeneration"] = deployment.Whole("metadata", "generation") ?? 1;
        status["replicas"] = updated + old.Sum(set => set.Whole("status", "replicas") ?? 0);
        status["updatedReplicas"] = updated;
        status["readyReplicas"] = ready;
        status["availableReplicas"] = ready;
        status["unavailableReplicas"] = Math.Max(0, wanted - ready);
        DateTimeOffset now = Time.GetUtcNow();
        // The rolling update may be short of a quarter of its replicas, rounded down, and still count as available.
        bool available = ready >= wanted - (wanted / 4);
        Conditions.Set(deployment, "Available", available, available ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
            available ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", now);
        bool done = current is not null && updated == wanted && (current.Whole("status", "readyReplicas") ?? 0) >= wanted && old.All(set => (set.Whole("status", "replicas") ?? 0) == 0);
        TimeSpan? late = Progress(deployment, before, current?.Name() ?? deployment.Name(), done, now);
        if (old.Prepend(current).OfType<JsonObject>().Select(set => Conditions.Find(set, "ReplicaFailure")).FirstOrDefault(found => found is not null) is { } failure)
            Conditions.Set(deployment, "ReplicaFailure", true, failure.Text("reason") ?? "", failure.Text("message") ?? "", now);
        else Conditions.Remove(deployment, "ReplicaFailure");
        if (!JsonNode.DeepEquals(before, status)) TryWrite(() => Objects.UpdateStatus(deployment));
        return late;
    }

    /// <summary>Whether it gets on: each pod more of the new template, and each less of an old one, gives it its time anew.</summary>
    private static TimeSpan? Progress(JsonObject deployment, JsonObject before, string set, bool done, DateTimeOffset now)
    {
        JsonObject status = deployment.Part("status");
        JsonObject? known = Conditions.Find(deployment, Progressing);
        bool same = known?.Text("message")?.StartsWith($"ReplicaSet \"{set}\"", StringComparison.Ordinal) == true;
        // Once it is complete, a pod that fails later does not make it one that is under way.
        if (same && known!.Text("reason") == Complete && status.Whole("replicas") == status.Whole("updatedReplicas")) return null;
        long Old(JsonObject of) => (of.Whole("replicas") ?? 0) - (of.Whole("updatedReplicas") ?? 0);
        bool moved = !same || done || Old(status) < Old(before)
            || ((ReadOnlySpan<string>)["updatedReplicas", "readyReplicas"]).ToArray().Any(field => (status.Whole(field) ?? 0) > (before.Whole(field) ?? 0));
        TimeSpan allowed = TimeSpan.FromSeconds(deployment.Whole("spec", "progressDeadlineSeconds") ?? 600);
        if (moved)
        {
            Conditions.Set(deployment, Progressing, true, done ? Complete : "ReplicaSetUpdated", done ? $"ReplicaSet \"{set}\" has successfully progressed." : $"ReplicaSet \"{set}\" is progressing.", now);
            Conditions.Find(deployment, Progressing)!["lastUpdateTime"] = now.Stamp();
            return done ? null : allowed;
        }
        if (known!.Text("reason") == TooLate) return null;
        TimeSpan left = (known!.Time("lastUpdateTime") ?? now) + allowed - now;
        if (left > TimeSpan.Zero) return left;
        Conditions.Set(deployment, Progressing, false, TooLate, $"ReplicaSet \"{set}\" has timed out progressing.", now);
        return null;
    }

    private void Forget(JsonObject deployment, List<JsonObject> old)
    {
        long keep = deployment.Whole("spec", "revisionHistoryLimit") ?? 10;
        foreach (JsonObject set in old.Where(set => (set.Whole("status", "replicas") ?? 0) == 0 && (set.Whole("spec", "replicas") ?? 0) == 0).OrderByDescending(set => set.Created()).Skip((int)keep))
            Objects.Delete("replicasets.apps", set.Namespace(), set.Name());
    }
}
