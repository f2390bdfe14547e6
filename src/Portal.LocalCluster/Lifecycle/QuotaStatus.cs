using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>Keeps the status of ResourceQuotas: what is allowed and what is used.</summary>
internal sealed class QuotaStatus(ObjectRegistry registry, QuotaUsage usage, IObjects objects) : IController
{
    public string Name => "resourcequota";

    public async Task RunAsync(CancellationToken ct)
    {
        var namespaces = Channel.CreateUnbounded<string>();
        HashSet<string> waiting = new(StringComparer.Ordinal);
        void Note(ResourceType type, StoredObject stored, bool gone)
        {
            if (stored.Namespace.Length == 0 || type.GroupResource is "events" or "leases.coordination.k8s.io") return;
            lock (waiting)
            {
                if (!waiting.Add(stored.Namespace)) return;
            }
            namespaces.Writer.TryWrite(stored.Namespace);
        }

        registry.Listen(Note);
        try
        {
            foreach (var quota in objects.List("resourcequotas")) Update(quota);
            await foreach (var ns in namespaces.Reader.ReadAllAsync(ct))
            {
                lock (waiting) waiting.Remove(ns);
                foreach (var quota in usage.Quotas(ns).ToList()) Update(quota);
            }
        }
        finally
        {
            registry.StopListening(Note);
        }
    }

    private void Update(JsonObject quota)
    {
        if (quota.IsDeleting()) return;
        var used = usage.Used(quota, quota.Namespace() ?? "");
        var status = new JsonObject
        {
            ["hard"] = quota.Map("spec", "hard")?.DeepClone() ?? new JsonObject(),
            ["used"] = new JsonObject(used.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value.ToString()))),
        };
        if (JsonNode.DeepEquals(quota["status"], status)) return;
        quota["status"] = status;
        try
        {
            objects.UpdateStatus(quota);
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            // Written meanwhile: that write brings us here again.
        }
    }
}
