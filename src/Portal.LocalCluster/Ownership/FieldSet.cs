using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Ownership;

/// <summary>
/// A set of fields as managedFields writes them: <c>f:name</c> a field, <c>k:{…}</c> a list element by key, <c>v:…</c> one
/// by value, <c>.</c> the thing itself. A node without children is itself a member.
/// </summary>
internal sealed class FieldSet
{
    private readonly SortedDictionary<string, FieldSet> _children = new(StringComparer.Ordinal);

    public bool Member { get; set; }

    public bool IsEmpty => !Member && _children.Count == 0;

    public IReadOnlyDictionary<string, FieldSet> Children => _children;

    public FieldSet? Child(string step) => _children.GetValueOrDefault(step);

    public FieldSet Ensure(string step)
    {
        if (!_children.TryGetValue(step, out var child)) _children[step] = child = new FieldSet();
        return child;
    }

    public void Set(string step, FieldSet child)
    {
        if (!child.IsEmpty) _children[step] = child;
    }

    public void Drop(string step) => _children.Remove(step);

    public static FieldSet Parse(JsonObject? fields)
    {
        var set = new FieldSet();
        foreach (var (step, value) in fields ?? [])
        {
            if (step == ".") set.Member = true;
            else if (value is JsonObject { Count: > 0 } below) set._children[step] = Parse(below);
            else set._children[step] = new FieldSet { Member = true };
        }
        return set;
    }

    public JsonObject ToJson()
    {
        var json = new JsonObject();
        if (Member && _children.Count > 0) json["."] = new JsonObject();
        foreach (var (step, child) in _children) json[step] = child.ToJson();
        return json;
    }

    public FieldSet Union(FieldSet other)
    {
        var union = new FieldSet { Member = Member || other.Member };
        foreach (var (step, child) in _children) union._children[step] = other.Child(step) is { } same ? child.Union(same) : child;
        foreach (var (step, child) in other._children) union._children.TryAdd(step, child);
        return union;
    }

    public FieldSet Except(FieldSet other)
    {
        var rest = new FieldSet { Member = Member && !other.Member };
        foreach (var (step, child) in _children) rest.Set(step, other.Child(step) is { } same ? child.Except(same) : child);
        return rest;
    }

    public FieldSet Intersect(FieldSet other)
    {
        var common = new FieldSet { Member = Member && other.Member };
        foreach (var (step, child) in _children)
        {
            if (other.Child(step) is { } same) common.Set(step, child.Intersect(same));
        }
        return common;
    }

    public bool SameAs(FieldSet other) =>
        Member == other.Member && _children.Count == other._children.Count
        && _children.All(pair => other.Child(pair.Key) is { } same && pair.Value.SameAs(same));

    /// <summary>The members as people read them: <c>.spec.containers[name="c"].image</c>.</summary>
    public IEnumerable<string> Paths(string prefix = "")
    {
        if (Member) yield return prefix;
        foreach (var (step, child) in _children)
        {
            foreach (var path in child.Paths(prefix + Shown(step))) yield return path;
        }
    }

    /// <summary>One step of such a path.</summary>
    public static string Shown(string step) => step[0] switch
    {
        'f' => "." + step[2..],
        'k' => "[" + string.Join(",", ((JsonObject)JsonNode.Parse(step[2..])!).Select(key => $"{key.Key}={key.Value?.ToJsonString()}")) + "]",
        'v' => "[=" + step[2..] + "]",
        _ => "[" + step[2..] + "]",
    };
}
