using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using static Portal.LocalCluster.Rules.KindRules;

namespace Portal.LocalCluster.Rules;

/// <summary>What a pod has when nothing is said.</summary>
internal static class PodDefaults
{
    private const int ReadableByAll = 420; // 0644
    private const int TokenSeconds = 3600;

    public static void Pod(JsonObject pod, JsonObject? old)
    {
        if (pod.Map("spec") is not { } spec) return;
        Spec(spec);
        Usual(spec, "enableServiceLinks", true);
        if (old is not null) return;
        pod["status"] = new JsonObject { ["phase"] = "Pending", ["qosClass"] = QosClass(spec) };
    }

    public static void Spec(JsonObject spec)
    {
        Usual(spec, "restartPolicy", "Always");
        Usual(spec, "terminationGracePeriodSeconds", 30);
        Usual(spec, "dnsPolicy", "ClusterFirst");
        Usual(spec, "securityContext", new JsonObject());
        Usual(spec, "schedulerName", "default-scheduler");
        if (spec.Text("serviceAccountName") is { } account) Usual(spec, "serviceAccount", account);
        foreach (var container in Containers(spec)) Container(container);
        foreach (var volume in (spec.Items("volumes") ?? []).OfType<JsonObject>()) Volume(volume);
    }

    public static IEnumerable<JsonObject> Containers(JsonObject spec) =>
        (spec.Items("initContainers") ?? []).Concat(spec.Items("containers") ?? []).OfType<JsonObject>();

    /// <summary>Guaranteed, Burstable or BestEffort, by requests and limits of cpu and memory.</summary>
    public static string QosClass(JsonObject spec)
    {
        var (any, guaranteed) = (false, true);
        foreach (var container in Containers(spec))
        {
            foreach (var resource in (ReadOnlySpan<string>)["cpu", "memory"])
            {
                var (request, limit) = (container.Text("resources", "requests", resource), container.Text("resources", "limits", resource));
                any |= request is not null || limit is not null;
                guaranteed &= limit is not null && Quantity.TryParse(limit, out var most) && Quantity.TryParse(request ?? limit, out var least) && most == least;
            }
        }
        return !any ? "BestEffort" : guaranteed ? "Guaranteed" : "Burstable";
    }

    private static void Container(JsonObject container)
    {
        Usual(container, "resources", new JsonObject());
        Usual(container, "terminationMessagePath", "/dev/termination-log");
        Usual(container, "terminationMessagePolicy", "File");
        var image = container.Text("image") ?? "";
        var tag = image[(image.LastIndexOf('/') + 1)..];
        Usual(container, "imagePullPolicy", tag.EndsWith(":latest", StringComparison.Ordinal) || !tag.Contains(':', StringComparison.Ordinal) ? "Always" : "IfNotPresent");
        if (container.Map("resources", "limits") is { } limits)
        {
            foreach (var (resource, limit) in limits.ToList())
            {
                var requests = container.Ensure("resources", "requests");
                if (!requests.ContainsKey(resource)) requests[resource] = limit?.DeepClone();
            }
        }
        foreach (var variable in (container.Items("env") ?? []).OfType<JsonObject>())
        {
            if (variable.Map("valueFrom", "fieldRef") is { } field) Usual(field, "apiVersion", "v1");
        }
        foreach (var hook in (ReadOnlySpan<string>)["postStart", "preStop"])
        {
            if (container.Map("lifecycle", hook, "httpGet") is { } get) Get(get);
        }
        foreach (var probe in (ReadOnlySpan<string>)["livenessProbe", "readinessProbe", "startupProbe"])
        {
            if (container.Map(probe) is { } wanted) Probe(wanted);
        }
    }

    private static void Probe(JsonObject probe)
    {
        Usual(probe, "timeoutSeconds", 1);
        Usual(probe, "periodSeconds", 10);
        Usual(probe, "successThreshold", 1);
        Usual(probe, "failureThreshold", 3);
        if (probe.Map("httpGet") is { } get) Get(get);
    }

    private static void Get(JsonObject get)
    {
        Usual(get, "path", "/");
        Usual(get, "scheme", "HTTP");
    }

    private static void Volume(JsonObject volume)
    {
        foreach (var source in (ReadOnlySpan<string>)["secret", "configMap", "projected", "downwardAPI"])
        {
            if (volume.Map(source) is { } files) Usual(files, "defaultMode", ReadableByAll);
        }
        foreach (var source in (volume.Items("projected", "sources") ?? []).OfType<JsonObject>())
        {
            if (source.Map("serviceAccountToken") is { } token) Usual(token, "expirationSeconds", TokenSeconds);
            Fields(source.Items("downwardAPI", "items"));
        }
        Fields(volume.Items("downwardAPI", "items"));
        if (volume.Map("hostPath") is { } path) Usual(path, "type", "");
        if (volume.Count == 1) volume["emptyDir"] = new JsonObject();
    }

    private static void Fields(JsonArray? items)
    {
        foreach (var item in (items ?? []).OfType<JsonObject>())
        {
            if (item.Map("fieldRef") is { } field) Usual(field, "apiVersion", "v1");
        }
    }
}
