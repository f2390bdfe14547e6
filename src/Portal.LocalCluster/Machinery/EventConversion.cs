using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>Events as events.k8s.io/v1 names their fields; they are stored as the core group's.</summary>
internal sealed class EventConversion : IVersionConversion
{
    public const string Group = "events.k8s.io";

    public static readonly EventConversion Instance = new();

    private static readonly (string Core, string New)[] Names =
    [
        ("involvedObject", "regarding"), ("message", "note"), ("source", "deprecatedSource"), ("firstTimestamp", "deprecatedFirstTimestamp"),
        ("lastTimestamp", "deprecatedLastTimestamp"), ("count", "deprecatedCount"), ("reportingComponent", "reportingController"),
    ];

    public JsonObject ToStored(JsonObject tree)
    {
        tree["apiVersion"] = "v1";
        foreach (var (core, other) in Names) Rename(tree, other, core);
        return tree;
    }

    public JsonObject FromStored(JsonObject tree)
    {
        tree["apiVersion"] = Group + "/v1";
        foreach (var (core, other) in Names) Rename(tree, core, other);
        // Who reports may be unknown, but is never an empty name here.
        foreach (var field in (ReadOnlySpan<string>)["reportingController", "reportingInstance"])
        {
            if (tree.Text(field) is "") tree.Remove(field);
        }
        return tree;
    }

    private static void Rename(JsonObject tree, string from, string to)
    {
        if (!tree.TryGetPropertyValue(from, out var value)) return;
        tree.Remove(from);
        tree[to] = value;
    }
}
