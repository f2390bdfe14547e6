using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Lifecycle;

/// <summary>
/// Deletes what its owners leave behind. Foreground: the owner waits for its dependents. Orphan: they are cut loose
/// first. Background: they follow when the owner is gone. What is refused is tried again, and holds up nothing else.
/// </summary>
internal sealed partial class GarbageCollector(ObjectRegistry registry, TimeProvider clock, ILogger<GarbageCollector> logger) : IController
{
    private const int RememberedUids = 10_000;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);
    private static readonly WriteOptions Options = new("garbage-collector", Validation: FieldValidation.Ignore);

    // Owners that were seen to go: their kind may be served no longer when their dependents are looked at.
    private readonly HashSet<string> _gone = new(StringComparer.Ordinal);

    // What waits to be tried again: each write of an object in between would begin another chain of tries.
    private readonly HashSet<StoredKey> _again = [];

    private enum Owning
    {
        /// <summary>Also an owner of which nothing can be known, because its kind is not served.</summary>
        Holds,

        /// <summary>It is being deleted in the foreground, so that it waits for its dependents.</summary>
        Waits,
        Gone,
    }

    public string Name => "garbage-collector";

    public async Task RunAsync(CancellationToken ct)
    {
        var work = Channel.CreateUnbounded<Item>();
        void Note(ResourceType type, StoredObject stored, bool gone)
        {
            if (gone || stored.Deleting || stored.Owners.Count > 0) work.Writer.TryWrite(new Item(KeyOf(type.GroupResource, stored), stored, gone));
        }

        registry.Listen(Note);
        try
        {
            // What a stop of the cluster interrupted.
            foreach (var (resource, stored) in registry.Store.All().ToList())
            {
                if (stored.Deleting || stored.Owners.Count > 0) work.Writer.TryWrite(new Item(KeyOf(resource, stored), stored, Gone: false));
            }
            await foreach (var item in work.Reader.ReadAllAsync(ct))
            {
                if (item.Tries > 0) _again.Remove(item.Key);
                try
                {
                    if (item.Gone) Collect(item.Object, work.Writer);
                    else Look(item.Key);
                }
                catch (ApiException refusal) when (refusal.Code is 404 or 409)
                {
                    // Somebody was faster; what they wrote is looked at in its turn.
                }
                catch (ApiException refusal)
                {
                    Refused(logger, refusal, item.Key.Resource, item.Object.Key);
                    if (_again.Add(item.Key)) _ = Again(item with { Tries = item.Tries + 1 }, work.Writer, ct);
                }
            }
        }
        finally
        {
            registry.StopListening(Note);
        }
    }

    private static StoredKey KeyOf(string resource, StoredObject stored) => new(resource, stored.Namespace, stored.Name);

    private async Task Again(Item item, ChannelWriter<Item> work, CancellationToken ct)
    {
        var pause = FirstPause * Math.Pow(2, Math.Min(item.Tries - 1, 20));
        // Whoever refused may let it pass later, and tells nobody. A stop only ends the pause.
        await Task.Delay(pause < LongestPause ? pause : LongestPause, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        work.TryWrite(item);
    }

    /// <summary>Each dependent is an item of its own, so that one that may not be deleted keeps none of the others.</summary>
    private void Collect(StoredObject gone, ChannelWriter<Item> work)
    {
        var dependents = registry.Store.Dependents(gone.Uid);
        if (dependents.Count > 0)
        {
            if (_gone.Count == RememberedUids) _gone.Clear();
            _gone.Add(gone.Uid);
        }
        foreach (var key in dependents)
        {
            if (Find(key) is { } dependent) work.TryWrite(new Item(key, dependent.Object, Gone: false));
        }
        foreach (var reference in References(gone))
        {
            if (OwnerOf(gone, reference) is var (type, owner) && owner.Deleting) work.TryWrite(new Item(KeyOf(type.GroupResource, owner), owner, Gone: false));
        }
    }

    private void Look(StoredKey key)
    {
        if (Find(key) is not var (type, stored)) return;
        if (stored.Deleting) Finalize(type, stored);
        else if (stored.Owners.Count > 0) Judge(type, stored);
    }

    private void Finalize(ResourceType type, StoredObject stored)
    {
        var dependents = registry.Store.Dependents(stored.Uid);
        if (HasFinalizer(stored, Deletion.Orphan))
        {
            foreach (var key in dependents)
            {
                if (Find(key) is var (kind, dependent)) CutLoose(kind, dependent, [stored.Uid]);
            }
            DropFinalizer(type, stored, Deletion.Orphan);
        }
        else if (HasFinalizer(stored, Deletion.Foreground))
        {
            ApiException? refused = null;
            foreach (var key in dependents)
            {
                try
                {
                    if (Find(key) is var (kind, dependent) && !dependent.Deleting) Judge(kind, dependent);
                }
                catch (ApiException refusal)
                {
                    refused = refusal;
                }
            }
            if (!registry.Store.Dependents(stored.Uid).Any(key => Blocks(key, stored.Uid))) DropFinalizer(type, stored, Deletion.Foreground);
            else if (refused is not null) throw refused;
        }
    }

    /// <summary>An object with owners stays while one of them holds it; the others' references are taken away.</summary>
    private void Judge(ResourceType type, StoredObject stored)
    {
        var owners = References(stored).Select(reference => (Uid: reference.Text("uid") ?? "", State: StateOf(stored, reference))).ToList();
        var released = owners.Where(owner => owner.State != Owning.Holds).Select(owner => owner.Uid).ToList();
        if (released.Count == 0) return;
        if (released.Count < owners.Count)
        {
            CutLoose(type, stored, released);
            foreach (var reference in References(stored))
            {
                if (OwnerOf(stored, reference) is var (kind, owner) && owner.Deleting) Finalize(kind, owner);
            }
            return;
        }
        var waits = owners.Any(owner => owner.State == Owning.Waits);
        var version = stored.Version.ToString(System.Globalization.CultureInfo.InvariantCulture);
        registry.Delete(type, stored.Namespace, stored.Name, new DeleteOptions(Propagation: waits ? "Foreground" : "Background", Uid: stored.Uid, ResourceVersion: version));
    }

    private Owning StateOf(StoredObject dependent, JsonObject reference)
    {
        if (_gone.Contains(reference.Text("uid") ?? "")) return Owning.Gone;
        if (OwnerOf(dependent, reference) is var (_, owner)) return owner.Deleting && HasFinalizer(owner, Deletion.Foreground) ? Owning.Waits : Owning.Holds;
        var unknown = KindOf(reference) is not { } type || (type.Namespaced && dependent.Namespace.Length == 0);
        return unknown ? Owning.Holds : Owning.Gone;
    }

    private (ResourceType Type, StoredObject Object)? OwnerOf(StoredObject dependent, JsonObject reference)
    {
        if (KindOf(reference) is not { } type) return null;
        var owner = registry.Store.Find(type, type.Namespaced ? dependent.Namespace : null, reference.Text("name") ?? "");
        return owner is not null && owner.Uid == reference.Text("uid") ? (type, owner) : null;
    }

    /// <summary>By group: the version in a reference may be one that was served when it was written.</summary>
    private ResourceType? KindOf(JsonObject reference)
    {
        var groupVersion = reference.Text("apiVersion") ?? "";
        var slash = groupVersion.IndexOf('/', StringComparison.Ordinal);
        return registry.Catalog.OfGroupKind(slash < 0 ? "" : groupVersion[..slash], reference.Text("kind") ?? "");
    }

    private bool Blocks(StoredKey key, string owner) =>
        Find(key) is var (_, dependent) && References(dependent).Any(reference => reference.Text("uid") == owner && reference.Flag("blockOwnerDeletion") == true);

    private (ResourceType Type, StoredObject Object)? Find(StoredKey key) =>
        registry.Catalog.Stored(key.Resource) is { } type && registry.Store.Find(type, key.Namespace, key.Name) is { } stored ? (type, stored) : null;

    private static IEnumerable<JsonObject> References(StoredObject stored) =>
        stored.Owners.Count == 0 ? [] : (stored.Read().Items("metadata", "ownerReferences") ?? []).OfType<JsonObject>();

    private static bool HasFinalizer(StoredObject stored, string finalizer) =>
        (stored.Read().Items("metadata", "finalizers") ?? []).Any(item => item.AsText() == finalizer);

    private void CutLoose(ResourceType type, StoredObject stored, IReadOnlyCollection<string> owners) => Quietly(() => registry.Change(type, stored.Namespace, stored.Name, Options, tree =>
    {
        var kept = (tree.Items("metadata", "ownerReferences") ?? []).OfType<JsonObject>()
            .Where(reference => !owners.Contains(reference.Text("uid") ?? "", StringComparer.Ordinal)).Select(reference => reference.DeepClone());
        tree.Ensure("metadata")["ownerReferences"] = new JsonArray([.. kept]);
        return tree;
    }));

    private void DropFinalizer(ResourceType type, StoredObject stored, string finalizer) => Quietly(() => registry.Change(type, stored.Namespace, stored.Name, Options, tree =>
    {
        var kept = (tree.Items("metadata", "finalizers") ?? []).Where(item => item.AsText() != finalizer).Select(item => item?.DeepClone());
        tree.Ensure("metadata")["finalizers"] = new JsonArray([.. kept]);
        return tree;
    }));

    private static void Quietly(Action write)
    {
        try
        {
            write();
        }
        catch (ApiException refusal) when (refusal.Code == 404)
        {
            // Gone already, which is as good.
        }
    }

    private sealed record Item(StoredKey Key, StoredObject Object, bool Gone)
    {
        public int Tries { get; init; }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The garbage collector will look at {Resource} {Key} again")]
    private static partial void Refused(ILogger logger, ApiException refusal, string resource, string key);
}
