using System.Text.Json.Nodes;
using System.Threading.Channels;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>
/// Deletes what its owners leave behind. Foreground: the owner waits for its dependents. Orphan: they are cut loose
/// first. Background: they follow when the owner is gone.
/// </summary>
internal sealed class GarbageCollector(ObjectRegistry registry) : IController
{
    private static readonly WriteOptions Options = new("garbage-collector", Validation: FieldValidation.Ignore);

    public string Name => "garbage-collector";

    public async Task RunAsync(CancellationToken ct)
    {
        var work = Channel.CreateUnbounded<(ResourceType Type, StoredObject Object, bool Gone)>();
        void Note(ResourceType type, StoredObject stored, bool gone)
        {
            if (gone || stored.Deleting) work.Writer.TryWrite((type, stored, gone));
        }

        registry.Listen(Note);
        try
        {
            CatchUp();
            await foreach (var (type, stored, gone) in work.Reader.ReadAllAsync(ct))
            {
                if (gone) Collect(stored);
                else Finalize(type, stored);
            }
        }
        finally
        {
            registry.StopListening(Note);
        }
    }

    /// <summary>What a stop of the cluster interrupted.</summary>
    private void CatchUp()
    {
        foreach (var (resource, stored) in registry.Store.All().ToList())
        {
            if (registry.Catalog.Stored(resource) is not { } type) continue;
            if (stored.Deleting) Finalize(type, stored);
            else if (stored.Owners.Count > 0 && OwnersOf(stored).All(owner => owner is null)) Delete(type, stored);
        }
    }

    private void Collect(StoredObject gone)
    {
        foreach (var key in registry.Store.Dependents(gone.Uid))
        {
            if (registry.Catalog.Stored(key.Resource) is not { } type || registry.Store.Find(type, key.Namespace, key.Name) is not { } dependent) continue;
            if (OwnersOf(dependent).All(owner => owner is null)) Delete(type, dependent);
        }
        foreach (var (type, owner) in OwnersOf(gone).OfType<(ResourceType, StoredObject)>())
        {
            if (owner.Deleting) Finalize(type, owner);
        }
    }

    private void Finalize(ResourceType type, StoredObject stored)
    {
        var finalizers = (registry.Store.Find(type, stored.Namespace, stored.Name)?.Read().Items("metadata", "finalizers") ?? []).Select(item => item.AsText()).ToList();
        if (finalizers.Contains(Deletion.Orphan))
        {
            foreach (var key in registry.Store.Dependents(stored.Uid)) CutLoose(key, stored.Uid);
            DropFinalizer(type, stored, Deletion.Orphan);
        }
        else if (finalizers.Contains(Deletion.Foreground))
        {
            var dependents = registry.Store.Dependents(stored.Uid);
            foreach (var key in dependents)
            {
                if (registry.Catalog.Stored(key.Resource) is { } kind && registry.Store.Find(kind, key.Namespace, key.Name) is { Deleting: false } dependent)
                    Delete(kind, dependent, "Foreground");
            }
            if (registry.Store.Dependents(stored.Uid).Count == 0) DropFinalizer(type, stored, Deletion.Foreground);
        }
    }

    /// <summary>An owner for each reference; null for one that is gone.</summary>
    private IEnumerable<(ResourceType, StoredObject)?> OwnersOf(StoredObject stored)
    {
        foreach (var reference in (stored.Read().Items("metadata", "ownerReferences") ?? []).OfType<JsonObject>())
        {
            var type = registry.Catalog.OfKind(reference.Text("apiVersion") ?? "", reference.Text("kind") ?? "");
            var owner = type is null ? null : registry.Store.Find(type, type.Namespaced ? stored.Namespace : null, reference.Text("name") ?? "");
            yield return owner is not null && owner.Uid == reference.Text("uid") ? (type!, owner) : null;
        }
    }

    private void CutLoose(StoredKey key, string owner)
    {
        if (registry.Catalog.Stored(key.Resource) is not { } type) return;
        Quietly(() => registry.Change(type, key.Namespace, key.Name, Options, tree =>
        {
            var kept = (tree.Items("metadata", "ownerReferences") ?? []).OfType<JsonObject>().Where(reference => reference.Text("uid") != owner).Select(reference => reference.DeepClone());
            tree.Ensure("metadata")["ownerReferences"] = new JsonArray([.. kept]);
            return tree;
        }));
    }

    private void DropFinalizer(ResourceType type, StoredObject stored, string finalizer) => Quietly(() => registry.Change(type, stored.Namespace, stored.Name, Options, tree =>
    {
        var kept = (tree.Items("metadata", "finalizers") ?? []).Where(item => item.AsText() != finalizer).Select(item => item?.DeepClone());
        tree.Ensure("metadata")["finalizers"] = new JsonArray([.. kept]);
        return tree;
    }));

    private void Delete(ResourceType type, StoredObject stored, string propagation = "Background") =>
        Quietly(() => registry.Delete(type, stored.Namespace, stored.Name, new DeleteOptions(Propagation: propagation, Uid: stored.Uid)));

    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (ApiException refusal) when (refusal.Code is 404 or 409)
        {
            // Somebody was faster; what they wrote is looked at in its turn.
        }
    }
}
