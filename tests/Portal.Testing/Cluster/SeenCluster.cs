using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Testing.Cluster;

/// <summary>What watches would have seen, put there by a test. As they do, it makes each reader an object of its own.</summary>
public sealed class SeenCluster : IClusterCache, IClusters
{
    private readonly List<(ResourceType Type, JsonObject Item)> _items = [];

    /// <summary>Id of its registration.</summary>
    public Guid Id { get; } = Guid.NewGuid();

    /// <summary>The door to it.</summary>
    public IClusterClient Client { get; init; } = new UnreachableCluster();

    /// <inheritdoc/>
    public IReadOnlyList<ConnectedCluster> All => [Get(Id)];

    /// <inheritdoc/>
    public ClusterCapabilities? Capabilities { get; set; }

    /// <inheritdoc/>
    public TimeSpan? Silence { get; set; }

    /// <inheritdoc/>
    public TimeSpan? SinceRefusal { get; set; }

    /// <inheritdoc/>
    public ConnectedCluster Get(Guid? id) => id == Id ? new ConnectedCluster(Id, "seen", Client, this) : ConnectedCluster.Absent(id);

    /// <summary>Adds an object, given as JSON or built.</summary>
    public SeenCluster With(ResourceType type, JsonObject item)
    {
        lock (_items)
        {
            _items.RemoveAll(i => i.Type == type && KeyOf(i.Item) == KeyOf(item));
            _items.Add((type, item));
        }
        return this;
    }

    /// <summary>The object that readers get copies of, for a test to change.</summary>
    public JsonObject Original(ResourceType type, string name)
    {
        lock (_items)
            return _items.Single(i => i.Type == type && i.Item.Name() == name).Item;
    }

    /// <summary>Takes an object away.</summary>
    public void Remove(ResourceType type, string name)
    {
        lock (_items)
            _items.RemoveAll(i => i.Type == type && i.Item.Name() == name);
    }

    /// <summary>A ready node with one extended resource; simulated as those of the embedded cluster.</summary>
    public SeenCluster WithNode(
        string name, string resource, int units, (string Key, string Value)? label = null, string? taint = null, bool ready = true,
        bool simulated = false)
    {
        var labels = new JsonObject { ["kubernetes.io/hostname"] = name };
        if (label is var (key, value))
            labels[key] = value;
        if (simulated)
            labels["portal.local/simulated-accelerators"] = "true";
        var spec = new JsonObject();
        if (taint is not null)
            spec["taints"] = new JsonArray(new JsonObject { ["key"] = taint, ["value"] = "true", ["effect"] = "NoSchedule" });
        return With(Kinds.Node, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = labels },
            ["spec"] = spec,
            ["status"] = new JsonObject
            {
                ["allocatable"] = new JsonObject { ["cpu"] = "8", [resource] = $"{units}" },
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = ready ? "True" : "Unknown" }),
            },
        });
    }

    /// <summary>A pod on a node that holds units.</summary>
    public SeenCluster WithPod(string ns, string name, string node, string resource, int units, string phase = "Running") =>
        With(Kinds.Pod, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["spec"] = new JsonObject { ["nodeName"] = node, ["containers"] = new JsonArray(Container(resource, units)) },
            ["status"] = new JsonObject { ["phase"] = phase },
        });

    /// <summary>A queued workload.</summary>
    public SeenCluster WithWaiting(string ns, string name, string resource, int units, int count = 1) =>
        With(Kinds.Workload, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns },
            ["spec"] = new JsonObject
            {
                ["podSets"] = new JsonArray(new JsonObject
                {
                    ["count"] = count,
                    ["template"] = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(Container(resource, units)) } },
                }),
            },
            ["status"] = new JsonObject(),
        });

    /// <inheritdoc/>
    public JsonObject? Find(ObjectKey key) =>
        List(key.Type, key.Namespace).FirstOrDefault(i => i.Name() == key.Name);

    /// <inheritdoc/>
    public IReadOnlyList<JsonObject> List(ResourceType type, string? ns = null, (string Key, string Value)? label = null)
    {
        lock (_items)
        {
            return
            [
                .. _items.Where(i => i.Type == type).Select(i => i.Item)
                    .Where(i => ns is null || i.Text("metadata", "namespace") == ns)
                    .Where(i => label is not var (key, value) || i.Text("metadata", "labels", key) == value)
                    .Select(i => i.DeepClone().AsObject()),
            ];
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<PodHolding> Holdings() => [.. List(Kinds.Pod).Select(PodHolding.Of).OfType<PodHolding>()];

    /// <inheritdoc/>
    public TimeSpan? Age(ResourceType type) => TimeSpan.Zero;

    private static (string?, string) KeyOf(JsonObject item) => (item.Text("metadata", "namespace"), item.Name());

    private static JsonObject Container(string resource, int units) => new()
    {
        ["name"] = "main",
        ["resources"] = new JsonObject { ["requests"] = new JsonObject { [resource] = $"{units}" } },
    };
}
