using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Ownership;

/// <summary>Keeps account of who set which field when objects are written other than by server-side apply.</summary>
internal static class FieldManagers
{
    private static readonly string[] Unowned =
        ["name", "namespace", "creationTimestamp", "selfLink", "uid", "generation", "managedFields", "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds"];

    /// <summary>Built-in structures that are always there, so nobody comes to own them as such.</summary>
    private static readonly string[][] AlwaysThere =
        [["f:metadata"], ["f:spec"], ["f:status"], ["f:spec", "f:containers"], ["f:spec", "f:template"], ["f:spec", "f:template", "f:metadata"], ["f:spec", "f:template", "f:spec"], ["f:spec", "f:template", "f:spec", "f:containers"]];

    public static void Track(ResourceType type, JsonObject? old, JsonObject tree, WriteOptions options, DateTimeOffset now)
    {
        var managers = Base(old, tree);
        if (old is not null && managers.Count == 0)
        {
            // An object without an account is kept without one until it is applied.
            ManagedFields.Write(tree, managers);
            return;
        }
        var (changed, removed) = FieldWalk.Compare(type.Schema, Owned(old ?? Empty()), Owned(tree));
        Cut(type, changed);
        var me = new FieldManager(options.Manager, Applies: false, type.GroupVersion, options.Subresource == "scale" ? "" : options.Subresource);
        var mine = managers.Find(me.IsSame);
        foreach (var manager in managers)
        {
            manager.Fields = manager.Fields.Except(removed);
            if (!ReferenceEquals(manager, mine)) manager.Fields = manager.Fields.Except(changed);
        }
        if (!changed.IsEmpty)
        {
            if (mine is null) managers.Add(mine = me);
            var fields = mine.Fields.Union(changed);
            if (!fields.SameAs(mine.Fields) || mine.Time.Length == 0 || old is not null) mine.Time = ObjectMetadata.Time(now);
            mine.Fields = fields;
        }
        ManagedFields.Write(tree, managers);
    }

    /// <summary>Who owns an object of which no account was kept, when it is applied for the first time: all of it, and by no apply.</summary>
    public static FieldManager BeforeFirstApply(ResourceType type, JsonObject live, DateTimeOffset now)
    {
        var (fields, _) = FieldWalk.Compare(type.Schema, Owned(Empty()), Owned(live));
        Cut(type, fields);
        return new FieldManager("before-first-apply", Applies: false, type.GroupVersion, "") { Fields = fields, Time = ObjectMetadata.Time(now) };
    }

    /// <summary>A copy without what the server itself keeps.</summary>
    public static JsonObject Owned(JsonObject tree)
    {
        var copy = (JsonObject)tree.DeepClone();
        copy.Remove("apiVersion");
        copy.Remove("kind");
        foreach (var field in Unowned) copy.Map("metadata")?.Remove(field);
        return copy;
    }

    public static JsonObject Empty() => new() { ["metadata"] = new JsonObject() };

    /// <summary>What is stored, unless the writer sends another account (one of an empty entry starts anew, an empty list says nothing).</summary>
    private static List<FieldManager> Base(JsonObject? old, JsonObject tree)
    {
        if (old is null) return [];
        var sent = tree.Items("metadata", "managedFields");
        return sent is null or { Count: 0 } ? ManagedFields.Read(old) : ManagedFields.Read(tree);
    }

    private static void Cut(ResourceType type, FieldSet changed)
    {
        if (changed.Child("f:metadata") is { } metadata) metadata.Member = false;
        if (!type.Custom)
        {
            foreach (var path in AlwaysThere)
            {
                var at = changed;
                foreach (var step in path) at = at?.Child(step);
                if (at is { Children.Count: > 0 }) at.Member = false;
            }
        }
        foreach (var (step, child) in changed.Children.ToList())
        {
            if (child.IsEmpty) changed.Drop(step);
        }
        changed.Member = false;
    }
}
