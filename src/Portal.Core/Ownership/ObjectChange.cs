using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Ownership;

/// <summary>What applying an object would do, as the API server itself says by a dry run.</summary>
/// <param name="Namespace">Null for cluster-scoped kinds.</param>
public sealed record ObjectChange(string Kind, string? Namespace, string Name, ObjectChangeKind Change)
{
    /// <summary>Its API group, which tells kinds of one name apart; empty for the core's.</summary>
    public string Group { get; init; } = "";

    /// <summary>The fields that would differ afterwards; empty for an object that would be made.</summary>
    public IReadOnlyList<FieldChange> Fields { get; init; } = [];

    /// <summary>Fields that the cluster's own webhooks would set otherwise: as asked for, and as it would be stored.</summary>
    public IReadOnlyList<FieldChange> ByCluster { get; init; } = [];

    /// <summary>Fields that somebody else holds, and that would not be overwritten.</summary>
    public IReadOnlyList<FieldConflict> Conflicts { get; init; } = [];

    /// <summary>The object as it would be stored, without bookkeeping; null when it would be refused.</summary>
    public JsonObject? After { get; init; }

    /// <summary>Why it would be refused, in the cluster's words.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Reads an answer to a dry run.</summary>
    /// <param name="seen">The object as it is; null when there is none.</param>
    /// <param name="wanted">What was sent.</param>
    /// <param name="answer">What would be stored.</param>
    public static ObjectChange From(JsonObject? seen, JsonObject wanted, JsonObject answer)
    {
        var fields = seen is null ? [] : ManifestDiff.Between(seen, answer);
        var kind = seen is null ? ObjectChangeKind.Create : fields.Count > 0 ? ObjectChangeKind.Change : ObjectChangeKind.Same;
        return Of(wanted, kind) with
        {
            Fields = fields,
            // Empty texts and objects are dropped by servers, and quantities written anew: no webhook did that.
            ByCluster = [.. ManifestDiff.Missing(answer, wanted).Where(f => f.After is not null && !SameQuantity(f.Before, f.After))],
            After = ManifestDiff.Plain(answer),
        };
    }

    /// <summary>
    /// The changes as they come one after the other: a dry run raises no quota, so that it refuses what the same plan makes room for.
    /// </summary>
    public static IReadOnlyList<ObjectChange> InOrder(IReadOnlyList<ObjectChange> changes) =>
    [
        .. changes.Select(change => change.Change == ObjectChangeKind.Refused && changes.Any(quota => quota.MakesRoomFor(change))
            ? change with { Change = ObjectChangeKind.Follows, Problem = "" } : change),
    ];

    /// <summary>An object that is taken away.</summary>
    public static ObjectChange Removed(JsonObject seen) => Of(seen, ObjectChangeKind.Remove);

    internal static ObjectChange Same(JsonObject wanted) => Of(wanted, ObjectChangeKind.Same);

    internal static ObjectChange Refused(JsonObject wanted, ClusterException failure) =>
        Of(wanted, ObjectChangeKind.Refused) with { Problem = failure.Message, Conflicts = failure.Conflicts };

    private static ObjectChange Of(JsonObject wanted, ObjectChangeKind kind) =>
        new(wanted.Text("kind") ?? "", wanted.Text("metadata", "namespace"), wanted.Name(), kind) { Group = GroupOf(wanted.Text("apiVersion") ?? "") };

    private static string GroupOf(string apiVersion) => apiVersion.LastIndexOf('/') is var at and > 0 ? apiVersion[..at] : "";

    private bool MakesRoomFor(ObjectChange refused) =>
        Change == ObjectChangeKind.Change && Kind == Kinds.ResourceQuota.Kind && Namespace == refused.Namespace
        && refused.Problem.Contains($"exceeded quota: {Name}, ", StringComparison.Ordinal);

    private static bool SameQuantity(string? one, string? other) =>
        one is not null && other is not null && Quantity.Parse(one) is { } a && Quantity.Parse(other) is { } b && a == b;
}

/// <summary>What would happen to an object.</summary>
public enum ObjectChangeKind
{
    /// <summary>It is not there yet.</summary>
    Create,

    /// <summary>Fields of it would have other values.</summary>
    Change,

    /// <summary>It is as wanted already.</summary>
    Same,

    /// <summary>The API server would not take it; the problem says why.</summary>
    Refused,

    /// <summary>It is changed once a quota is, which holds it back in a dry run.</summary>
    Follows,

    /// <summary>It is there and no longer wanted: the portal takes it away.</summary>
    Remove,
}

/// <summary>What would happen to all objects of a change, those that stay as they are among them.</summary>
/// <param name="More">Projects whose objects would change too and are not listed.</param>
public sealed record ChangePlan(IReadOnlyList<ObjectChange> Objects, int More = 0)
{
    /// <summary>Kinds that would be made too and that the cluster can not be asked about: they are checked against objects that are not stored yet.</summary>
    public IReadOnlyList<string> NotTried { get; init; } = [];
}
