using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>Keeps the status of ResourceQuotas: what is allowed and what is used.</summary>
internal sealed class QuotaStatus(ObjectRegistry registry, QuotaUsage usage, IObjects objects) : IController
{
    // What some quota has counted: an object of another resource changes no status.
    private readonly HashSet<string> _counted = new(StringComparer.Ordinal) { "resourcequotas" };

    // What this loop writes itself brings nothing new. It is told of it by the thread that writes.
    private Thread? _writing;

    public string Name => "resourcequota";

    public async Task RunAsync(CancellationToken ct)
    {
        var namespaces = Channel.CreateUnbounded<string>();
        HashSet<string> waiting = new(StringComparer.Ordinal);
        void Note(ResourceType type, StoredObject stored, bool gone)
        {
            if (stored.Namespace.Length == 0 || Thread.CurrentThread == _writing) return;
            lock (waiting)
            {
                if (!_counted.Contains(type.GroupResource) || !waiting.Add(stored.Namespace)) return;
            }
            namespaces.Writer.TryWrite(stored.Namespace);
        }

        void Look(JsonObject quota)
        {
            // Before they are counted: what is written from now on brings us here again.
            lock (waiting) _counted.UnionWith(QuotaUsage.Counts(quota));
            Update(quota);
        }

        registry.Listen(Note);
        try
        {
            foreach (var quota in objects.List("resourcequotas")) Look(quota);
            await foreach (var ns in namespaces.Reader.ReadAllAsync(ct))
            {
                lock (waiting) waiting.Remove(ns);
                foreach (var quota in usage.Quotas(ns).ToList()) Look(quota);
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
        var next = quota.Copy();
        next["status"] = status;
        try
        {
            _writing = Thread.CurrentThread;
            objects.UpdateStatus(next);
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            // Written meanwhile: that write brings us here again.
        }
        finally
        {
            _writing = null;
        }
    }
}
