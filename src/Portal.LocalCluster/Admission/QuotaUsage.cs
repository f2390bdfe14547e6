using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Rules;
using Portal.LocalCluster.Scheduling;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>How much of a ResourceQuota's resources objects take.</summary>
internal sealed class QuotaUsage(ObjectStore store, ResourceCatalog catalog)
{
    private static readonly HashSet<string> Counted =
        new(StringComparer.Ordinal) { "pods", "services", "secrets", "configmaps", "persistentvolumeclaims", "resourcequotas" };

    // Every create in a namespace is held against its quotas: each version of one is parsed once.
    private readonly ConditionalWeakTable<StoredObject, JsonObject> _read = [];

    /// <summary>The quotas of a namespace, not to be changed.</summary>
    public IEnumerable<JsonObject> Quotas(string ns) =>
        store.Shelf(catalog.Stored("resourcequotas")!).Objects(ns).Select(stored => _read.GetValue(stored, unread => unread.Read()));

    /// <summary>What is in the namespace now, for each resource that the quota limits.</summary>
    public SortedDictionary<string, Quantity> Used(JsonObject quota, string ns)
    {
        var used = new SortedDictionary<string, Quantity>(StringComparer.Ordinal);
        foreach (var (resource, _) in quota.Map("spec", "hard") ?? []) used[resource] = Quantity.Zero;
        foreach (var type in Counts(quota).Select(catalog.Stored).OfType<ResourceType>().Where(type => type is { Stored: true, Namespaced: true }))
        {
            foreach (var stored in store.Shelf(type).Objects(ns))
            {
                // Only pods, claims and services take more than their number.
                var tree = type.GroupResource is "pods" or "persistentvolumeclaims" or "services" ? stored.Read() : [];
                foreach (var (resource, amount) in Of(type, tree, quota)) if (used.TryGetValue(resource, out var sum)) used[resource] = sum + amount;
            }
        }
        return used;
    }

    /// <summary>What one object takes.</summary>
    public static IEnumerable<(string Resource, Quantity Amount)> Of(ResourceType type, JsonObject tree, JsonObject quota)
    {
        var one = new Quantity(1);
        if (type.GroupResource == "pods" && !InScope(tree, quota)) yield break;
        yield return ($"count/{type.GroupResource}", one);
        switch (type.GroupResource)
        {
            case "pods":
                if (tree.Text("status", "phase") is "Succeeded" or "Failed") yield break;
                yield return ("pods", one);
                foreach (var amount in Pod(tree)) yield return amount;
                break;
            case "persistentvolumeclaims":
                yield return ("persistentvolumeclaims", one);
                if (!Quantity.TryParse(tree.Text("spec", "resources", "requests", "storage"), out var size)) break;
                yield return ("requests.storage", size);
                if (tree.Text("spec", "storageClassName") is not { Length: > 0 } name) break;
                yield return ($"{name}.storageclass.storage.k8s.io/requests.storage", size);
                yield return ($"{name}.storageclass.storage.k8s.io/persistentvolumeclaims", one);
                break;
            case "services":
                yield return ("services", one);
                var ports = new Quantity(tree.Items("spec", "ports")?.Count ?? 0);
                if (tree.Text("spec", "type") is "NodePort" or "LoadBalancer") yield return ("services.nodeports", ports);
                if (tree.Text("spec", "type") == "LoadBalancer") yield return ("services.loadbalancers", one);
                break;
            case var other when Counted.Contains(other):
                yield return (other, one);
                break;
        }
    }

    /// <summary>The containers that do not say what a quota needs to know, by resource.</summary>
    public static IEnumerable<(string Resource, string Containers)> Unsaid(JsonObject pod, IEnumerable<string> limited)
    {
        foreach (var resource in limited.Order(StringComparer.Ordinal))
        {
            var (list, name) = resource switch
            {
                "cpu" or "requests.cpu" => ("requests", "cpu"),
                "memory" or "requests.memory" => ("requests", "memory"),
                "limits.cpu" => ("limits", "cpu"),
                "limits.memory" => ("limits", "memory"),
                _ => ("", ""),
            };
            if (list.Length == 0) continue;
            var silent = PodDefaults.Containers(pod.Map("spec") ?? []).Where(container => container.Text("resources", list, name) is null)
                .Select(container => container.Text("name")).ToList();
            if (silent.Count > 0) yield return (resource, string.Join(',', silent));
        }
    }

    private static bool InScope(JsonObject pod, JsonObject quota)
    {
        var bestEffort = PodDefaults.QosClass(pod.Map("spec") ?? []) == "BestEffort";
        var terminating = pod.Whole("spec", "activeDeadlineSeconds") is not null;
        foreach (var scope in (quota.Items("spec", "scopes") ?? []).Select(item => item.AsText()))
        {
            var inside = scope switch
            {
                "BestEffort" => bestEffort,
                "NotBestEffort" => !bestEffort,
                "Terminating" => terminating,
                "NotTerminating" => !terminating,
                _ => true,
            };
            if (!inside) return false;
        }
        return (quota.Items("spec", "scopeSelector", "matchExpressions") ?? []).OfType<JsonObject>().All(expression => Holds(expression, pod, bestEffort, terminating));
    }

    /// <summary>A scope by its name holds with Exists; classes of priority are told apart by their names.</summary>
    private static bool Holds(JsonObject expression, JsonObject pod, bool bestEffort, bool terminating)
    {
        var values = (expression.Items("values") ?? []).Select(item => item.AsText());
        var priority = pod.Text("spec", "priorityClassName") is { Length: > 0 } named ? named : null;
        return (expression.Text("scopeName"), expression.Text("operator")) switch
        {
            ("PriorityClass", "In") => priority is not null && values.Contains(priority, StringComparer.Ordinal),
            ("PriorityClass", "NotIn") => priority is null || !values.Contains(priority, StringComparer.Ordinal),
            ("PriorityClass", "DoesNotExist") => priority is null,
            ("PriorityClass", _) => priority is not null,
            ("BestEffort", _) => bestEffort,
            ("NotBestEffort", _) => !bestEffort,
            ("Terminating", _) => terminating,
            ("NotTerminating", _) => !terminating,
            _ => true,
        };
    }

    /// <summary>The resources of which objects take from the quota, known to the cluster or not, each as <c>pods</c> or <c>jobs.batch</c>.</summary>
    public static IReadOnlySet<string> Counts(JsonObject quota)
    {
        HashSet<string> wanted = new(StringComparer.Ordinal);
        foreach (var (resource, _) in quota.Map("spec", "hard") ?? [])
        {
            wanted.Add(resource switch
            {
                ['c', 'o', 'u', 'n', 't', '/', .. var counted] => counted,
                "services.nodeports" or "services.loadbalancers" => "services",
                "requests.storage" => "persistentvolumeclaims",
                _ when Counted.Contains(resource) => resource,
                _ when resource.Contains(".storageclass.storage.k8s.io/", StringComparison.Ordinal) => "persistentvolumeclaims",
                _ => "pods",
            });
        }
        return wanted;
    }

    private static IEnumerable<(string, Quantity)> Pod(JsonObject pod)
    {
        var spec = pod.Map("spec") ?? [];
        foreach (var (resource, amount) in ResourceAmounts.OfPod(spec))
        {
            yield return ($"requests.{resource}", ResourceAmounts.Measured(resource, amount));
            yield return (resource, ResourceAmounts.Measured(resource, amount));
        }
        foreach (var (resource, amount) in ResourceAmounts.LimitsOfPod(spec))
        {
            if (!resource.Contains('/', StringComparison.Ordinal)) yield return ($"limits.{resource}", ResourceAmounts.Measured(resource, amount));
        }
    }
}
