using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>
/// Makes the cluster show an object as it is wanted, and calls it only when it does not already: a pass over a thousand
/// settled rows costs no request. What somebody else has deleted or cleared is set right and audited once; a field that
/// somebody else holds with another value is not overwritten, it becomes a dispute until a person decides it. An object that
/// another tool keeps is neither written nor deleted.
/// </summary>
/// <param name="disputes">Where it is noted that others hold fields; null where nobody looks.</param>
/// <param name="clusterId">Names the cluster in disputes.</param>
public sealed class ClusterWriter(IClusterClient cluster, IClusterCache cache, DisputeBook? disputes = null, Guid clusterId = default)
{
    /// <summary>Hash of what was applied; tells a field that is no longer wanted, which a comparison alone cannot see.</summary>
    public const string AppliedAnnotation = "mlops-portal/applied";

    // Objects that were there as wanted: one of them that is gone was deleted by somebody else.
    private readonly ConcurrentDictionary<ObjectKey, bool> _there = [];

    private readonly KeptObjects _kept = new(cluster, cache, disputes, clusterId);

    private readonly RepairNotes _notes = new(disputes);

    /// <summary>The object as the cluster has it after this.</summary>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: somebody else holds the object or fields of it.</exception>
    public async Task<JsonObject> EnsureAsync(ResourceType type, JsonObject wanted, CancellationToken ct)
    {
        var key = new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name());
        var (seen, owner) = (cache.Find(key), wanted.Owner() ?? default);
        await _kept.RefuseAsync(key, owner, seen, ct);
        var dispute = await PrepareAsync(key, wanted, ct);
        if (seen is not null && !seen.IsGoing() && Coverage.Covers(seen, wanted))
        {
            _there[key] = true;
            await SettleAsync(dispute, ct);
            await _notes.TellAsync(key, owner, ct);
            return seen;
        }
        var made = await SendAsync(key, wanted, owner, dispute, ct);
        await TellAsync(key, owner, seen, wanted, made, dispute, ct);
        // Of a kind that nobody follows, that it is not seen says nothing.
        if (cache.Find(key) is not null)
            _there[key] = true;
        return made;
    }

    /// <summary>
    /// Applies an object whatever the watches have shown, for what is written only when somebody asks for it: a watch that is
    /// behind must not make it look done. Disputes hold as for <see cref="EnsureAsync"/>.
    /// </summary>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: somebody else holds the object or fields of it.</exception>
    public async Task<JsonObject> ApplyAsync(JsonObject wanted, CancellationToken ct)
    {
        if (await KeyOfAsync(wanted, ct) is not { } key)
            return await cluster.ApplyAsync(wanted, ct);
        var owner = wanted.Owner() ?? default;
        await _kept.RefuseAsync(key, owner, cache.Find(key), ct);
        var dispute = await PrepareAsync(key, wanted, ct);
        var made = await SendAsync(key, wanted, owner, dispute, ct);
        await SettleAsync(dispute, ct);
        return made;
    }

    /// <summary>
    /// Sets right what others have changed of an object since <see cref="ApplyAsync(JsonObject, CancellationToken)"/>, and makes it again where no watch shows
    /// it and it is gone. One that is wanted otherwise by now waits for the next apply: it must not be replaced unasked.
    /// </summary>
    /// <param name="asks">True to ask the cluster for what no watch shows; false to leave that for another pass.</param>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: somebody else holds the object or fields of it.</exception>
    public async Task RepairAsync(JsonObject wanted, bool asks, CancellationToken ct)
    {
        if (await KeyOfAsync(wanted, ct) is not { } key)
            return;
        var owner = wanted.Owner() ?? default;
        if (cache.Age(key.Type) is null)
        {
            if (asks && await _kept.LookAsync(key, ct) is null)
            {
                await ApplyAsync(wanted, ct);
                _notes.Repaired(key, []);
            }
            await _notes.TellAsync(key, owner, ct);
            return;
        }
        var dispute = await PrepareAsync(key, wanted, ct);
        if (cache.Find(key) is not { } seen || seen.IsGoing() || !IsWish(seen, wanted))
            return;
        await _kept.RefuseAsync(key, owner, seen, ct);
        var missing = Coverage.Missing(seen, wanted);
        if (missing.Count == 0)
        {
            await SettleAsync(dispute, ct);
            await _notes.TellAsync(key, owner, ct);
        }
        // What a webhook sets otherwise each time is tried again now and then, not at every pass.
        else if (asks || !_notes.IsOverruled(key, Applied(wanted), missing))
        {
            var made = await SendAsync(key, wanted, owner, dispute, ct);
            await TellAsync(key, owner, seen, wanted, made, dispute, ct);
        }
    }

    /// <summary>What <see cref="EnsureAsync"/> would do, as the API server says by a dry run. Nothing is stored.</summary>
    /// <exception cref="ClusterException">The cluster does not answer; that it refuses is an answer.</exception>
    public async Task<ObjectChange> PreviewAsync(ResourceType type, JsonObject wanted, CancellationToken ct)
    {
        var key = new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name());
        try
        {
            // What is followed and was not seen is not there.
            var seen = cache.Find(key) ?? (cache.Age(type) is null ? await _kept.LookAsync(key, ct) : null);
            var dispute = seen is null ? null : await DisputeOfAsync(key, ct);
            Prepare(wanted, dispute);
            if (seen is not null && Coverage.Covers(seen, wanted))
                return ObjectChange.Same(wanted);
            if (seen is not null && ObjectKeeper.Of(seen) is { IsOther: true } keeper)
                return ObjectChange.Refused(wanted, KeptObjects.Refusal(key, keeper));
            return ObjectChange.From(seen, wanted, await ApplyAsync(wanted, dispute, dryRun: true, ct));
        }
        catch (ClusterException refused) when (!refused.IsTransient)
        {
            return ObjectChange.Refused(wanted, refused);
        }
    }

    /// <summary>The object as last seen, else as the cluster answers, else null.</summary>
    public async Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => cache.Find(key) ?? await cluster.FindAsync(key, ct);

    /// <summary>Asks for the deletion of an owner's object; false when it was absent already, or is somebody else's of its name.</summary>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: another tool keeps it.</exception>
    public async Task<bool> DeleteAsync(ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        // Who deletes must trust neither what was so when it was written nor a watch that is behind.
        var there = await _kept.LookBeforeDeleteAsync(key, ct);
        if (there is null)
            await DropAsync(key, ct);
        if (there is null || !IsOurs(there, owner))
            return false;
        await _kept.RefuseAsync(key, owner, there, ct);
        return await DeleteAsync(key, ct);
    }

    /// <summary>Those of an owner's objects in a namespace that <see cref="PruneAsync"/> would delete, as last seen.</summary>
    public static IEnumerable<JsonObject> Unwanted(IClusterCache cache, ResourceType type, string? ns, ReconcileOwner owner, IReadOnlySet<string> wanted) =>
        cache.List(type, ns, (Manifest.IdLabel, owner.Id.ToString("D"))).Where(o => !wanted.Contains(o.Name()) && !o.IsGoing() && !ObjectKeeper.Of(o).IsOther);

    /// <summary>Deletes those of an owner's objects in a namespace that are not wanted any more; what another tool keeps stays.</summary>
    public async Task PruneAsync(ResourceType type, string? ns, ReconcileOwner owner, IReadOnlySet<string> wanted, CancellationToken ct)
    {
        foreach (var found in Unwanted(cache, type, ns, owner, wanted))
        {
            var key = new ObjectKey(type, found.Text("metadata", "namespace"), found.Name());
            if (await _kept.LookBeforeDeleteAsync(key, ct) is { } there && IsOurs(there, owner) && !ObjectKeeper.Of(there).IsOther)
                await DeleteAsync(key, ct);
        }
        // What is not wanted is not written again, and nothing else would see that somebody has taken it away.
        foreach (var dispute in disputes is null ? [] : await disputes.OfAsync(clusterId, type, ns, owner, ct))
        {
            var key = new ObjectKey(type, ns, dispute.Name);
            if (!wanted.Contains(dispute.Name) && cache.Find(key) is null && await _kept.LookAsync(key, ct) is null)
                await disputes!.SettleAsync(dispute, ct, isGone: true);
        }
    }

    /// <summary>Forgets what was in a namespace that is being removed: nobody else has deleted it.</summary>
    public void Forget(string ns)
    {
        bool Goes(ObjectKey key) => key.Namespace == ns || key.Name == ns;
        foreach (var key in _there.Keys.Where(Goes))
            _there.TryRemove(key, out _);
        _kept.Forget(Goes);
        _notes.Forget(Goes);
    }

    // An object of our name that somebody made in the place of ours has neither; one that lost its label has what was applied.
    private static bool IsOurs(JsonObject there, ReconcileOwner owner) =>
        there.Owner() is { } named ? named == owner : Applied(there) is not null;

    private async Task<ObjectKey?> KeyOfAsync(JsonObject wanted, CancellationToken ct)
    {
        var served = (await cluster.CapabilitiesAsync(ct)).Served;
        return served.FirstOrDefault(t => t.ApiVersion == wanted.Text("apiVersion") && t.Kind == wanted.Text("kind")) is { } type
            ? new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name()) : null;
    }

    private async Task<ObjectDispute?> PrepareAsync(ObjectKey key, JsonObject wanted, CancellationToken ct)
    {
        var dispute = await DisputeOfAsync(key, ct);
        // What others held of an object went with it: one that is made anew is made whole.
        if (dispute is not null && cache.Find(key) is null && await _kept.LookAsync(key, ct) is null)
        {
            await disputes!.SettleAsync(dispute, ct, isGone: true);
            dispute = null;
        }
        Prepare(wanted, dispute);
        return dispute;
    }

    // The hash is of the whole wish, so that what is left to others does not make it look like another one.
    private static void Prepare(JsonObject wanted, ObjectDispute? dispute)
    {
        wanted.WithAnnotation(AppliedAnnotation, Hash(wanted));
        if (dispute?.Decision == DisputeDecision.Leave)
            dispute.LeaveOut(wanted);
    }

    private async Task<ObjectDispute?> DisputeOfAsync(ObjectKey key, CancellationToken ct) =>
        disputes is null ? null : await disputes.FindAsync(clusterId, key, ct);

    // Of what is deleted nobody holds anything.
    private async Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct)
    {
        var isLeft = await cluster.DeleteAsync(key, ct);
        // It was not somebody else who took it away.
        _there.TryRemove(key, out _);
        await DropAsync(key, ct);
        return isLeft;
    }

    private async Task DropAsync(ObjectKey key, CancellationToken ct)
    {
        if (await DisputeOfAsync(key, ct) is { } dispute)
            await disputes!.SettleAsync(dispute, ct, isGone: true);
    }

    private async Task<JsonObject> SendAsync(ObjectKey key, JsonObject wanted, ReconcileOwner owner, ObjectDispute? dispute, CancellationToken ct)
    {
        try
        {
            var made = await ApplyAsync(wanted, dispute, dryRun: false, ct);
            _kept.Note(key, made);
            return made;
        }
        catch (ClusterException failure) when (failure.Failure == ClusterFailure.Owned)
        {
            if (disputes is not null)
                await disputes.NoteAsync(clusterId, key, owner, new ObjectKeeper(KeeperKind.Portal), [.. failure.Conflicts.Where(c => !IsOwn(c))], ct);
            throw;
        }
    }

    private async Task<JsonObject> ApplyAsync(JsonObject wanted, ObjectDispute? dispute, bool dryRun, CancellationToken ct)
    {
        try
        {
            return await cluster.ApplyAsync(wanted, ct, dryRun);
        }
        // Force takes every field of the object: it is used only where nobody holds any but the portal and those that were asked about.
        catch (ClusterException failure) when (failure.Failure == ClusterFailure.Owned && failure.Conflicts.Count > 0
            && failure.Conflicts.All(c => IsOwn(c) || (dispute?.Decision == DisputeDecision.TakeOver && dispute.Conflicts.Contains(c))))
        {
            return await cluster.ApplyAsync(wanted, ct, dryRun, force: true);
        }
    }

    // What the portal itself has written by a patch, as when it stops what the catalogue no longer describes, an API server tells from what it applies.
    private static bool IsOwn(FieldConflict conflict) => conflict.Manager == Manifest.FieldManager;

    private async Task TellAsync(
        ObjectKey key, ReconcileOwner owner, JsonObject? seen, JsonObject wanted, JsonObject made, ObjectDispute? dispute, CancellationToken ct)
    {
        if (disputes is null || await SettleAsync(dispute, ct))
            return;
        var left = Coverage.Missing(made, wanted);
        if (seen is null && _there.TryRemove(key, out _))
            _notes.Repaired(key, []);
        else if (seen is not null && !seen.IsGoing() && IsWish(seen, wanted)
            && Coverage.Missing(seen, wanted).ExceptBy(left.Select(f => f.Path), f => f.Path).ToList() is { Count: > 0 } repaired)
            _notes.Repaired(key, repaired);
        await _notes.TellAsync(key, owner, ct);
        await _notes.TellOverruledAsync(key, owner, Applied(wanted), left, ct);
    }

    private async Task<bool> SettleAsync(ObjectDispute? dispute, CancellationToken ct)
    {
        if (disputes is null || dispute is null or { Decision: DisputeDecision.Leave })
            return false;
        await disputes.SettleAsync(dispute, ct);
        return true;
    }

    // True where the same was applied last; who changes an object of ours and takes the note of that off too hides nothing.
    private static bool IsWish(JsonObject seen, JsonObject wanted) =>
        Applied(seen) is { } applied ? applied == Applied(wanted) : seen.Owner() is { } owner && owner == wanted.Owner();

    private static string? Applied(JsonObject manifest) => manifest.Text("metadata", "annotations", AppliedAnnotation);

    private static string Hash(JsonObject wanted) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted.ToJsonString())))[..16];
}
