using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Controllers;

/// <summary>Services: a virtual address, and the list of ready pods behind it. Nothing listens on the virtual address.</summary>
public sealed class ServiceController(IObjects objects, TimeProvider time, ILogger<ServiceController> log) : ControlLoop(objects, time, log)
{
    public override string Name => "endpoint-controller";

    protected override IEnumerable<Source> Sources =>
    [
        new("services", service => [service.Key()]),
        new("pods", SelectedBy),
    ];

    protected override Task<TimeSpan?> ReconcileAsync(string key, CancellationToken ct)
    {
        string[] path = key.Split('/', 2);
        JsonObject? service = Objects.Find("services", path[0], path[1]);
        if (service is null || service.IsDeleting())
        {
            Objects.Delete("endpoints", path[0], path[1]);
            return Task.FromResult<TimeSpan?>(null);
        }
        Address(service);
        if (service.Map("spec", "selector") is { Count: > 0 }) Publish(service);
        return Task.FromResult<TimeSpan?>(null);
    }

    private IEnumerable<string> SelectedBy(JsonObject pod)
    {
        IReadOnlyDictionary<string, string> labels = LabelMatch.Labels(pod);
        return Objects.List("services", pod.Namespace())
            .Where(service => service.Map("spec", "selector") is { Count: > 0 } && Selects(service, labels))
            .Select(service => service.Key());
    }

    private void Address(JsonObject service)
    {
        JsonObject spec = service.Ensure("spec");
        if (spec.Text("type") == "ExternalName" || spec.Text("clusterIP") is { Length: > 0 }) return;
        HashSet<string?> taken = [.. Objects.List("services").Select(other => other.Text("spec", "clusterIP"))];
        int number = 10;
        while (taken.Contains(Virtual(number))) number++;
        spec["clusterIP"] = Virtual(number);
        spec["clusterIPs"] = new JsonArray(Virtual(number));
        TryWrite(() => Objects.Update(service));
    }

    private void Publish(JsonObject service)
    {
        List<JsonObject> pods = [.. Objects.List("pods", service.Namespace())
            .Where(pod => Selects(service, LabelMatch.Labels(pod)) && pod.Text("status", "podIP") is not null && !PodConditions.IsTerminal(pod) && !pod.IsDeleting())
            .OrderBy(pod => pod.Name(), StringComparer.Ordinal)];
        Store("endpoints", Endpoints.Legacy(service, pods));
        Store("endpointslices.discovery.k8s.io", Endpoints.Slice(service, pods));
    }

    private void Store(string resource, JsonObject wanted)
    {
        JsonObject? present = Objects.Find(resource, wanted.Namespace(), wanted.Name());
        if (present is null)
        {
            TryWrite(() => Objects.Create(wanted));
            return;
        }
        JsonObject next = present.Copy();
        foreach ((string field, JsonNode? value) in wanted)
        {
            if (field != "metadata") next[field] = value?.DeepClone();
        }
        if (!JsonNode.DeepEquals(next, present)) TryWrite(() => Objects.Update(next));
    }

    private static bool Selects(JsonObject service, IReadOnlyDictionary<string, string> labels) =>
        service.Pairs("spec", "selector").All(pair => labels.GetValueOrDefault(pair.Key) == pair.Value);

    private static string Virtual(int number) => FormattableString.Invariant($"10.96.{number / 250}.{(number % 250) + 1}");
}
