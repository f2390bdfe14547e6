using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>
/// Makes the cluster show an object as it is wanted, and calls it only when it does not already: a pass over a thousand
/// settled rows costs no request, and a change made by somebody else to a field of ours is set right.
/// </summary>
public sealed class ClusterWriter(IClusterClient cluster, IClusterCache cache)
{
    /// <summary>Hash of what was applied; tells a field that is no longer wanted, which a comparison alone cannot see.</summary>
    public const string AppliedAnnotation = "mlops-portal/applied";

    /// <summary>The object as the cluster has it after this.</summary>
    public async Task<JsonObject> EnsureAsync(ResourceType type, JsonObject wanted, CancellationToken ct)
    {
        wanted.WithAnnotation(AppliedAnnotation, Hash(wanted));
        var seen = cache.Find(new ObjectKey(type, wanted.Text("metadata", "namespace"), wanted.Name()));
        return seen is not null && !seen.IsGoing() && Covers(seen, wanted) ? seen : await cluster.ApplyAsync(wanted, ct);
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

    private static string Hash(JsonObject wanted) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(wanted.ToJsonString())))[..16];
}
