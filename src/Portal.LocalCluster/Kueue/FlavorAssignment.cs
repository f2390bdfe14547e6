using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Kueue;

/// <summary>
/// Finds a flavor for every resource of a workload, or says in Kueue's words why there is none. Where one would fit if
/// others were driven out, that flavor is named too.
/// </summary>
public static class FlavorAssignment
{
    public static AdmissionDecision Find(PendingWorkload workload, QueueState queue, IReadOnlyDictionary<string, Flavor> flavors)
    {
        Dictionary<FlavorResource, decimal> assumed = [];
        List<PodSetAssignment> assigned = [];
        string? message = null;
        foreach (PodSet set in workload.PodSets)
        {
            SortedSet<string> reasons = new(StringComparer.Ordinal);
            (PodSetAssignment? found, bool fits) = Assign(set, queue, flavors, assumed, reasons);
            if (!fits) message ??= $"couldn't assign flavors to pod set {set.Name}: {string.Join(", ", reasons)}";
            if (found is null) return new AdmissionDecision(queue.Name, workload, [], message);
            assigned.Add(found);
        }
        return new AdmissionDecision(queue.Name, workload, assigned, message);
    }

    /// <summary>Whether the assignment would use more than the queue's own quota.</summary>
    public static bool Borrows(AdmissionDecision decision, QueueState queue) =>
        Preemption.UsageOf(decision).Any(use => queue.Quota.Usage(use.Key) + use.Value > queue.Quota.Nominal(use.Key));

    private enum Fit
    {
        No,
        AfterPreemption,
        Now,
    }

    private static (PodSetAssignment? Found, bool Fits) Assign(
        PodSet set, QueueState queue, IReadOnlyDictionary<string, Flavor> flavors, Dictionary<FlavorResource, decimal> assumed, SortedSet<string> reasons)
    {
        ResourceAmounts wanted = new ResourceAmounts().Add(set.Demand.Requests, set.Count);
        if (queue.Groups.Any(group => group.Covered.Contains("pods"))) wanted["pods"] = set.Count;
        Dictionary<string, string> chosen = new(StringComparer.Ordinal);
        bool fits = true;
        foreach ((string resource, decimal amount) in wanted.Where(pair => pair.Value > 0).OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            if (chosen.ContainsKey(resource)) continue;
            ResourceGroup? group = queue.Groups.FirstOrDefault(group => group.Covered.Contains(resource));
            if (group is null)
            {
                reasons.Add($"resource {resource} unavailable in ClusterQueue");
                return (null, false);
            }
            string[] together = [.. wanted.Where(pair => pair.Value > 0 && group.Covered.Contains(pair.Key)).Select(pair => pair.Key)];
            (string? flavor, Fit fit) = Best(group, name => Judge(name, group, together, set, wanted, queue, flavors, assumed, reasons));
            if (flavor is null) return (null, false);
            fits &= fit == Fit.Now;
            foreach (string one in together) chosen[one] = flavor;
        }
        ResourceAmounts usage = new();
        foreach ((string resource, string flavor) in chosen)
        {
            usage[resource] = wanted[resource];
            FlavorResource at = new(flavor, resource);
            assumed[at] = assumed.GetValueOrDefault(at) + wanted[resource];
        }
        return (new PodSetAssignment(set.Name, set.Count, chosen, usage), fits);
    }

    /// <summary>The first flavor with room, else the first that preemption could make room in.</summary>
    private static (string? Flavor, Fit Fit) Best(ResourceGroup group, Func<string, Fit> judge)
    {
        (string? Flavor, Fit Fit) best = (null, Fit.No);
        foreach (string name in group.Flavors)
        {
            Fit fit = judge(name);
            if (fit > best.Fit) best = (name, fit);
            if (fit == Fit.Now) break;
        }
        return best;
    }

    private static Fit Judge(
        string name, ResourceGroup group, string[] resources, PodSet set, ResourceAmounts wanted, QueueState queue,
        IReadOnlyDictionary<string, Flavor> flavors, Dictionary<FlavorResource, decimal> assumed, SortedSet<string> reasons)
    {
        if (Obstacle(name, group, set.Demand, flavors) is { } obstacle)
        {
            reasons.Add(obstacle);
            return Fit.No;
        }
        Fit fit = Fit.Now;
        foreach (string resource in resources)
        {
            FlavorResource at = new(name, resource);
            decimal before = assumed.GetValueOrDefault(at);
            decimal asked = before + wanted[resource];
            decimal most = queue.Quota.PotentialAvailable(at);
            decimal free = queue.Quota.Available(at);
            if (asked <= most && asked <= free) continue;
            // Whoever asks for more than its queue or its cohort was granted may drive nobody out, unless the policy lets it borrow by doing so.
            bool preempts = asked <= most && (asked <= queue.Quota.Nominal(at) || queue.Quota.MayReclaim(at, asked) || queue.Preemption.BorrowBelow is not null);
            fit = preempts && fit != Fit.No ? Fit.AfterPreemption : Fit.No;
            reasons.Add(asked > most
                ? $"insufficient quota for {resource} in flavor {name}, previously considered podsets requests ({Text(resource, before)}) + current podset request ({Text(resource, wanted[resource])}) > maximum capacity ({Text(resource, most)})"
                : $"insufficient unused quota for {resource} in flavor {name}, {Text(resource, asked - free)} more needed");
        }
        return fit;
    }

    private static string? Obstacle(string name, ResourceGroup group, PodDemand demand, IReadOnlyDictionary<string, Flavor> flavors)
    {
        if (!flavors.TryGetValue(name, out Flavor? flavor)) return $"flavor {name} not found";
        if (Taints.FirstUntolerated(flavor.NodeTaints, [.. demand.Tolerations, .. flavor.Tolerations]) is { } taint)
            return $"untolerated taint {{{taint["key"]} {taint["value"]} {taint["effect"]} <nil>}} in flavor {name}";
        // A label that no flavor of the group sets is not known here: there the nodes decide.
        bool selected = demand.NodeSelector.All(pair => flavor.NodeLabels.GetValueOrDefault(pair.Key) == pair.Value
            || !group.Flavors.Any(beside => flavors.GetValueOrDefault(beside)?.NodeLabels.ContainsKey(pair.Key) == true));
        return selected ? null : $"flavor {name} doesn't match node affinity";
    }

    private static string Text(string resource, decimal amount) => ResourceAmounts.Text(resource, amount);
}
