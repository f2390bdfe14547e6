using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>What admission reads from. Workloads are read anew each time: it writes into them.</summary>
internal sealed class KueueMirrors(IObjects objects)
{
    public ObjectMirror LocalQueues { get; } = objects.Mirror(KueueNames.LocalQueues);

    public ObjectMirror ClusterQueues { get; } = objects.Mirror(KueueNames.ClusterQueues);

    public ObjectMirror Flavors { get; } = objects.Mirror(KueueNames.Flavors);

    public ObjectMirror Cohorts { get; } = objects.Mirror(KueueNames.Cohorts);

    public ObjectMirror Namespaces { get; } = objects.Mirror("namespaces");

    public IReadOnlyList<JsonObject> Workloads() => objects.List(KueueNames.Workloads);
}

/// <summary>Everything admission looks at, read once: queues, flavors, cohorts, workloads, and what is reserved already.</summary>
internal sealed class KueueSnapshot
{
    private readonly Dictionary<string, QuotaNode> _cohorts = new(StringComparer.Ordinal);
    private readonly Dictionary<string, JsonObject> _cohortObjects;
    private readonly Dictionary<string, JsonObject> _namespaces;

    private readonly List<ReservedWorkload> _reserved = [];

    public KueueSnapshot(KueueMirrors seen)
    {
        // What refers is read before what it refers to, so that objects made one after the other are never seen half.
        Workloads = [.. seen.Workloads().Where(workload => !workload.IsDeleting())];
        LocalQueues = seen.LocalQueues.List().ToDictionary(queue => queue.Key(), StringComparer.Ordinal);
        ClusterQueues = ByName(seen.ClusterQueues.List());
        Flavors = seen.Flavors.List().Select(FlavorOf).ToDictionary(flavor => flavor.Name, StringComparer.Ordinal);
        _cohortObjects = ByName(seen.Cohorts.List());
        _namespaces = ByName(seen.Namespaces.List());
        Quotas = ClusterQueues.ToDictionary(pair => pair.Key, pair => Node(pair.Value), StringComparer.Ordinal);
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

    public static IEnumerable<ResourceGroup> Groups(JsonObject queue) => queue.Each("spec", "resourceGroups")
        .Select(group => new ResourceGroup([.. group.Texts("coveredResources")], [.. group.Each("flavors").Select(flavor => flavor.Text("name") ?? "")]));

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

    private QuotaNode Node(JsonObject clusterQueue) =>
        new(clusterQueue.Name(), QuotasOf(clusterQueue), clusterQueue.Text("spec", "cohortName") is { Length: > 0 } cohort ? Cohort(cohort, []) : null);

    /// <summary>A cohort need not exist as an object; one that names itself as its ancestor is cut there.</summary>
    private QuotaNode Cohort(string name, HashSet<string> below)
    {
        if (_cohorts.TryGetValue(name, out QuotaNode? known)) return known;
        below.Add(name);
        JsonObject? body = _cohortObjects.GetValueOrDefault(name);
        string? parent = body?.Text("spec", "parentName");
        QuotaNode? above = parent is { Length: > 0 } && !below.Contains(parent) ? Cohort(parent, below) : null;
        return _cohorts[name] = new QuotaNode(name, body is null ? new Dictionary<FlavorResource, FlavorQuota>() : QuotasOf(body), above);
    }

    private static Dictionary<FlavorResource, FlavorQuota> QuotasOf(JsonObject queue)
    {
        Dictionary<FlavorResource, FlavorQuota> quotas = [];
        foreach (JsonObject flavor in queue.Each("spec", "resourceGroups").SelectMany(group => group.Each("flavors")))
        {
            foreach (JsonObject resource in flavor.Each("resources"))
            {
                FlavorResource at = new(flavor.Text("name") ?? "", resource.Text("name") ?? "");
                quotas[at] = new FlavorQuota(Amount(resource, "nominalQuota") ?? 0, Amount(resource, "borrowingLimit"), Amount(resource, "lendingLimit"));
            }
        }
        return quotas;
    }

    /// <summary>Quantities may be written as numbers.</summary>
    private static decimal? Amount(JsonObject resource, string field) =>
        resource.Pairs().FirstOrDefault(pair => pair.Key == field) is { Value: { } text } && Quantity.TryParse(text, out Quantity quantity) ? quantity.Value : null;

    private static Flavor FlavorOf(JsonObject body) => new(
        body.Name(),
        body.Pairs("spec", "nodeLabels").ToDictionary(StringComparer.Ordinal),
        [.. body.Each("spec", "nodeTaints")],
        [.. body.Each("spec", "tolerations")]);

    private static Dictionary<string, JsonObject> ByName(IEnumerable<JsonObject> bodies) => bodies.ToDictionary(body => body.Name(), StringComparer.Ordinal);
}
