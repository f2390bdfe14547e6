using System.Text.Json.Nodes;

namespace Portal.Core.Cluster;

/// <summary>The portal's door to a cluster. Failures are <see cref="ClusterException"/>.</summary>
public interface IClusterClient
{
    /// <summary>The object, or null when it is absent.</summary>
    Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct);

    /// <summary>All objects of a kind, read page by page.</summary>
    IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct);

    /// <summary>
    /// Server-side apply with <see cref="Manifest.FieldManager"/>: idempotent, and the object after admission is returned.
    /// Fields that somebody else holds with other values are not overwritten: <see cref="ClusterFailure.Owned"/> names them.
    /// </summary>
    /// <param name="dryRun">True to learn the outcome without storing it.</param>
    /// <param name="force">True to take such fields over, which only a person decides.</param>
    Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false);

    /// <summary>JSON merge patch (RFC 7386).</summary>
    /// <param name="dryRun">True to learn the outcome without storing it.</param>
    Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false);

    /// <summary>Asks for deletion; false when it was absent already. Dependents are deleted in the background.</summary>
    Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct);

    /// <summary>The log of a pod's container as UTF-8 text; the caller disposes the stream.</summary>
    Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct);

    /// <summary>What the cluster serves; discovered, cached, refreshed when definitions change.</summary>
    Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct);
}

/// <summary>What a cluster can do.</summary>
/// <param name="Version">Server version, for example <c>v1.36.2</c>.</param>
/// <param name="Served">Every served kind, in each of its versions, the preferred one first.</param>
/// <param name="IsEmbedded">True for the embedded cluster: one machine, simulated accelerators.</param>
public sealed record ClusterCapabilities(string Version, IReadOnlyList<ResourceType> Served, bool IsEmbedded)
{
    /// <summary>True when the portal can use <paramref name="type"/>: it is served in its version, or in one that is translated.</summary>
    public bool Serves(ResourceType type) => ServesExactly(type) || (KueueVersion.InOlder(type) is { } older && ServesExactly(older));

    /// <summary>True when the group and plural of <paramref name="type"/> are served in its very version.</summary>
    public bool ServesExactly(ResourceType type) =>
        Served.Any(s => s.Group == type.Group && s.Plural == type.Plural && s.Version == type.Version);

    /// <summary>Kueue's queues are there.</summary>
    public bool HasKueue => Serves(Kinds.ClusterQueue) && Serves(Kinds.LocalQueue);
}

/// <summary>A call that the cluster refused or did not answer.</summary>
public sealed class ClusterException(ClusterFailure failure, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Why it failed; callers decide by it, never by the message.</summary>
    public ClusterFailure Failure { get; } = failure;

    /// <summary>How long the server asks to wait, or null.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The <c>reason</c> of the server's Status, or empty.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Who holds which fields; empty for failures other than <see cref="ClusterFailure.Owned"/>.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];

    /// <summary>True when the same call may succeed later without anybody changing anything.</summary>
    public bool IsTransient => Failure is ClusterFailure.Unavailable or ClusterFailure.Throttled or ClusterFailure.Conflict;
}

/// <summary>Why a call failed.</summary>
public enum ClusterFailure
{
    /// <summary>No such object, namespace or kind (404).</summary>
    NotFound,

    /// <summary>The object changed meanwhile; the same call may succeed.</summary>
    Conflict,

    /// <summary>Somebody else holds fields of the object; no repetition helps.</summary>
    Owned,

    /// <summary>The account lacks the right, or an admission controller refused (403).</summary>
    Forbidden,

    /// <summary>The credentials are not accepted (401).</summary>
    Unauthorized,

    /// <summary>The API server does not take the object as it is (422 and other 4xx); no repetition helps.</summary>
    Invalid,

    /// <summary>Too many calls (429); <see cref="ClusterException.RetryAfter"/> may say for how long.</summary>
    Throttled,

    /// <summary>No answer, a 5xx, or a list that has expired (410): the same call may succeed later.</summary>
    Unavailable,
}
