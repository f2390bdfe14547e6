using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Admission;

/// <summary>Whether matchConstraints or matchResources speak of a request.</summary>
internal static class ResourceMatch
{
    public static bool Matches(JsonObject match, AdmissionRequest request, string operation, JsonObject? ns)
    {
        if (match.Items("excludeResourceRules") is { Count: > 0 } excluded && excluded.OfType<JsonObject>().Any(rule => Names(rule, request, operation))) return false;
        if (match.Items("resourceRules") is { Count: > 0 } rules && !rules.OfType<JsonObject>().Any(rule => Names(rule, request, operation))) return false;
        // A namespace is judged by its own labels.
        var home = request.Type is { Group: "", Plural: "namespaces" } ? request.Object : ns;
        if (match.Map("namespaceSelector") is { Count: > 0 } byNamespace && home is not null && !LabelSelector.From(byNamespace)!.Matches(home)) return false;
        return match.Map("objectSelector") is not { Count: > 0 } byLabels || LabelSelector.From(byLabels)!.Matches(request.Object)
            || (request.Old is not null && LabelSelector.From(byLabels)!.Matches(request.Old));
    }

    private static bool Names(JsonObject rule, AdmissionRequest request, string operation)
    {
        bool Has(string list, string value) => (rule.Items(list) ?? []).Any(item => item.AsText() is "*" || item.AsText() == value);
        var sub = request.Options.Subresource;
        var resource = sub.Length == 0
            ? Has("resources", request.Type.Plural) || Has("resources", "*/*")
            : (rule.Items("resources") ?? []).Any(item => item.AsText() is { } text && (text == "*/*" || text == $"{request.Type.Plural}/{sub}" || text == $"*/{sub}" || text == $"{request.Type.Plural}/*"));
        return resource && Has("operations", operation) && Has("apiGroups", request.Type.Group) && Has("apiVersions", request.Type.Version)
            && (rule.Items("resourceNames") is not { Count: > 0 } || Has("resourceNames", request.Name))
            && rule.Text("scope") switch { "Cluster" => !request.Type.Namespaced, "Namespaced" => request.Type.Namespaced, _ => true };
    }
}
