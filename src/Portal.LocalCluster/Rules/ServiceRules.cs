using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>Services.</summary>
internal static class ServiceRules
{
    public static void Default(JsonObject service)
    {
        var spec = service.Ensure("spec");
        Usual(spec, "type", "ClusterIP");
        Usual(spec, "sessionAffinity", "None");
        if (spec.Text("type") != "ExternalName") Usual(spec, "internalTrafficPolicy", "Cluster");
        foreach (var port in (spec.Items("ports") ?? []).OfType<JsonObject>())
        {
            if (!port.ContainsKey("targetPort") && port["port"] is { } number) port["targetPort"] = number.DeepClone();
        }
    }

    public static void Validate(JsonObject service, Causes causes)
    {
        var spec = service.Map("spec") ?? [];
        PodRules.OneOf(spec, "type", "spec", causes, "ClusterIP", "ExternalName", "LoadBalancer", "NodePort");
        var ports = spec.Items("ports") ?? [];
        if (ports.Count == 0 && spec.Text("clusterIP") != "None" && spec.Text("type") != "ExternalName") causes.Required("spec.ports");
        if (spec.Text("type") == "ExternalName" && string.IsNullOrEmpty(spec.Text("externalName"))) causes.Required("spec.externalName");
        HashSet<string> names = new(StringComparer.Ordinal);
        for (var i = 0; i < ports.Count; i++)
        {
            if (ports[i] is not JsonObject port) continue;
            if (port.Whole("port") is < 1 or > 65535) causes.Invalid($"spec.ports[{i}].port", port["port"], "must be between 1 and 65535, inclusive");
            var name = port.Text("name") ?? "";
            if (name.Length == 0 && ports.Count > 1) causes.Required($"spec.ports[{i}].name");
            else if (name.Length > 0 && !names.Add(name)) causes.Duplicate($"spec.ports[{i}].name", name);
            PodRules.OneOf(port, "protocol", $"spec.ports[{i}]", causes, "SCTP", "TCP", "UDP");
        }
    }
}
