using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Discovery;

/// <summary>The columns of the built-in kinds.</summary>
internal static class BuiltinColumns
{
    public static readonly Column NameColumn = new("Name", item => item.Name()) { Format = "name" };

    public static readonly Column AgeColumn = new("Age", item => Tables.Age(item.Text("metadata", "creationTimestamp")));

    private static readonly Column Created = new("Created At", item => item.Text("metadata", "creationTimestamp"));

    private static readonly Column[] Template =
    [
        new("Containers", item => string.Join(',', Containers(item).Select(container => container.Text("name"))), 1),
        new("Images", item => string.Join(',', Containers(item).Select(container => container.Text("image"))), 1),
    ];

    private static readonly Column Selector = new("Selector", item => Pairs(item.Map("spec", "selector", "matchLabels") ?? item.Map("spec", "selector")), 1);

    private static readonly Dictionary<string, Column[]> Kinds = new(StringComparer.Ordinal)
    {
        ["pods"] =
        [
            new("Ready", PodCells.Ready), new("Status", PodCells.Status), new("Restarts", PodCells.Restarts), AgeColumn,
            new("IP", item => item.Text("status", "podIP") ?? "<none>", 1), new("Node", item => item.Text("spec", "nodeName") ?? "<none>", 1),
            new("Nominated Node", item => item.Text("status", "nominatedNodeName") ?? "<none>", 1), new("Readiness Gates", _ => "<none>", 1),
        ],
        ["deployments.apps"] =
        [
            new("Ready", item => $"{item.Whole("status", "readyReplicas") ?? 0}/{item.Whole("spec", "replicas") ?? 1}"),
            Count("Up-to-date", "status", "updatedReplicas"), Count("Available", "status", "availableReplicas"), AgeColumn, .. Template, Selector,
        ],
        ["replicasets.apps"] =
        [
            Count("Desired", "spec", "replicas"), Count("Current", "status", "replicas"), Count("Ready", "status", "readyReplicas"), AgeColumn, .. Template, Selector,
        ],
        ["daemonsets.apps"] =
        [
            Count("Desired", "status", "desiredNumberScheduled"), Count("Current", "status", "currentNumberScheduled"), Count("Ready", "status", "numberReady"),
            Count("Up-to-date", "status", "updatedNumberScheduled"), Count("Available", "status", "numberAvailable"),
            new("Node Selector", item => Pairs(item.Map("spec", "template", "spec", "nodeSelector"))), AgeColumn, .. Template, Selector,
        ],
        ["statefulsets.apps"] =
            [new("Ready", item => $"{item.Whole("status", "readyReplicas") ?? 0}/{item.Whole("spec", "replicas") ?? 1}"), AgeColumn, .. Template],
        ["jobs.batch"] = [new("Status", JobStatus), new("Completions", JobCompletions), new("Duration", JobDuration), AgeColumn, .. Template, Selector],
        ["cronjobs.batch"] =
        [
            Text("Schedule", "spec", "schedule"), new("Timezone", item => item.Text("spec", "timeZone") ?? "<none>"),
            new("Suspend", item => item.Flag("spec", "suspend") == true ? "True" : "False"),
            new("Active", item => item.Items("status", "active")?.Count ?? 0) { Type = "integer" },
            new("Last Schedule", item => item.Text("status", "lastScheduleTime") is { } time ? Tables.Age(time) : "<none>"), AgeColumn,
        ],
        ["services"] =
        [
            Text("Type", "spec", "type"), new("Cluster-IP", item => item.Text("spec", "clusterIP") ?? "<none>"), new("External-IP", _ => "<none>"),
            new("Port(s)", item => string.Join(',', (item.Items("spec", "ports") ?? []).OfType<JsonObject>().Select(port => $"{port.Whole("port")}/{port.Text("protocol")}"))),
            AgeColumn, Selector,
        ],
        ["configmaps"] = [new("Data", item => (item.Map("data")?.Count ?? 0) + (item.Map("binaryData")?.Count ?? 0)), AgeColumn],
        ["secrets"] = [Text("Type", "type"), new("Data", item => item.Map("data")?.Count ?? 0), AgeColumn],
        ["namespaces"] = [new("Status", item => item.Text("status", "phase") ?? "Active"), AgeColumn],
        ["nodes"] =
        [
            new("Status", NodeStatus), new("Roles", _ => "<none>"), AgeColumn, Text("Version", "status", "nodeInfo", "kubeletVersion"),
            new("Internal-IP", item => (item.Items("status", "addresses") ?? []).OfType<JsonObject>().FirstOrDefault(address => address.Text("type") == "InternalIP")?.Text("address") ?? "<none>", 1),
            new("External-IP", _ => "<none>", 1), new("OS-Image", item => item.Text("status", "nodeInfo", "osImage") ?? "<unknown>", 1),
            new("Kernel-Version", item => item.Text("status", "nodeInfo", "kernelVersion") ?? "<unknown>", 1),
            new("Container-Runtime", item => item.Text("status", "nodeInfo", "containerRuntimeVersion") ?? "<unknown>", 1),
        ],
        ["persistentvolumeclaims"] =
        [
            new("Status", item => item.IsDeleting() ? "Terminating" : item.Text("status", "phase")), Text("Volume", "spec", "volumeName"), Text("Capacity", "status", "capacity", "storage"),
            new("Access Modes", item => AccessModes(item.Items("status", "accessModes"))), Text("StorageClass", "spec", "storageClassName"),
            new("VolumeAttributesClass", _ => "<unset>"), AgeColumn, new("VolumeMode", item => item.Text("spec", "volumeMode") ?? "Filesystem", 1),
        ],
        ["persistentvolumes"] =
        [
            Text("Capacity", "spec", "capacity", "storage"), new("Access Modes", item => AccessModes(item.Items("spec", "accessModes"))),
            Text("Reclaim Policy", "spec", "persistentVolumeReclaimPolicy"), Text("Status", "status", "phase"),
            new("Claim", item => item.Text("spec", "claimRef", "name") is { } claim ? $"{item.Text("spec", "claimRef", "namespace")}/{claim}" : ""),
            Text("StorageClass", "spec", "storageClassName"), AgeColumn,
        ],
        ["events"] =
        [
            new("Last Seen", item => Tables.Age(item.Text("lastTimestamp") ?? item.Text("eventTime") ?? item.Text("metadata", "creationTimestamp"))), Text("Type", "type"),
            Text("Reason", "reason"), new("Object", item => $"{item.Text("involvedObject", "kind")?.ToLowerInvariant()}/{item.Text("involvedObject", "name")}"),
            new("Subobject", item => item.Text("involvedObject", "fieldPath") ?? "", 1), new("Source", item => item.Text("source", "component") ?? "", 1), Text("Message", "message"),
            new("First Seen", item => Tables.Age(item.Text("firstTimestamp") ?? item.Text("eventTime")), 1), new("Count", item => item.Whole("count") ?? 1, 1),
            new("Name", item => item.Name(), 1),
        ],
        ["resourcequotas"] = [new("Request", item => QuotaCell(item, limits: false)), new("Limit", item => QuotaCell(item, limits: true)), AgeColumn],
        ["limitranges"] = [Created],
        ["serviceaccounts"] = [new("Secrets", item => item.Items("secrets")?.Count ?? 0), AgeColumn],
        ["endpoints"] = [new("Endpoints", EndpointCell), AgeColumn],
        ["networkpolicies.networking.k8s.io"] = [new("Pod-Selector", item => Pairs(item.Map("spec", "podSelector", "matchLabels"))), AgeColumn],
        ["ingresses.networking.k8s.io"] =
        [
            new("Class", item => item.Text("spec", "ingressClassName") ?? "<none>"),
            new("Hosts", item => string.Join(',', (item.Items("spec", "rules") ?? []).OfType<JsonObject>().Select(rule => rule.Text("host") ?? "*"))),
            new("Address", _ => ""), new("Ports", item => item.Items("spec", "tls") is { Count: > 0 } ? "80, 443" : "80"), AgeColumn,
        ],
        ["roles.rbac.authorization.k8s.io"] = [Created],
        ["clusterroles.rbac.authorization.k8s.io"] = [Created],
        ["rolebindings.rbac.authorization.k8s.io"] = [new("Role", RoleCell), AgeColumn],
        ["clusterrolebindings.rbac.authorization.k8s.io"] = [new("Role", RoleCell), AgeColumn],
        ["leases.coordination.k8s.io"] = [Text("Holder", "spec", "holderIdentity"), AgeColumn],
        ["priorityclasses.scheduling.k8s.io"] =
            [Count("Value", "value"), new("Global-Default", item => item.Flag("globalDefault") == true), AgeColumn, Text("PreemptionPolicy", "preemptionPolicy")],
        ["storageclasses.storage.k8s.io"] =
        [
            Text("Provisioner", "provisioner"), Text("ReclaimPolicy", "reclaimPolicy"), Text("VolumeBindingMode", "volumeBindingMode"),
            new("AllowVolumeExpansion", item => item.Flag("allowVolumeExpansion") == true), AgeColumn,
        ],
        ["customresourcedefinitions.apiextensions.k8s.io"] = [Created],
        ["poddisruptionbudgets.policy"] =
        [
            new("Min Available", item => item.At("spec", "minAvailable")?.ToString() ?? "N/A"), new("Max Unavailable", item => item.At("spec", "maxUnavailable")?.ToString() ?? "N/A"),
            Count("Allowed Disruptions", "status", "disruptionsAllowed"), AgeColumn,
        ],
        ["horizontalpodautoscalers.autoscaling"] =
        [
            new("Reference", item => $"{item.Text("spec", "scaleTargetRef", "kind")}/{item.Text("spec", "scaleTargetRef", "name")}"), new("Targets", _ => "<unknown>"),
            Count("MinPods", "spec", "minReplicas"), Count("MaxPods", "spec", "maxReplicas"), Count("Replicas", "status", "currentReplicas"), AgeColumn,
        ],
    };

    public static IReadOnlyList<Column>? Of(ResourceType type)
    {
        if (type.Custom || !Kinds.TryGetValue(type.GroupResource, out var columns)) return null;
        return type.Plural == "events" ? columns : [NameColumn, .. columns];
    }

    private static Column Text(string name, params string[] path) => new(name, item => item.Text(path) ?? "");

    private static Column Count(string name, params string[] path) => new(name, item => item.Whole(path) ?? 0) { Type = "integer" };

    private static IEnumerable<JsonObject> Containers(JsonObject item) => (item.Items("spec", "template", "spec", "containers") ?? []).OfType<JsonObject>();

    private static string Pairs(JsonObject? map) => map is { Count: > 0 } ? string.Join(',', map.Select(pair => $"{pair.Key}={pair.Value.AsText()}")) : "<none>";

    private static JsonNode? RoleCell(JsonObject item) => $"{item.Text("roleRef", "kind")}/{item.Text("roleRef", "name")}";

    private static string AccessModes(JsonArray? modes) => string.Join(',', (modes ?? []).Select(mode => mode.AsText() switch
    {
        "ReadWriteOnce" => "RWO",
        "ReadOnlyMany" => "ROX",
        "ReadWriteMany" => "RWX",
        "ReadWriteOncePod" => "RWOP",
        var other => other,
    }));

    private static JsonNode? NodeStatus(JsonObject item)
    {
        var ready = (item.Items("status", "conditions") ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == "Ready")?.Text("status");
        return (ready switch { "True" => "Ready", "False" => "NotReady", _ => "Unknown" }) + (item.Flag("spec", "unschedulable") == true ? ",SchedulingDisabled" : "");
    }

    private static JsonNode? QuotaCell(JsonObject item, bool limits) => string.Join(", ", (item.Map("spec", "hard") ?? [])
        .Where(pair => pair.Key.StartsWith("limits.", StringComparison.Ordinal) == limits)
        .OrderBy(pair => pair.Key, StringComparer.Ordinal)
        .Select(pair => $"{pair.Key}: {item.Text("status", "used", pair.Key) ?? "0"}/{pair.Value.AsText()}"));

    private static JsonNode? EndpointCell(JsonObject item)
    {
        var shown = (item.Items("subsets") ?? []).OfType<JsonObject>().SelectMany(subset =>
            (subset.Items("addresses") ?? []).OfType<JsonObject>().SelectMany(address =>
                (subset.Items("ports") ?? []).OfType<JsonObject>().Select(port => $"{address.Text("ip")}:{port.Whole("port")}"))).ToList();
        return shown.Count == 0 ? "<none>" : string.Join(',', shown);
    }

    private static JsonNode? JobStatus(JsonObject job)
    {
        string? Has(string type) => (job.Items("status", "conditions") ?? []).OfType<JsonObject>()
            .FirstOrDefault(condition => condition.Text("type") == type && condition.Text("status") == "True")?.Text("type");
        return Has("Complete") ?? Has("Failed") ?? (job.IsDeleting() ? "Terminating" : null) ?? Has("Suspended") ?? (Has("FailureTarget") is null ? "Running" : "FailureTarget");
    }

    private static JsonNode? JobCompletions(JsonObject job) => $"{job.Whole("status", "succeeded") ?? 0}/{job.Whole("spec", "completions") ?? 1}";

    private static JsonNode? JobDuration(JsonObject job)
    {
        if (!DateTimeOffset.TryParse(job.Text("status", "startTime"), CultureInfo.InvariantCulture, out var start)) return "";
        var end = DateTimeOffset.TryParse(job.Text("status", "completionTime"), CultureInfo.InvariantCulture, out var completed) ? completed : DateTimeOffset.UtcNow;
        return Tables.Duration(end - start);
    }
}
