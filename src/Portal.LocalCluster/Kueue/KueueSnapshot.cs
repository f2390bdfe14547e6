using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>What admission reads from. Workloads are read anew each time: it writes into them.</summary>
internal sealed class KueueMirrors(IObjects objects)
{
    public ObjectMirror<KueueQueue> LocalQueues { get; } = objects.Mirror(KueueNames.LocalQueues, body => new KueueQueue(body));

    public ObjectMirror<KueueQueue> ClusterQueues { get; } = objects.Mirror(KueueNames.ClusterQueues, body => new KueueQueue(body));

    public ObjectMirror<KueueQueue> Cohorts { get; } = objects.Mirror(KueueNames.Cohorts, body => new KueueQueue(body));

    public ObjectMirror<Flavor> Flavors { get; } = objects.Mirror(KueueNames.Flavors, FlavorOf);

    public IReadOnlyList<JsonObject> Workloads() => objects.List(KueueNames.Workloads);

    public JsonObject? Namespace(string name) => objects.Find("namespaces", null, name);

    private static Flavor FlavorOf(JsonObject body) => new(
        body.Name(),
        body.Pairs("spec", "nodeLabels").ToDictionary(StringComparer.Ordinal),
        [.. body.Each("spec", "nodeTaints")],
        [.. body.Each("spec", "tolerations")])
    { Deleting = body.IsDeleting() };
}

/// <summary>Everything admission looks at, read once: queues, flavors, cohorts, workloads, and what is reserved already.</summary>
internal sealed class KueueSnapshot
{
    private readonly Dictionary<string, QuotaNode> _cohorts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, KueueQueue> _cohortObjects;
    private readonly Dictionary<string, IReadOnlyDictionary<string, string>> _labels = new(StringComparer.Ordinal);
    private readonly List<ReservedWorkload> _reserved = [];
    private readonly KueueMirrors _seen;
    private Dictionary<string, QuotaNode>? _quotas;

    public KueueSnapshot(KueueMirrors seen)
    {
        _seen = seen;
        // What refers is read before what it refers to, so that objects made one after the other are never seen half.
        Workloads = [.. seen.Workloads().Where(workload => !workload.IsDeleting())];
        LocalQueues = seen.LocalQueues.List().ToDictionary(queue => queue.Key, StringComparer.Ordinal);
        ClusterQueues = ByName(seen.ClusterQueues.List());
        Flavors = seen.Flavors.List().ToDictionary(flavor => flavor.Name, StringComparer.Ordinal);
        _cohortObjects = ByName(seen.Cohorts.List());
        foreach (JsonObject workload in Workloads.Where(workload => WorkloadObject.HasQuota(workload) && !WorkloadObject.IsFinished(workload))) Count(workload);
    }

    public IReadOnlyDictionary<string, KueueQueue> ClusterQueues { get; }

    public IReadOnlyDictionary<string, KueueQueue> LocalQueues { get; }

    public IReadOnlyDictionary<string, Flavor> Flavors { get; }

    public IReadOnlyList<JsonObject> Workloads { get; }

    /// <summary>The tree of quotas: where nobody asks for or holds any, it is not built.</summary>
    public IReadOnlyDictionary<string, QuotaNode> Quotas => _quotas ??= ClusterQueues.ToDictionary(pair => pair.Key, pair => Node(pair.Value), StringComparer.Ordinal);

    public IReadOnlyCollection<ReservedWorkload> Reserved => _reserved;

    public KueueQueue? LocalQueueOf(JsonObject workload) => LocalQueues.GetValueOrDefault($"{workload.Namespace()}/{workload.Text("spec", "queueName")}");

    public bool Accepts(KueueQueue clusterQueue, string ns) =>
        clusterQueue.Body.Map("spec", "namespaceSelector") is { } selector
        && LabelMatch.Selector(selector, LabelsOf(ns));

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

    // Of the namespaces of those who wait, each asked for once.
    private IReadOnlyDictionary<string, string> LabelsOf(string ns)
    {
        if (!_labels.TryGetValue(ns, out IReadOnlyDictionary<string, string>? known))
            _labels[ns] = known = _seen.Namespace(ns) is { } found ? LabelMatch.Labels(found) : new Dictionary<string, string>(StringComparer.Ordinal);
        return known;
    }

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

    private QuotaNode Node(KueueQueue queue) => new(queue.Name, queue.Spec.Quotas, queue.Spec.Above.Length > 0 ? Cohort(queue.Spec.Above, []) : null);

    /// <summary>A cohort need not exist as an object; one that names itself as its ancestor is cut there.</summary>
    private QuotaNode Cohort(string name, HashSet<string> below)
    {
        if (_cohorts.TryGetValue(name, out QuotaNode? known)) return known;
        below.Add(name);
        QueueSpec spec = _cohortObjects.GetValueOrDefault(name)?.Spec ?? QueueSpec.None;
        QuotaNode? above = spec.Above.Length > 0 && !below.Contains(spec.Above) ? Cohort(spec.Above, below) : null;
        return _cohorts[name] = new QuotaNode(name, spec.Quotas, above);
    }

    private static Dictionary<string, KueueQueue> ByName(IEnumerable<KueueQueue> queues) => queues.ToDictionary(queue => queue.Name, StringComparer.Ordinal);
}
