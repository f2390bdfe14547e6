using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>
/// Makes the cluster show an object as it is wanted, and calls it only when it does not already: a pass over a thousand
/// settled rows costs no request. What somebody else has deleted or cleared is set right and audited once; a field that
/// somebody else holds with another value is not overwritten, it becomes a dispute until a person decides it.
/// </summary>
/// <param name="disputes">Where it is noted that others hold fields; null where nobody looks.</param>
/// <param name="clusterId">Names the cluster in disputes.</param>
public sealed class ClusterWriter(IClusterClient cluster, IClusterCache cache, DisputeBook? disputes = null, Guid clusterId = default)
{
    /// <summary>Hash of what was applied; tells a field that is no longer wanted, which a comparison alone cannot see.</summary>
    public const string AppliedAnnotation = "mlops-portal/applied";

    // Objects that were there as wanted: one of them that is gone was deleted by somebody else.
    private readonly ConcurrentDictionary<ObjectKey, bool> _there = [];

    /// <summary>The object as the cluster has it after this.</summary>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: somebody else holds the object or fields of it.</exception>
    public async Task<JsonObject> EnsureAsync(ResourceType type, JsonObject wanted, CancellationToken ct)
    {
        var key = new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name());
        var (seen, owner) = (cache.Find(key), wanted.Owner() ?? default);
        if (seen is not null && ObjectKeeper.Of(seen) is { IsOther: true } keeper)
            throw await KeptAsync(key, owner, keeper, ct);
        var dispute = await PrepareAsync(key, wanted, ct);
        if (seen is not null && !seen.IsGoing() && Covers(seen, wanted))
        {
            _there[key] = true;
            await SettleAsync(dispute, ct);
            return seen;
        }
        var made = await SendAsync(key, wanted, owner, dispute, ct);
        await TellAsync(key, owner, seen, wanted, dispute, ct);
        return made;
    }

    /// <summary>
    /// Applies an object whatever the watches have shown, for what is written only when somebody asks for it: a watch that is
    /// behind must not make it look done. Disputes hold as for <see cref="EnsureAsync"/>.
    /// </summary>
    /// <exception cref="ClusterException">Also <see cref="ClusterFailure.Owned"/>: somebody else holds the object or fields of it.</exception>
    public async Task<JsonObject> ApplyAsync(JsonObject wanted, CancellationToken ct)
    {
        var served = (await cluster.CapabilitiesAsync(ct)).Served;
        if (served.FirstOrDefault(t => t.ApiVersion == wanted.Text("apiVersion") && t.Kind == wanted.Text("kind")) is not { } type)
            return await cluster.ApplyAsync(wanted, ct);
        var key = new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name());
        var owner = wanted.Owner() ?? default;
        if (cache.Find(key) is { } seen && ObjectKeeper.Of(seen) is { IsOther: true } keeper)
            throw await KeptAsync(key, owner, keeper, ct);
        var dispute = await LeaveOutAsync(key, wanted, ct);
        var made = await SendAsync(key, wanted, owner, dispute, ct);
        await SettleAsync(dispute, ct);
        return made;
    }

    /// <summary>What <see cref="EnsureAsync"/> would do, as the API server says by a dry run. Nothing is stored.</summary>
    /// <exception cref="ClusterException">The cluster does not answer; that it refuses is an answer.</exception>
    public async Task<ObjectChange> PreviewAsync(ResourceType type, JsonObject wanted, CancellationToken ct)
    {
        var key = new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name());
        // What is followed and was not seen is not there.
        var seen = cache.Find(key) ?? (cache.Age(type) is null ? await cluster.FindAsync(key, ct) : null);
        await PrepareAsync(key, wanted, ct);
        if (seen is not null && Covers(seen, wanted))
            return ObjectChange.Same(wanted);
        if (seen is not null && ObjectKeeper.Of(seen) is { IsOther: true } keeper)
            return ObjectChange.Refused(wanted, Kept(key, keeper));
        try
        {
            return ObjectChange.From(seen, wanted, await cluster.ApplyAsync(wanted, ct, dryRun: true));
        }
        catch (ClusterException refused) when (!refused.IsTransient)
        {
            return ObjectChange.Refused(wanted, refused);
        }
    }

    /// <summary>The object as last seen, else as the cluster answers, else null.</summary>
    public async Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => cache.Find(key) ?? await cluster.FindAsync(key, ct);

    /// <summary>Deletes those of an owner's objects in a namespace that are not wanted any more.</summary>
    public async Task PruneAsync(ResourceType type, string? ns, ReconcileOwner owner, IReadOnlySet<string> wanted, CancellationToken ct)
    {
        foreach (var found in cache.List(type, ns, (Manifest.IdLabel, owner.Id.ToString("D"))))
        {
            if (!wanted.Contains(found.Name()) && !found.IsGoing())
                await cluster.DeleteAsync(new ObjectKey(type, found.Text("metadata", "namespace"), found.Name()), ct);
        }
    }

    /// <summary>Forgets what was in a namespace that is being removed: nobody else has deleted it.</summary>
    public void Forget(string ns)
    {
        foreach (var key in _there.Keys.Where(k => k.Namespace == ns || k.Name == ns))
            _there.TryRemove(key, out _);
    }

    /// <summary>True when every field of <paramref name="wanted"/> stands in <paramref name="seen"/> with the same value.</summary>
    public static bool Covers(JsonNode? seen, JsonNode? wanted) => wanted switch
    {
        null => seen is null,
        // Servers drop empty objects and empty texts.
        JsonObject { Count: 0 } => seen is null or JsonObject,
        JsonObject fields => seen is JsonObject && fields.All(f => Covers(seen[f.Key], f.Value)),
        JsonArray items => seen is JsonArray found && found.Count == items.Count && items.Index().All(i => Covers(found[i.Index], i.Item)),
        _ => seen is JsonValue && seen.ToString() == wanted.ToString(),
    };

    private async Task<ObjectDispute?> PrepareAsync(ObjectKey key, JsonObject wanted, CancellationToken ct)
    {
        var dispute = await LeaveOutAsync(key, wanted, ct);
        wanted.WithAnnotation(AppliedAnnotation, Hash(wanted));
        return dispute;
    }

    private async Task<ObjectDispute?> LeaveOutAsync(ObjectKey key, JsonObject wanted, CancellationToken ct)
    {
        var dispute = disputes is null ? null : await disputes.FindAsync(clusterId, key, ct);
        if (dispute?.Decision == DisputeDecision.Leave)
            dispute.LeaveOut(wanted);
        return dispute;
    }

    private async Task<JsonObject> SendAsync(ObjectKey key, JsonObject wanted, ReconcileOwner owner, ObjectDispute? dispute, CancellationToken ct)
    {
        try
        {
            return await cluster.ApplyAsync(wanted, ct, force: dispute?.Decision == DisputeDecision.TakeOver);
        }
        catch (ClusterException failure) when (failure.Failure == ClusterFailure.Owned)
        {
            if (disputes is not null)
                await disputes.NoteAsync(clusterId, key, owner, new ObjectKeeper(KeeperKind.Portal), failure.Conflicts, ct);
            throw;
        }
    }

    private async Task TellAsync(ObjectKey key, ReconcileOwner owner, JsonObject? seen, JsonObject wanted, ObjectDispute? dispute, CancellationToken ct)
    {
        if (disputes is null || await SettleAsync(dispute, ct))
            return;
        if (seen is null && _there.TryRemove(key, out _))
            await disputes.RepairedAsync(key, owner, [], ct);
        else if (seen is not null && !seen.IsGoing() && Applied(seen) == Applied(wanted))
            await disputes.RepairedAsync(key, owner, ManifestDiff.Missing(seen, wanted), ct);
    }

    private async Task<bool> SettleAsync(ObjectDispute? dispute, CancellationToken ct)
    {
        if (disputes is null || dispute is null or { Decision: DisputeDecision.Leave })
            return false;
        await disputes.SettleAsync(dispute, ct);
        return true;
    }

    private async Task<ClusterException> KeptAsync(ObjectKey key, ReconcileOwner owner, ObjectKeeper keeper, CancellationToken ct)
    {
        if (disputes is not null)
            await disputes.NoteAsync(clusterId, key, owner, keeper, [], ct);
        return Kept(key, keeper);
    }

    private static ClusterException Kept(ObjectKey key, ObjectKeeper keeper) =>
        new(ClusterFailure.Owned, $"{key.Type.Kind} {key.Name} is kept by {keeper.Kind} {keeper.Name}".TrimEnd() + ".");

    private static string? Applied(JsonObject manifest) => manifest.Text("metadata", "annotations", AppliedAnnotation);

    private static string Hash(JsonObject wanted) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted.ToJsonString())))[..16];
}
