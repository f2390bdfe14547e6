using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>The in-process door; see <see cref="IObjects"/>.</summary>
internal sealed class Objects(ObjectRegistry registry, EventRecorder events) : IObjects
{
    private static readonly WriteOptions AsController = new("local-cluster", Validation: FieldValidation.Ignore);

    // Definitions go and come by hand: nobody is told of one that comes back, and nobody minds a moment.
    private static readonly TimeSpan DefinitionPause = TimeSpan.FromMilliseconds(200);

    public JsonObject? Find(string resource, string? ns, string name)
    {
        var type = Type(resource);
        return registry.Store.Find(type, type.Namespaced ? ns : null, name)?.Read();
    }

    public IReadOnlyList<JsonObject> List(string resource, string? ns = null, string? labelSelector = null)
    {
        var type = Type(resource);
        var selector = LabelSelector.Parse(labelSelector);
        return [.. registry.Store.Shelf(type).Objects(type.Namespaced ? ns : null).Where(stored => selector.Matches(stored.Labels)).Select(stored => stored.Read())];
    }

    public ObjectMirror<T> Mirror<T>(string resource, Func<JsonObject, T> read) => new(() => registry.Store.Shelf(Type(resource)).Objects(ns: null), read);

    public JsonObject Create(JsonObject body)
    {
        var type = TypeOf(body);
        return registry.Create(type, type.Namespaced ? body.Namespace() : null, body, AsController).Read();
    }

    public JsonObject Update(JsonObject body) => Change(body, AsController);

    public JsonObject UpdateStatus(JsonObject body) => Change(body, AsController with { Subresource = "status" });

    public bool Delete(string resource, string? ns, string name, long? gracePeriodSeconds = null)
    {
        var type = Type(resource);
        try
        {
            registry.Delete(type, type.Namespaced ? ns : null, name, new DeleteOptions(gracePeriodSeconds));
            return true;
        }
        catch (ApiException refusal) when (refusal.Code == 404)
        {
            return false;
        }
    }

    public async IAsyncEnumerable<ObjectEvent> Watch(string resource, [EnumeratorCancellation] CancellationToken ct)
    {
        while (true)
        {
            await foreach (var change in WatchShelf(Type(resource), ct)) yield return change;
            while (registry.Catalog.Stored(resource) is null) await Task.Delay(DefinitionPause, ct);
        }
    }

    /// <summary>Ends when the resource is served no longer.</summary>
    private async IAsyncEnumerable<ObjectEvent> WatchShelf(ResourceType type, [EnumeratorCancellation] CancellationToken ct)
    {
        Shelf shelf;
        var feed = new ChangeFeed(limit: null);
        List<StoredObject> present;
        lock (registry.Store.Gate)
        {
            shelf = registry.Store.Shelf(type);
            present = [.. shelf.Objects(ns: null)];
            shelf.Attach(feed);
        }
        try
        {
            foreach (var stored in present) yield return new ObjectEvent("ADDED", stored.Read());
            present.Clear();
            await foreach (var change in feed.Changes.ReadAllAsync(ct))
            {
                yield return change switch
                {
                    { After: null } => new ObjectEvent("DELETED", change.Removed!.Read()),
                    { Before: null } => new ObjectEvent("ADDED", change.After.Read()),
                    _ => new ObjectEvent("MODIFIED", change.After.Read()),
                };
            }
        }
        finally
        {
            lock (registry.Store.Gate) shelf.Detach(feed);
        }
    }

    public void Record(JsonObject about, string type, string reason, string message, string component) =>
        events.Record(about, type, reason, message, component);

    private JsonObject Change(JsonObject body, WriteOptions options)
    {
        var type = TypeOf(body);
        var tree = ObjectText.Normalize(body);
        return registry.Change(type, type.Namespaced ? body.Namespace() : null, body.Name(), options, _ => tree).Read();
    }

    private ResourceType Type(string resource) => registry.Catalog.Stored(resource) ?? throw Refusals.NoResource();

    private ResourceType TypeOf(JsonObject body) =>
        registry.Catalog.OfKind(body.Text("apiVersion") ?? "", body.Kind()) ?? throw Refusals.NoResource();
}
