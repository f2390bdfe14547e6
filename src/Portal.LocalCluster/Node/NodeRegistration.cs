using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Makes the nodes the configuration names, keeps them Ready, and removes those it no longer names.</summary>
public sealed class NodeRegistration(IObjects objects, LocalClusterOptions options, TimeProvider time, ILogger<NodeRegistration> log)
    : ControlLoop(objects, time, log)
{
    /// <summary>Label and annotation on a node whose accelerators are counted but do not exist.</summary>
    public const string SimulatedAccelerators = "portal.local/simulated-accelerators";

    /// <summary>Label by which clients know that this is the embedded cluster: one machine, for trials.</summary>
    public const string Embedded = "portal.local/embedded";

    private const string Managed = "portal.local/node";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromMinutes(5);

    public override string Name => "node-registration";

    protected override IEnumerable<Source> Sources =>
    [
        new("nodes", node => [node.Name()]),
    ];

    protected override void Started()
    {
        foreach (LocalNode node in options.Nodes) Enqueue(node.Name);
    }

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        JsonObject? present = Objects.Find("nodes", null, key);
        LocalNode? wanted = options.Nodes.FirstOrDefault(node => node.Name == key);
        if (wanted is null)
        {
            if (present?.Label(Managed) == "true") Remove(key);
            return Task.FromResult<TimeSpan?>(null);
        }
        JsonObject node = present ?? Objects.Create(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = key } });
        JsonObject spec = Shape(node.Copy(), wanted);
        if (!JsonNode.DeepEquals(spec, node)) node = Objects.Update(spec);
        DateTimeOffset now = Time.GetUtcNow();
        DateTimeOffset? seen = Conditions.Find(node, "Ready")?.Time("lastHeartbeatTime");
        JsonObject reported = Report(node.Copy(), wanted, now);
        bool due = seen is null || now - seen >= Heartbeat;
        if (due || !JsonNode.DeepEquals(reported["status"]!["capacity"], node.Map("status", "capacity"))) TryWrite(() => Objects.UpdateStatus(reported));
        return Task.FromResult<TimeSpan?>(due ? Heartbeat : seen!.Value + Heartbeat - now);
    }

    private static JsonObject Shape(JsonObject node, LocalNode wanted)
    {
        JsonObject labels = node.Ensure("metadata", "labels");
        labels["kubernetes.io/hostname"] = wanted.Name;
        labels["kubernetes.io/os"] = "linux";
        labels["kubernetes.io/arch"] = Architecture;
        labels[Managed] = "true";
        labels[Embedded] = "true";
        if (wanted.Resources.Count > 0)
        {
            labels[SimulatedAccelerators] = "true";
            node.Ensure("metadata", "annotations")[SimulatedAccelerators] = "true";
        }
        foreach ((string key, string value) in wanted.Labels) labels[key] = value;
        JsonArray taints = [.. wanted.Taints.Select(TaintOf)];
        if (taints.Count > 0) node.Ensure("spec")["taints"] = taints;
        else node.Ensure("spec").Remove("taints");
        return node;
    }

    private static JsonObject Report(JsonObject node, LocalNode wanted, DateTimeOffset now)
    {
        JsonObject capacity = new() { ["cpu"] = wanted.Cpu, ["memory"] = wanted.Memory, ["pods"] = FormattableString.Invariant($"{wanted.Pods}") };
        foreach ((string resource, string amount) in wanted.Resources) capacity[resource] = amount;
        JsonObject status = node.Ensure("status");
        status["capacity"] = capacity;
        status["allocatable"] = capacity.Copy();
        status["addresses"] = new JsonArray(
            new JsonObject { ["type"] = "InternalIP", ["address"] = "127.0.0.1" },
            new JsonObject { ["type"] = "Hostname", ["address"] = wanted.Name });
        status["nodeInfo"] = new JsonObject
        {
            ["architecture"] = Architecture,
            ["operatingSystem"] = "linux",
            ["osImage"] = RuntimeInformation.OSDescription,
            ["kernelVersion"] = Environment.OSVersion.Version.ToString(),
            ["containerRuntimeVersion"] = "local-process://1",
            ["kubeletVersion"] = "v1.36.2-local",
            ["kubeProxyVersion"] = "",
            ["machineID"] = "",
            ["systemUUID"] = "",
            ["bootID"] = "",
        };
        Conditions.Set(node, "MemoryPressure", false, "KubeletHasSufficientMemory", "kubelet has sufficient memory available", now);
        Conditions.Set(node, "DiskPressure", false, "KubeletHasNoDiskPressure", "kubelet has no disk pressure", now);
        Conditions.Set(node, "PIDPressure", false, "KubeletHasSufficientPID", "kubelet has sufficient PID available", now);
        Conditions.Set(node, "Ready", true, "KubeletReady", "kubelet is posting ready status", now);
        foreach (JsonObject condition in node.Each("status", "conditions")) condition["lastHeartbeatTime"] = now.Stamp();
        return node;
    }

    /// <summary>A node that is gone takes its pods along, as the pod garbage collector would.</summary>
    private void Remove(string name)
    {
        Objects.Delete("nodes", null, name);
        foreach (JsonObject pod in Objects.List("pods").Where(pod => pod.Text("spec", "nodeName") == name))
            Objects.Delete("pods", pod.Namespace(), pod.Name(), 0);
    }

    private static JsonObject TaintOf(string text)
    {
        int colon = text.LastIndexOf(':');
        string[] pair = (colon < 0 ? text : text[..colon]).Split('=', 2);
        JsonObject taint = new() { ["key"] = pair[0], ["effect"] = colon < 0 ? "NoSchedule" : text[(colon + 1)..] };
        if (pair.Length == 2) taint["value"] = pair[1];
        return taint;
    }

    private static string Architecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        _ => "amd64",
    };
}
