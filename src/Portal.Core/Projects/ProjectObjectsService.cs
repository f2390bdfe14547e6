using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Delivery;
using Portal.Core.Hardware;
using Portal.Core.Health;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Projects;

/// <summary>Shows what the cluster holds of a project, from what the watches have seen; it never waits for the cluster.</summary>
public sealed class ProjectObjectsService(IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters, TimeProvider clock)
{
    // What the portal works with, and follows for that. Secrets and configuration maps are not among them: their contents are for
    // workloads alone.
    private static readonly ResourceType[] Worked =
    [
        Kinds.ResourceQuota, Kinds.LimitRange, Kinds.NetworkPolicy, Kinds.ServiceAccount, Kinds.RoleBinding,
        Kinds.PersistentVolumeClaim, Kinds.LocalQueue, Kinds.StatefulSet, NotebookManifests.Kind, .. TrainingKinds.All, Kinds.Pod, Kinds.Workload,
        .. HardwareProfileManifests.Versions,
    ];

    /// <summary>The kinds that are shown of what is inside of a project's namespace, in the order in which they are.</summary>
    public static IReadOnlyList<ResourceType> Listed { get; } = [.. Worked, .. ShownKinds.All];

    /// <summary>The project's objects in the cluster, in the order in which they are made.</summary>
    [Requires(Permission.ProjectView)]
    public async Task<Result<IReadOnlyList<ProjectObject>>> ListAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.ProjectView, Scope.Project(id), "project", id, ct) is { } denied)
            return denied;
        if (await db.Projects.AsNoTracking().SingleOrDefaultAsync(p => p.Id == id, ct) is not { } project)
            return Refusal.NotFound("project");
        var cache = clusters.Get(project.ClusterId).Cache;
        var own = new[] { Kinds.Namespace, Kinds.ClusterQueue }
            .SelectMany(type => cache.List(type, null, (Manifest.IdLabel, id.ToString("D"))));
        var inside = Worked.Select(type => cache.List(type, project.Namespace))
            .Concat(ShownKinds.All.Select(type => cache.Shown(type, project.Namespace))).Append(AimedAt(cache, project.Namespace))
            .SelectMany(seen => seen.OrderBy(o => o.Name(), StringComparer.Ordinal));
        var beside = new Beside(
            cache.List(Kinds.Pod, project.Namespace), cache.List(Kinds.Job, project.Namespace), cache.List(Kinds.Workload, project.Namespace));
        var disputes = (await db.Set<ObjectDispute>().AsNoTracking().Where(d => d.ProjectId == id).ToListAsync(ct))
            .ToDictionary(d => (d.ObjectKind, d.Namespace, d.Name));
        var pools = await PoolNames.ReadAsync(db, project.ClusterId, ct);
        return own.Concat(inside).Select(Outlined).Select(o => From(o) with
        {
            Health = HealthOf(o, beside) is { } health ? pools.In(health) : null,
            Dispute = disputes.GetValueOrDefault((o.Text("kind") ?? "", o.Text("metadata", "namespace") ?? "", o.Name())) is { } dispute
                ? DisputeView.From(dispute) : null,
        }).ToList();
    }

    // Argo CD keeps most of them in its own namespace.
    private static IReadOnlyList<JsonObject> AimedAt(IClusterCache cache, string ns) =>
        [.. cache.ShownFor(ApplicationManifests.Kind, ApplicationManifests.TargetOf, ns).Where(a => a.Text("metadata", "namespace") != ns)];

    private WorkloadStatus? HealthOf(JsonObject seen, Beside beside) => KindHealth.From(new KindFacts(seen, clock.GetUtcNow())
    {
        Pods = PodsHealth.Of(seen, beside.Pods),
        // They would have to be asked for, and a list of objects waits for no cluster.
        KnowsEvents = false,
        // A TrainJob's JobSet has its name.
        Jobs = seen.Text("kind") is not ("JobSet" or "TrainJob") ? []
            : [.. beside.Jobs.Where(j => j.Text("metadata", "labels", JobSetHealth.NameLabel) == seen.Name())],
        Workload = seen.Text("kind") == Kinds.Workload.Kind ? null : QueueHealth.Find(beside.Workloads, seen.Text("metadata", "uid") ?? ""),
    });

    // What else of the namespace tells how an object is.
    private sealed record Beside(IReadOnlyList<JsonObject> Pods, IReadOnlyList<JsonObject> Jobs, IReadOnlyList<JsonObject> Workloads);

    // Before anything is said of it: what is left out of it is in no verdict either.
    private static JsonObject Outlined(JsonObject seen) =>
        seen.Text("kind") == ApplicationManifests.Kind.Kind && seen.Owner() is null ? ApplicationManifests.Outline(seen) : seen;

    private static ProjectObject From(JsonObject seen)
    {
        var manifest = seen.DeepClone().AsObject();
        manifest["metadata"]?.AsObject().Remove("managedFields");
        // kubectl keeps all that it was given there once more, as one text.
        (manifest.At("metadata", "annotations") as JsonObject)?.Remove("kubectl.kubernetes.io/last-applied-configuration");
        // Others name their variables as they like: no word in a name tells which of them is secret.
        HideSecrets(manifest, isOurs: seen.Owner() is not null);
        return new ProjectObject(seen.Text("kind") ?? "", seen.Name(), seen.Time("metadata", "creationTimestamp"), Summary(seen), manifest) { Keeper = ObjectKeeper.Of(seen) };
    }

    // The phase where the kind has one, else the conditions that hold or fail.
    private static string Summary(JsonObject seen) => seen.Text("status", "phase")
        ?? string.Join(", ", Condition.From(seen).Select(c => c.IsTrue ? c.Type : $"{c.Type}={c.Status} ({c.Reason})"));

    // Where others write values by name: environments of containers, parameters and results of pipelines, which become environments and
    // arguments, and headers of probes and routes.
    private static readonly string[] Named = ["env", "params", "results", "httpHeaders", "set", "add"];

    private static void HideSecrets(JsonNode? node, bool isOurs, bool isNamed = false)
    {
        switch (node)
        {
            case JsonArray array:
                foreach (var item in array)
                    HideSecrets(item, isOurs, isNamed);
                break;
            case JsonObject entry:
                foreach (var key in (string[])["value", "default"])
                {
                    if (entry["name"] is JsonValue name && entry.ContainsKey(key) && ((isNamed && !isOurs) || IsSecret(name.ToString())))
                        entry[key] = "(hidden)";
                }
                foreach (var key in isOurs ? [] : (string[])["args", "command"])
                {
                    if (entry.ContainsKey(key))
                        entry[key] = "(hidden)";
                }
                // Those of monitors are no list of names and values: each name has values of its own.
                if (!isOurs && entry["params"] is JsonObject given)
                    entry["params"] = new JsonObject(given.Select(g => KeyValuePair.Create<string, JsonNode?>(g.Key, "(hidden)")));
                foreach (var property in entry)
                    HideSecrets(property.Value, isOurs, Named.Contains(property.Key));
                break;
        }
    }

    private static bool IsSecret(string variable) =>
        new[] { "TOKEN", "PASSWORD", "SECRET", "KEY" }.Any(word => variable.Contains(word, StringComparison.OrdinalIgnoreCase));
}

/// <summary>An object as the cluster shows it.</summary>
/// <param name="Says">Its phase or its conditions, in the cluster's words; empty for kinds without a status.</param>
/// <param name="Manifest">The object without bookkeeping and without secrets; of a pod its outline.</param>
public sealed record ProjectObject(string Kind, string Name, DateTimeOffset? CreatedAt, string Says, JsonObject Manifest)
{
    /// <summary>Where it stands; null for what is in no namespace. Applications of Argo CD are in one of their own.</summary>
    public string? Namespace => Manifest.Text("metadata", "namespace");

    /// <summary>Group and version, which tell kinds of one name apart.</summary>
    public string ApiVersion => Manifest.Text("apiVersion") ?? "";

    /// <summary>Its state in the portal's words; null for kinds that have none.</summary>
    public WorkloadStatus? Health { get; init; }

    /// <summary>Who looks after it; what another tool keeps is shown and never changed.</summary>
    public required ObjectKeeper Keeper { get; init; }

    /// <summary>Fields of it that somebody else holds; null when there are none.</summary>
    public DisputeView? Dispute { get; init; }
}
