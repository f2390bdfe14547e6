using System.Collections.Concurrent;
using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Writes events about objects; what is said again is counted instead of written anew.</summary>
internal sealed class EventRecorder(ObjectRegistry registry, TimeProvider clock)
{
    private const int Remembered = 4096;

    private static readonly WriteOptions Options = new("local-cluster", Validation: FieldValidation.Ignore);

    private readonly ConcurrentDictionary<(string Uid, string Type, string Reason, string Message, string Component), string> _said = new();

    public void Record(JsonObject about, string type, string reason, string message, string component)
    {
        var ns = about.Namespace() ?? "default";
        var key = (about.Uid(), type, reason, message, component);
        var events = registry.Catalog.Stored("events")!;
        try
        {
            if (_said.TryGetValue(key, out var name) && registry.Store.Find(events, ns, name) is not null)
            {
                registry.Change(events, ns, name, Options, CountUp);
                return;
            }
            if (_said.Count > Remembered) _said.Clear();
            _said[key] = registry.Create(events, ns, Event(about, ns, type, reason, message, component), Options).Name;
        }
        catch (ApiException refusal) when (refusal.Code is 403 or 404)
        {
            // The namespace is going or gone, and what was to be said of its objects with it.
        }
    }

    private JsonObject CountUp(JsonObject said)
    {
        said["count"] = (said.Whole("count") ?? 1) + 1;
        said["lastTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow());
        return said;
    }

    private JsonObject Event(JsonObject about, string ns, string type, string reason, string message, string component)
    {
        var now = ObjectMetadata.Time(clock.GetUtcNow());
        var involved = new JsonObject { ["kind"] = about.Kind() };
        if (about.Namespace() is { } home) involved["namespace"] = home;
        involved["name"] = about.Name();
        involved["uid"] = about.Uid();
        involved["apiVersion"] = about.Text("apiVersion");
        if (about.Text("metadata", "resourceVersion") is { } version) involved["resourceVersion"] = version;
        return new JsonObject
        {
            ["kind"] = "Event",
            ["apiVersion"] = "v1",
            ["metadata"] = new JsonObject { ["name"] = $"{Shortened(about.Name())}.{Guid.NewGuid():N}"[..Math.Min(Shortened(about.Name()).Length + 17, 253)], ["namespace"] = ns },
            ["involvedObject"] = involved,
            ["reason"] = reason,
            ["message"] = message,
            ["source"] = new JsonObject { ["component"] = component },
            ["firstTimestamp"] = now,
            ["lastTimestamp"] = now,
            ["count"] = 1,
            ["type"] = type,
            ["eventTime"] = null,
            ["reportingComponent"] = component,
            ["reportingInstance"] = "",
        };
    }

    private static string Shortened(string name) => name.Length > 200 ? name[..200] : name;
}
