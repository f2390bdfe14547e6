using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Rules;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>LimitRanges: what containers get when they say nothing, and what they may say.</summary>
internal sealed class LimitRanges(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    public void Fill(AdmissionRequest request)
    {
        if (request.Type.GroupResource != "pods" || request.Old is not null || request.Object.Map("spec") is not { } spec) return;
        List<string> said = [];
        foreach (var limit in Limits(request.Namespace, "Container"))
        {
            foreach (var container in PodDefaults.Containers(spec))
            {
                var name = container.Text("name");
                // In the order in which the real plugin says it: requests, then limits.
                said.AddRange(Merge(container, "requests", limit.Map("defaultRequest")).Select(resource => $"{resource} request for container {name}"));
                said.AddRange(Merge(container, "limits", limit.Map("default")).Select(resource => $"{resource} limit for container {name}"));
            }
        }
        if (said.Count == 0) return;
        request.Object.Ensure("metadata", "annotations")["kubernetes.io/limit-ranger"] = "LimitRanger plugin set: " + string.Join("; ", said);
        request.Object.Ensure("status")["qosClass"] = PodDefaults.QosClass(spec);
    }

    public void Check(AdmissionRequest request)
    {
        // A claim may grow; a pod's amounts stay what they were.
        if (request.Options.Subresource.Length > 0 || (request.Old is not null && request.Type.GroupResource != "persistentvolumeclaims")) return;
        if (request.Old is { } old && JsonNode.DeepEquals(old.At("spec", "resources"), request.Object.At("spec", "resources"))) return;
        List<string> wrong = [];
        switch (request.Type.GroupResource)
        {
            case "pods":
                var containers = PodDefaults.Containers(request.Object.Map("spec") ?? []).ToList();
                foreach (var limit in Limits(request.Namespace, "Container"))
                {
                    foreach (var container in containers) Check(limit, "Container", resource => Amounts(container, resource), wrong);
                }
                foreach (var limit in Limits(request.Namespace, "Pod")) Check(limit, "Pod", resource => Sum(containers, resource), wrong);
                break;
            case "persistentvolumeclaims":
                foreach (var limit in Limits(request.Namespace, "PersistentVolumeClaim"))
                {
                    var asked = request.Object.Text("spec", "resources", "requests", "storage") is { } text ? Quantity.Parse(text) : (Quantity?)null;
                    Check(limit, "PersistentVolumeClaim", _ => (asked, asked), wrong, word: "request");
                }
                break;
        }
        if (wrong.Count > 0) throw Refusals.Forbidden(request.Type, request.Name, wrong.Count == 1 ? wrong[0] : $"[{string.Join(", ", wrong)}]");
    }

    private IEnumerable<JsonObject> Limits(string ns, string type) => store.Shelf(catalog.Stored("limitranges")!).Objects(ns)
        .SelectMany(stored => stored.Read().Items("spec", "limits") ?? []).OfType<JsonObject>().Where(limit => limit.Text("type") == type);

    private static IEnumerable<string> Merge(JsonObject container, string list, JsonObject? defaults)
    {
        foreach (var (resource, value) in defaults ?? [])
        {
            var amounts = container.Ensure("resources", list);
            if (amounts.ContainsKey(resource)) continue;
            amounts[resource] = value?.DeepClone();
            yield return resource;
        }
    }

    private static void Check(JsonObject limit, string type, Func<string, (Quantity? Request, Quantity? Limit)> amounts, List<string> wrong, string word = "limit")
    {
        foreach (var (resource, value) in limit.Map("min") ?? [])
        {
            var least = Quantity.Parse(value.AsText() ?? "0");
            var (request, _) = amounts(resource);
            if (request is null) wrong.Add($"minimum {resource} usage per {type} is {least}.  No request is specified");
            else if (request < least) wrong.Add($"minimum {resource} usage per {type} is {least}, but request is {request}");
        }
        foreach (var (resource, value) in limit.Map("max") ?? [])
        {
            var most = Quantity.Parse(value.AsText() ?? "0");
            var (_, asked) = amounts(resource);
            if (asked is null) wrong.Add($"maximum {resource} usage per {type} is {most}.  No limit is specified");
            else if (asked > most) wrong.Add($"maximum {resource} usage per {type} is {most}, but {word} is {asked}");
        }
        foreach (var (resource, value) in limit.Map("maxLimitRequestRatio") ?? [])
        {
            var most = Quantity.Parse(value.AsText() ?? "0");
            if (amounts(resource) is ({ Value: > 0 } request, { } asked) && asked.Value / request.Value > most.Value)
            {
                var ratio = (asked.Value / request.Value).ToString("0.######", System.Globalization.CultureInfo.InvariantCulture);
                wrong.Add($"{resource} max limit to request ratio per {type} is {most}, but provided ratio is {ratio}");
            }
        }
    }

    private static (Quantity? Request, Quantity? Limit) Amounts(JsonObject container, string resource) =>
        (Read(container.Text("resources", "requests", resource)), Read(container.Text("resources", "limits", resource)));

    private static (Quantity? Request, Quantity? Limit) Sum(List<JsonObject> containers, string resource)
    {
        var all = containers.Select(container => Amounts(container, resource)).ToList();
        Quantity? Total(IEnumerable<Quantity?> amounts) => amounts.All(amount => amount is not null) ? amounts.Aggregate(Quantity.Zero, (sum, amount) => sum + amount!.Value) : null;
        return (Total(all.Select(amount => amount.Request)), Total(all.Select(amount => amount.Limit)));
    }

    private static Quantity? Read(string? text) => Quantity.TryParse(text, out var amount) ? amount : null;
}
