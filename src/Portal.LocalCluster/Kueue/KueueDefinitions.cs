using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Kueue;

/// <summary>Kueue's definitions in the versions that a cluster is to serve. They are written as v1beta2, which is always the stored one.</summary>
internal static class KueueDefinitions
{
    private const string NamePattern = @"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

    public static JsonObject Serve(JsonObject definition, ICollection<string> versions)
    {
        if (definition.Text("spec", "group") != KueueNames.Group) return definition;
        JsonArray list = definition.Items("spec", "versions")!;
        JsonObject newer = list.OfType<JsonObject>().Single();
        if (versions.Contains(KueueConversion.Older)) list.Add(InOlder(newer, definition.Text("spec", "names", "plural")!));
        newer["served"] = versions.Contains(KueueConversion.Newer);
        return definition;
    }

    private static JsonObject InOlder(JsonObject newer, string plural)
    {
        JsonObject older = plural switch
        {
            // Its columns and rules name the field too.
            "clusterqueues" => (JsonObject)JsonNode.Parse(newer.ToJsonString().Replace("cohortName", "cohort", StringComparison.Ordinal))!,
            "localqueues" => (JsonObject)JsonNode.Parse(newer.ToJsonString().Replace("flavorsUsage", "flavorUsage", StringComparison.Ordinal))!,
            _ => newer.Copy(),
        };
        older["name"] = KueueConversion.Older;
        (older["served"], older["storage"]) = (true, false);
        JsonObject fields = older.Part("schema", "openAPIV3Schema", "properties");
        if (plural == "workloads") Workload(fields);
        if (plural == "clusterqueues" && fields.Map("spec", "properties", "admissionChecksStrategy", "properties", "admissionChecks") is { } checks)
        {
            checks.Remove("x-kubernetes-list-type");
            checks.Remove("x-kubernetes-list-map-keys");
            checks.Map("items", "properties", "onFlavors")?.Remove("x-kubernetes-list-type");
        }
        return older;
    }

    private static void Workload(JsonObject fields)
    {
        JsonObject spec = fields.Part("spec");
        spec["required"] = new JsonArray("podSets");
        JsonObject specFields = spec.Part("properties");
        specFields.Remove("priorityClassRef");
        specFields["priorityClassName"] = new JsonObject { ["type"] = "string", ["maxLength"] = 253, ["pattern"] = NamePattern };
        specFields["priorityClassSource"] = new JsonObject { ["type"] = "string", ["enum"] = new JsonArray("kueue.x-k8s.io/workloadpriorityclass", "scheduling.k8s.io/priorityclass", "") };
        specFields.Part("podSets", "items")["required"] = new JsonArray("count", "template");
        JsonObject status = fields.Part("status", "properties");
        // So it is spelled there.
        if (status.Remove("accumulatedPastExecutionTimeSeconds", out JsonNode? past)) status["accumulatedPastExexcutionTimeSeconds"] = past;
        JsonObject admission = status.Part("admission");
        admission["required"] = new JsonArray("clusterQueue", "podSetAssignments");
        admission.Part("properties", "podSetAssignments", "items")["required"] = new JsonArray("name");
    }
}
