using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Portal.Core.Cluster;
using Portal.Core.Results;

namespace Portal.Core.Hardware;

/// <summary>What a pool may be. Pure.</summary>
public static partial class PoolRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest name of an extended resource: 253 for the domain, a slash, 63 for the name.</summary>
    public const int ResourceNameLimit = 317;

    /// <summary>Largest capacity or budget, in units.</summary>
    public const int CapacityLimit = 100_000;

    /// <summary>Highest price of a unit for an hour.</summary>
    public const decimal PriceLimit = 100_000m;

    /// <summary>Kueue takes at most eight labels in a ResourceFlavor.</summary>
    public const int LabelLimit = 8;

    /// <summary>Kueue takes at most eight taints in a ResourceFlavor.</summary>
    public const int TaintLimit = 8;

    private const int SlugLimit = 40;

    private static readonly Dictionary<string, string> NoLabels = [];

    /// <summary>Null when the draft can become a pool.</summary>
    public static Refusal? Check(PoolDraft draft) =>
        CheckName(draft.Name)
        ?? CheckResource(draft.ResourceName)
        ?? CheckCapacity(draft.Capacity, "Capacity")
        ?? CheckPrice(draft.PricePerHour)
        ?? CheckNodes(draft.NodeLabels, draft.Taints);

    /// <summary>Null when the change can be made.</summary>
    public static Refusal? Check(PoolEdit edit) =>
        CheckName(edit.Name) ?? CheckCapacity(edit.Capacity, "Capacity") ?? CheckPrice(edit.PricePerHour)
        // A removal asks first whether anybody holds units.
        ?? (edit.State is PoolState.Open or PoolState.Closed ? null : new Refusal("pool.state_bad", Field: "State"))
        ?? CheckNodes(edit.NodeLabels ?? NoLabels, edit.Taints ?? []);

    /// <summary>Null when <paramref name="units"/> is a whole number from 0 to <see cref="CapacityLimit"/>.</summary>
    public static Refusal? CheckCapacity(decimal units, string field)
    {
        if (units != decimal.Truncate(units))
            return new Refusal("pool.units_fraction", Field: field).With("units", units);
        return units is < 0 or > CapacityLimit
            ? new Refusal("pool.units_range", Field: field).With("units", units).With("limit", CapacityLimit)
            : null;
    }

    /// <summary>Null when projects of a team may ask for units of the pool.</summary>
    public static Refusal? CheckFor(HardwarePool pool, Guid teamId) =>
        pool.State != PoolState.Open ? new Refusal("quota.pool_closed", RefusalKind.Conflict, "PoolId").With("pool", pool.Name)
        : !pool.IsFor(teamId) ? new Refusal("quota.pool_not_for_team", RefusalKind.Forbidden, "PoolId").With("pool", pool.Name)
        : null;

    /// <summary>The ResourceFlavor's name: the ASCII letters and digits of the name, with a hash where something was lost.</summary>
    public static string SlugFor(string name)
    {
        var text = name.Trim();
        var slug = string.Join('-', AsciiWords().Matches(text.ToLowerInvariant()).Select(m => m.Value));
        if (slug == text.ToLowerInvariant().Replace(' ', '-') && slug.Length is > 0 and <= SlugLimit)
            return slug;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
        var head = slug[..Math.Min(slug.Length, SlugLimit - 9)].Trim('-');
        return head.Length == 0 ? $"pool-{hash}" : $"{head}-{hash}";
    }

    /// <summary>True when labels ask for less than others do, so that every node of the others is one of theirs as well.</summary>
    public static bool AreWider(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> others) =>
        labels.Count < others.Count && labels.All(l => others.TryGetValue(l.Key, out var value) && value == l.Value);

    private static Refusal? CheckName(string? name)
    {
        var text = name?.Trim() ?? "";
        if (text.Length == 0)
            return new Refusal("pool.name_empty", Field: "Name");
        if (text.Length > NameLimit)
            return new Refusal("pool.name_long", Field: "Name").With("limit", NameLimit).With("length", text.Length);
        return text.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format)
            ? new Refusal("pool.name_control", Field: "Name")
            : null;
    }

    private static Refusal? CheckNodes(IReadOnlyDictionary<string, string> labels, IReadOnlyList<NodeTaint> taints) =>
        (labels.Count > LabelLimit ? new Refusal("pool.labels_many", Field: "NodeLabels").With("limit", LabelLimit).With("count", labels.Count) : null)
        ?? labels.Select(l => CheckNodeLabel(l.Key, l.Value)).FirstOrDefault(r => r is not null)
        ?? (taints.Count > TaintLimit ? new Refusal("pool.taints_many", Field: "Taints").With("limit", TaintLimit).With("count", taints.Count) : null)
        ?? taints.Select(CheckTaint).FirstOrDefault(r => r is not null);

    private static Refusal? CheckTaint(NodeTaint taint) =>
        taint.Key is { } key && MetadataRules.IsKey(key) && MetadataRules.IsLabelValue(taint.Value) && taint.Effect is "NoSchedule" or "PreferNoSchedule" or "NoExecute"
            ? null : new Refusal("pool.taint_bad", Field: "Taints").With("taint", $"{taint.Key}={taint.Value}:{taint.Effect}");

    // Labels of nodes are the cluster's, so reserved ones are welcome here.
    private static Refusal? CheckNodeLabel(string key, string value) =>
        !MetadataRules.IsKey(key) ? new Refusal("label.key", Field: "NodeLabels").With("key", key)
        : MetadataRules.IsLabelValue(value) ? null : new Refusal("label.value", Field: "NodeLabels").With("key", key).With("value", value);

    private static Refusal? CheckResource(string? resource) =>
        resource is { Length: <= ResourceNameLimit } && ExtendedResource().IsMatch(resource)
        && !resource.StartsWith("kubernetes.io/", StringComparison.Ordinal)
            ? null
            : new Refusal("pool.resource_bad", Field: "ResourceName").With("resource", resource);

    private static Refusal? CheckPrice(decimal price) => price is < 0 or > PriceLimit
        ? new Refusal("pool.price_range", Field: "PricePerHour").With("limit", PriceLimit)
        : null;

    [GeneratedRegex("[a-z0-9]+", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex AsciiWords();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?/[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ExtendedResource();
}
