using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>Knows of a cluster's objects whether another tool keeps them: those are neither written nor deleted.</summary>
internal sealed class KeptObjects(IClusterClient cluster, IClusterCache cache, DisputeBook? disputes, Guid clusterId)
{
    // Objects of kinds that no watch shows, of which it is known that no other tool keeps them.
    private readonly ConcurrentDictionary<ObjectKey, bool> _unkept = [];

    /// <summary>Refuses an object that another tool keeps, and notes that it does.</summary>
    /// <param name="seen">The object as it is known; null where it is not there, or where no watch shows it.</param>
    /// <exception cref="ClusterException"><see cref="ClusterFailure.Owned"/>: another tool keeps it.</exception>
    public async Task RefuseAsync(ObjectKey key, ReconcileOwner owner, JsonObject? seen, CancellationToken ct)
    {
        if (seen is null && cache.Age(key.Type) is null && !_unkept.ContainsKey(key))
            seen = await LookAsync(key, ct);
        if (seen is null || ObjectKeeper.Of(seen) is not { IsOther: true } keeper)
            return;
        if (disputes is not null)
            await disputes.NoteAsync(clusterId, key, owner, keeper, [], ct);
        throw Refusal(key, keeper);
    }

    /// <summary>What is said of an object that another tool keeps.</summary>
    public static ClusterException Refusal(ObjectKey key, ObjectKeeper keeper) =>
        new(ClusterFailure.Owned, $"{key.Type.Kind} {key.Name} is kept by {keeper.Kind} {keeper.Name}".TrimEnd() + ".");

    /// <summary>
    /// The object as the cluster has it now, or null, for who writes it: a patch of nothing, since who writes Secrets, quotas and queues
    /// need not be allowed to read them. A dry run, so that no webhook changes what was only looked at.
    /// </summary>
    public async Task<JsonObject?> LookAsync(ObjectKey key, CancellationToken ct)
    {
        try
        {
            return await cluster.PatchAsync(key, [], ct, dryRun: true);
        }
        catch (ClusterException absent) when (absent.Failure == ClusterFailure.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// As <see cref="LookAsync"/>, for who deletes it: what is followed and deleted may mostly be read, and a read goes through no
    /// webhook, which may be down while what runs has to end.
    /// </summary>
    public async Task<JsonObject?> LookBeforeDeleteAsync(ObjectKey key, CancellationToken ct)
    {
        if (cache.Age(key.Type) is null)
            return await LookAsync(key, ct);
        try
        {
            return await cluster.FindAsync(key, ct);
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            return await LookAsync(key, ct);
        }
    }

    /// <summary>Of a kind that no watch shows, the answer to a write tells whether another tool has begun to keep the object.</summary>
    public void Note(ObjectKey key, JsonObject made)
    {
        if (ObjectKeeper.Of(made).IsOther)
            _unkept.TryRemove(key, out _);
        else if (cache.Age(key.Type) is null)
            _unkept[key] = true;
    }

    /// <summary>Forgets what is known of objects: it is asked for anew.</summary>
    public void Forget(Func<ObjectKey, bool> which)
    {
        foreach (var key in _unkept.Keys.Where(which))
            _unkept.TryRemove(key, out _);
    }
}
