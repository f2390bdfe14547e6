using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>Finds a flavor for every resource of a workload, or says in Kueue's words why there is none.</summary>
public static class FlavorAssignment
{
    public static AdmissionDecision Find(PendingWorkload workload, QueueState queue, IReadOnlyDictionary<string, Flavor> flavors)
    {
        Dictionary<FlavorResource, decimal> assumed = [];
        List<PodSetAssignment> assigned = [];
        foreach (PodSet set in workload.PodSets)
        {
            SortedSet<string> reasons = new(StringComparer.Ordinal);
            PodSetAssignment? found = Assign(set, queue, flavors, assumed, reasons);
            if (found is null)
                return new AdmissionDecision(queue.Name, workload, [], $"couldn't assign flavors to pod set {set.Name}: {string.Join(", ", reasons)}");
            assigned.Add(found);
        }
        return new AdmissionDecision(queue.Name, workload, assigned, null);
    }

    /// <summary>Whether the assignment would use more than the queue's own quota.</summary>
    public static bool Borrows(AdmissionDecision decision, QueueState queue) =>
        decision.Assignments
            .SelectMany(set => set.Usage.Select(pair => (At: new FlavorResource(set.Flavors[pair.Key], pair.Key), Amount: pair.Value)))
            .GroupBy(use => use.At)
            .Any(use => queue.Quota.Usage(use.Key) + use.Sum(one => one.Amount) > queue.Quota.Nominal(use.Key));

    private static PodSetAssignment? Assign(
        PodSet set, QueueState queue, IReadOnlyDictionary<string, Flavor> flavors, Dictionary<FlavorResource, decimal> assumed, SortedSet<string> reasons)
    {
        ResourceAmounts wanted = new ResourceAmounts().Add(set.Demand.Requests, set.Count);
        if (queue.Groups.Any(group => group.Covered.Contains("pods"))) wanted["pods"] = set.Count;
        Dictionary<string, string> chosen = new(StringComparer.Ordinal);
        foreach ((string resource, decimal amount) in wanted.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (chosen.ContainsKey(resource)) continue;
            ResourceGroup? group = queue.Groups.FirstOrDefault(group => group.Covered.Contains(resource));
            if (group is null)
            {
                reasons.Add($"resource {resource} unavailable in ClusterQueue");
                return null;
            }
            string[] together = [.. wanted.Where(pair => pair.Value > 0 && group.Covered.Contains(pair.Key)).Select(pair => pair.Key)];
            string? flavor = group.Flavors.FirstOrDefault(name => Fits(name, together, set, wanted, queue, flavors, assumed, reasons));
            if (flavor is null) return null;
            foreach (string one in together) chosen[one] = flavor;
        }
        ResourceAmounts usage = new();
        foreach ((string resource, string flavor) in chosen)
        {
            usage[resource] = wanted[resource];
            FlavorResource at = new(flavor, resource);
            assumed[at] = assumed.GetValueOrDefault(at) + wanted[resource];
        }
        return new PodSetAssignment(set.Name, set.Count, chosen, usage);
    }

    private static bool Fits(
        string name, string[] resources, PodSet set, ResourceAmounts wanted, QueueState queue,
        IReadOnlyDictionary<string, Flavor> flavors, Dictionary<FlavorResource, decimal> assumed, SortedSet<string> reasons)
    {
        if (Obstacle(name, set.Demand, flavors) is { } obstacle)
        {
            reasons.Add(obstacle);
            return false;
        }
        bool fits = true;
        foreach (string resource in resources)
        {
            FlavorResource at = new(name, resource);
            decimal before = assumed.GetValueOrDefault(at);
            decimal asked = before + wanted[resource];
            decimal most = queue.Quota.PotentialAvailable(at);
            decimal free = queue.Quota.Available(at);
            if (asked <= most && asked <= free) continue;
            fits = false;
            reasons.Add(asked > most
                ? $"insufficient quota for {resource} in flavor {name}, previously considered podsets requests ({Text(resource, before)}) + current podset request ({Text(resource, wanted[resource])}) > maximum capacity ({Text(resource, most)})"
                : $"insufficient unused quota for {resource} in flavor {name}, {Text(resource, asked - free)} more needed");
        }
        return fits;
    }

    private static string? Obstacle(string name, PodDemand demand, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (!flavors.TryGetValue(name, out Flavor? flavor)) return $"flavor {name} not found";
        if (Taints.FirstUntolerated(flavor.NodeTaints, [.. demand.Tolerations, .. flavor.Tolerations]) is { } taint)
            return $"untolerated taint {{{taint["key"]} {taint["value"]} {taint["effect"]} <nil>}} in flavor {name}";
        // A flavor speaks only of the labels it sets: other labels of its nodes are not known here.
        bool selected = demand.NodeSelector.All(pair => !flavor.NodeLabels.TryGetValue(pair.Key, out string? label) || label == pair.Value);
        return selected ? null : $"flavor {name} doesn't match node affinity";
    }

    private static string Text(string resource, decimal amount) => ResourceAmounts.Text(resource, amount);
}
