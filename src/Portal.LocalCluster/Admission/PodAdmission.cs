using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>The service account, the priority and the usual tolerations of a pod.</summary>
internal sealed class PodAdmission(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    private static readonly Dictionary<string, long> SystemClasses = new(StringComparer.Ordinal)
    {
        ["system-cluster-critical"] = 2_000_000_000,
        ["system-node-critical"] = 2_000_001_000,
    };

    /// <summary>What a pod bears for a while: a node that is not ready or cannot be reached.</summary>
    private static readonly string[] BorneTaints = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"];

    private const int BorneSeconds = 300;

    public void Fill(AdmissionRequest request)
    {
        if (request.Type.GroupResource != "pods" || request.Old is not null || request.Object.Map("spec") is not { } spec) return;
        var account = spec.Text("serviceAccountName") ?? spec.Text("serviceAccount") ?? "default";
        if (account != "default" && store.Find(catalog.Stored("serviceaccounts")!, request.Namespace, account) is null)
            throw Refusals.Forbidden(request.Type, request.Name, $"error looking up service account {request.Namespace}/{account}: serviceaccount \"{account}\" not found");
        spec["serviceAccountName"] = account;
        spec["serviceAccount"] = account;
        var (value, policy) = Priority(request, spec.Text("priorityClassName"));
        spec["priority"] = value;
        if (!spec.ContainsKey("preemptionPolicy")) spec["preemptionPolicy"] = policy;
        Tolerate(spec);
    }

    /// <summary>Of each taint only when the pod says nothing of it itself.</summary>
    private static void Tolerate(JsonObject spec)
    {
        if (spec["tolerations"] is not JsonArray tolerations) tolerations = [];
        var own = tolerations.OfType<JsonObject>().Where(toleration => toleration.Text("effect") is null or "" or "NoExecute").Select(toleration => toleration.Text("key") ?? "").ToList();
        if (own.Contains("", StringComparer.Ordinal)) return;
        foreach (var taint in BorneTaints.Except(own, StringComparer.Ordinal))
            tolerations.Add(new JsonObject { ["key"] = taint, ["operator"] = "Exists", ["effect"] = "NoExecute", ["tolerationSeconds"] = BorneSeconds });
        if (tolerations.Parent is null && tolerations.Count > 0) spec["tolerations"] = tolerations;
    }

    private (long Value, string Policy) Priority(AdmissionRequest request, string? name)
    {
        const string usual = "PreemptLowerPriority";
        var classes = catalog.Stored("priorityclasses.scheduling.k8s.io")!;
        if (string.IsNullOrEmpty(name))
        {
            foreach (var stored in store.Shelf(classes).Objects(ns: null))
            {
                var candidate = stored.Read();
                if (candidate.Flag("globalDefault") != true) continue;
                request.Object.Ensure("spec")["priorityClassName"] = stored.Name;
                return (candidate.Whole("value") ?? 0, candidate.Text("preemptionPolicy") ?? usual);
            }
            return (0, usual);
        }
        if (SystemClasses.TryGetValue(name, out var system)) return (system, usual);
        if (store.Find(classes, ns: null, name)?.Read() is not { } found)
            throw Refusals.Forbidden(request.Type, request.Name, $"no PriorityClass with name {name} was found");
        return (found.Whole("value") ?? 0, found.Text("preemptionPolicy") ?? usual);
    }
}
