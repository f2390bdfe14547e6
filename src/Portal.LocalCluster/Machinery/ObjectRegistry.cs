using System.Text.Json.Nodes;
using Portal.LocalCluster.Ownership;
using Portal.LocalCluster.Rules;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Machinery;

/// <summary>
/// Creates, changes and deletes objects: metadata, schema, defaults, admission, validation, field ownership, write. Both
/// doors, HTTP and in-process, lead here.
/// </summary>
internal sealed class ObjectRegistry(ObjectStore store, ResourceCatalog catalog, IEnumerable<IAdmission> admissions, TimeProvider clock)
{
    private readonly IReadOnlyList<IAdmission> _admissions = [.. admissions];

    private Action<ResourceType, StoredObject, bool>? _listeners;

    public ObjectStore Store => store;

    public ResourceCatalog Catalog => catalog;

    /// <summary>Calls a listener under the gate after every write: the type, what was written, and whether it was a removal.</summary>
    public void Listen(Action<ResourceType, StoredObject, bool> listener)
    {
        lock (store.Gate) _listeners += listener;
    }

    public void StopListening(Action<ResourceType, StoredObject, bool> listener)
    {
        lock (store.Gate) _listeners -= listener;
    }

    public StoredObject Get(ResourceType type, string? ns, string name) =>
        store.Find(type, ns, name) ?? throw Refusals.NotFound(type, name);

    public StoredObject Create(ResourceType type, string? ns, JsonObject sent, WriteOptions options)
    {
        var tree = ObjectText.Normalize(sent);
        ObjectMetadata.ForCreate(type, ns, tree, clock.GetUtcNow());
        SchemaCheck.Decode(type, tree, options);
        if (type.HasStatus) tree.Remove("status");
        ObjectMetadata.Order(type, tree);
        KindRules.Default(type, tree, old: null);
        if (type.HasGeneration || type.Custom) tree.Ensure("metadata")["generation"] = 1;
        lock (store.Gate)
        {
            var request = new AdmissionRequest(type, tree, Old: null, options);
            foreach (var admission in _admissions) admission.Fill(request);
            Validate(type, tree, old: null);
            if (store.Find(type, ns, tree.Name()) is { } present) throw Refusals.AlreadyExists(type, tree.Name(), present.Deleting);
            foreach (var admission in _admissions) admission.Check(request);
            if (!options.Apply) FieldManagers.Track(type, old: null, tree, options, clock.GetUtcNow());
            return options.DryRun ? DryRun(type, tree) : Put(type, tree);
        }
    }

    /// <summary>
    /// Changes an object. <paramref name="change"/> is given a copy of what is stored and answers what shall be; it runs
    /// under the gate, so what it saw is what is replaced.
    /// </summary>
    public StoredObject Change(ResourceType type, string? ns, string name, WriteOptions options, Func<JsonObject, JsonObject> change)
    {
        lock (store.Gate)
        {
            var present = Get(type, ns, name);
            var old = present.Read();
            var tree = change(present.Read());
            ObjectMetadata.CheckSame(type, present, old, tree);
            SchemaCheck.Decode(type, tree, options);
            tree = options.Subresource.Length > 0 ? WithSubresource(old, tree, options) : WithStatusOf(type, old, tree);
            ObjectMetadata.ForChange(old, tree);
            ObjectMetadata.Order(type, tree);
            KindRules.Default(type, tree, old);
            // Where a pod goes is no change of what it shall be.
            var binds = options.Subresource == "binding";
            if ((type.HasGeneration || type.Custom) && !binds && !SameButMetadata(type, old, tree))
                tree.Ensure("metadata")["generation"] = (old.Whole("metadata", "generation") ?? 0) + 1;
            var request = new AdmissionRequest(type, tree, old, options);
            foreach (var admission in _admissions) admission.Fill(request);
            Validate(type, tree, old);
            foreach (var admission in _admissions) admission.Check(request);
            if (!options.Apply && !binds) FieldManagers.Track(type, old, tree, options, clock.GetUtcNow());
            if (ObjectMetadata.Same(old, tree)) return present;
            if (options.DryRun) return StoredObject.From(tree, type, present.Version);
            if (Deletion.IsDone(type, tree)) return StoredObject.From(Remove(type, present, tree).Read(), type, present.Version);
            return Put(type, tree);
        }
    }

    /// <summary>What was deleted, and whether it is gone; a refused precondition is a 409.</summary>
    public (StoredObject Object, bool Gone) Delete(ResourceType type, string? ns, string name, DeleteOptions options)
    {
        lock (store.Gate)
        {
            var present = Get(type, ns, name);
            Deletion.CheckPreconditions(type, present, options);
            var tree = present.Read();
            var request = new AdmissionRequest(type, tree, present.Read(), new WriteOptions("", options.DryRun) { Caller = options.Caller });
            foreach (var admission in _admissions) admission.CheckRemoval(request);
            var changed = Deletion.Mark(type, tree, options, clock.GetUtcNow());
            if (options.DryRun) return (present, Deletion.IsDone(type, tree));
            if (Deletion.IsDone(type, tree))
            {
                // What goes at once was never being deleted: its last state says nothing of it. Pods had their grace, if of zero seconds.
                var last = present.Deleting || type.GroupResource == "pods" ? tree : present.Read();
                return (Remove(type, present, last), true);
            }
            return (changed ? Put(type, tree) : present, false);
        }
    }

    private StoredObject Put(ResourceType type, JsonObject tree)
    {
        var stored = store.Put(catalog.Stored(type.StoredAs) ?? type, tree);
        _listeners?.Invoke(type, stored, false);
        return stored;
    }

    private StoredObject Remove(ResourceType type, StoredObject present, JsonObject last)
    {
        if (type.IsOtherFace) type = catalog.Stored(type.StoredAs)!;
        var removed = store.Remove(type, present, last);
        _listeners?.Invoke(type, removed, true);
        return removed;
    }

    private static void Validate(ResourceType type, JsonObject tree, JsonObject? old)
    {
        var causes = new Causes();
        ObjectMetadata.Validate(type, tree, old, causes);
        SchemaCheck.Validate(type, tree, old, causes);
        KindRules.Validate(type, tree, old, causes);
        if (causes.Any) throw Refusals.Invalid(type, tree.Name(), causes);
    }

    private static JsonObject WithStatusOf(ResourceType type, JsonObject old, JsonObject tree)
    {
        if (!type.HasStatus) return tree;
        // What holds a namespace is let go by its own subresource alone.
        if (type.GroupResource == "namespaces" && old["spec"] is { } held) tree["spec"] = held.DeepClone();
        if (old["status"] is { } status) tree["status"] = status.DeepClone();
        else tree.Remove("status");
        return tree;
    }

    private static JsonObject WithSubresource(JsonObject old, JsonObject tree, WriteOptions options)
    {
        if (options.Subresource == "binding") return tree; // it touches node, annotations and a condition in one write
        var changed = (JsonObject)old.DeepClone();
        // The account of who owns which field is written by apply; whoever may write a subresource may not send another one.
        if (options.Apply && tree.At("metadata", "managedFields") is { } managed) changed.Ensure("metadata")["managedFields"] = managed.DeepClone();
        if (options.Subresource == "status")
        {
            if (tree["status"] is { } status) changed["status"] = status.DeepClone();
            else changed.Remove("status");
            return changed;
        }
        changed["spec"] = tree["spec"]?.DeepClone();
        return changed;
    }

    private static bool SameButMetadata(ResourceType type, JsonObject old, JsonObject tree) =>
        old.Select(field => field.Key).Union(tree.Select(field => field.Key), StringComparer.Ordinal)
            .Where(key => key != "metadata" && !(key == "status" && type.HasStatus))
            .All(key => JsonNode.DeepEquals(old[key], tree[key]));

    private static StoredObject DryRun(ResourceType type, JsonObject tree)
    {
        var shown = StoredObject.From(tree, type, 0);
        var copy = shown.Read();
        copy.Ensure("metadata").Remove("resourceVersion");
        return StoredObject.Load(ObjectText.Write(copy), type, 0);
    }
}
