using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>What admission reads from. Workloads are read anew each time: it writes into them.</summary>
internal sealed class KueueMirrors(IObjects objects)
{
    private readonly ConditionalWeakTable<JsonObject, QueueSpec> _specs = [];

    public ObjectMirror LocalQueues { get; } = objects.Mirror(KueueNames.LocalQueues);

    public ObjectMirror ClusterQueues { get; } = objects.Mirror(KueueNames.ClusterQueues);

    public ObjectMirror Flavors { get; } = objects.Mirror(KueueNames.Flavors);

    public ObjectMirror Cohorts { get; } = objects.Mirror(KueueNames.Cohorts);

    public ObjectMirror Namespaces { get; } = objects.Mirror("namespaces");

    public IReadOnlyList<JsonObject> Workloads() => objects.List(KueueNames.Workloads);

    /// <summary>What the spec of an object of the mirrors says; another version of it is another object.</summary>
    public QueueSpec SpecOf(JsonObject queue) => _specs.GetValue(queue, QueueSpec.Of);
}

/// <summary>Everything admission looks at, read once: queues, flavors, cohorts, workloads, and what is reserved already.</summary>
internal sealed class KueueSnapshot
{
    private readonly Dictionary<string, QuotaNode> _cohorts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _cohortObjects;
    private readonly Dictionary<string, JsonObject> _namespaces;

    private readonly List<ReservedWorkload> _reserved = [];
    private readonly KueueMirrors _seen;

    public KueueSnapshot(KueueMirrors seen)
    {
        _seen = seen;
        // What refers is read before what it refers to, so that objects made one after the other are never seen half.
        Workloads = [.. seen.Workloads().Where(workload => !workload.IsDeleting())];
        LocalQueues = seen.LocalQueues.List().ToDictionary(queue => queue.Key(), StringComparer.Ordinal);
        ClusterQueues = ByName(seen.ClusterQueues.List());
        Flavors = seen.Flavors.List().Select(FlavorOf).ToDictionary(flavor => flavor.Name, StringComparer.Ordinal);
        _cohortObjects = ByName(seen.Cohorts.List());
        _namespaces = ByName(seen.Namespaces.List());
        Quotas = ClusterQueues.ToDictionary(pair => pair.Key, pair => Node(pair.Key, SpecOf(pair.Value)), StringComparer.Ordinal);
        foreach (JsonObject workload in Workloads.Where(workload => WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload))) Count(workload);
    }

    public IReadOnlyDictionary<string, JsonObject> ClusterQueues { get; }

    public IReadOnlyDictionary<string, JsonObject> LocalQueues { get; }

    public IReadOnlyDictionary<string, Flavor> Flavors { get; }

    public IReadOnlyList<JsonObject> Workloads { get; }

    public IReadOnlyDictionary<string, QuotaNode> Quotas { get; }

    public IReadOnlyCollection<ReservedWorkload> Reserved => _reserved;

    public JsonObject? LocalQueueOf(JsonObject workload) => LocalQueues.GetValueOrDefault($"{workload.Namespace()}/{workload.Text("spec", "queueName")}");

    public bool Accepts(JsonObject clusterQueue, string ns) =>
        clusterQueue.Map("spec", "namespaceSelector") is { } selector
        && LabelMatch.Selector(selector, _namespaces.TryGetValue(ns, out JsonObject? found) ? LabelMatch.Labels(found) : new Dictionary<string, string>(StringComparer.Ordinal));

    /// <summary>What the spec of a queue or cohort says; that of one that is absent says nothing.</summary>
    public QueueSpec SpecOf(JsonObject? queue) => queue is null ? QueueSpec.None : _seen.SpecOf(queue);

    public static PendingWorkload Pending(JsonObject workload) => new(
        workload.Key(),
        workload.Whole("spec", "priority") ?? 0,
        workload.Created(),
        [.. workload.Each("spec", "podSets").Select(set => new PodSet(set.Text("name") ?? "main", (int)(set.Whole("count") ?? 1), PodDemand.From(set.Part("template", "spec"))))]);

    public static PreemptionPolicy PolicyOf(JsonObject queue) => new(
        queue.Text("spec", "preemption", "withinClusterQueue") ?? "Never",
        queue.Text("spec", "preemption", "reclaimWithinCohort") ?? "Never",
        queue.Text("spec", "preemption", "borrowWithinCohort", "policy") == "LowerPriority"
            ? (queue.Whole("spec", "preemption", "borrowWithinCohort", "maxPriorityThreshold") is { } most ? most + 1 : long.MaxValue)
            : null);

    private void Count(JsonObject workload)
    {
        if (!Quotas.TryGetValue(workload.Text("status", "admission", "clusterQueue") ?? "", out QuotaNode? quota)) return;
        Dictionary<FlavorResource, decimal> usage = [];
        foreach (JsonObject set in workload.Each("status", "admission", "podSetAssignments"))
        {
            foreach ((string resource, decimal amount) in ResourceAmounts.From(set.Map("resourceUsage")))
            {
                if (set.Text("flavors", resource) is not { } flavor) continue;
                FlavorResource at = new(flavor, resource);
                quota.Take(at, amount);
                usage[at] = usage.GetValueOrDefault(at) + amount;
            }
        }
        _reserved.Add(new ReservedWorkload(
            workload.Key(), quota, workload.Whole("spec", "priority") ?? 0, workload.Created(),
            Conditions.Find(workload, "QuotaReserved")?.Time("lastTransitionTime") ?? workload.Created(), Conditions.IsTrue(workload, "Evicted"), usage));
    }

    private QuotaNode Node(string name, QueueSpec spec) => new(name, spec.Quotas, spec.Above.Length > 0 ? Cohort(spec.Above, []) : null);

    /// <summary>A cohort need not exist as an object; one that names itself as its ancestor is cut there.</summary>
    private QuotaNode Cohort(string name, HashSet<string> below)
    {
        if (_cohorts.TryGetValue(name, out QuotaNode? known)) return known;
        below.Add(name);
        QueueSpec spec = SpecOf(_cohortObjects.GetValueOrDefault(name));
        QuotaNode? above = spec.Above.Length > 0 && !below.Contains(spec.Above) ? Cohort(spec.Above, below) : null;
        return _cohorts[name] = new QuotaNode(name, spec.Quotas, above);
    }

    private static Flavor FlavorOf(JsonObject body) => new(
        body.Name(),
        body.Pairs("spec", "nodeLabels").ToDictionary(StringComparer.Ordinal),
        [.. body.Each("spec", "nodeTaints")],
        [.. body.Each("spec", "tolerations")]);

    private static Dictionary<string, JsonObject> ByName(IEnumerable<JsonObject> bodies) => bodies.ToDictionary(body => body.Name(), StringComparer.Ordinal);
}
