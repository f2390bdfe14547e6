using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Ownership;

/// <summary>
/// Server-side apply: the manager owns what it names; a field that another owns with another value is a conflict unless
/// forced; a field that it names no longer goes, if nobody else names it.
/// </summary>
internal static class ServerSideApply
{
    /// <param name="live">What is stored; null when there is nothing yet.</param>
    /// <param name="applied">The configuration as sent, checked against the schema.</param>
    /// <returns>The object as it shall be, managedFields included.</returns>
    public static JsonObject Apply(ResourceType type, JsonObject? live, JsonObject applied, WriteOptions options, bool force, DateTimeOffset now)
    {
        var managers = live is null ? [] : ManagedFields.Read(live);
        if (live is not null && managers.Count == 0) managers.Add(FieldManagers.BeforeFirstApply(type, live, now));
        var mine = new FieldManager(options.Manager, Applies: true, type.GroupVersion, options.Subresource == "scale" ? "" : options.Subresource);
        var last = managers.Find(mine.IsSame);
        var config = FieldManagers.Owned(applied);
        Restrict(type, config, options.Subresource);
        mine.Fields = FieldWalk.Named(type.Schema, config);
        mine.Fields.Member = false;
        if (config["metadata"] is JsonObject { Count: 0 }) mine.Fields.Drop("f:metadata");
        var before = FieldManagers.Owned(live ?? FieldManagers.Empty());
        var merged = (JsonObject)Merging.Merge(type.Schema, before, config)!;
        var (changed, _) = FieldWalk.Compare(type.Schema, before, merged);
        var others = managers.Where(manager => !manager.IsSame(mine)).ToList();
        if (!force) CheckConflicts(others, changed);
        foreach (var other in others) other.Fields = other.Fields.Except(changed);
        if (last is not null) Merging.Prune(type.Schema, merged, last.Fields, [mine.Fields, .. others.Select(other => other.Fields)]);
        var (_, removed) = FieldWalk.Compare(type.Schema, before, merged);
        foreach (var other in others) other.Fields = other.Fields.Except(removed);
        mine.Time = last is not null && last.Fields.SameAs(mine.Fields) && last.ApiVersion == mine.ApiVersion && changed.IsEmpty ? last.Time : ObjectMetadata.Time(now);
        return Result(live, applied, merged, [.. others, mine]);
    }

    private static JsonObject Result(JsonObject? live, JsonObject applied, JsonObject merged, IReadOnlyList<FieldManager> managers)
    {
        var result = (JsonObject)(live ?? applied).DeepClone();
        foreach (var key in result.Select(pair => pair.Key).Where(key => key is not ("apiVersion" or "kind" or "metadata")).ToList()) result.Remove(key);
        foreach (var (key, value) in merged.Where(pair => pair.Key != "metadata")) result[key] = value?.DeepClone();
        var metadata = result.Ensure("metadata");
        foreach (var key in (ReadOnlySpan<string>)["labels", "annotations", "finalizers", "ownerReferences", "generateName"]) metadata.Remove(key);
        foreach (var (key, value) in merged.Map("metadata") ?? []) metadata[key] = value?.DeepClone();
        ManagedFields.Write(result, managers);
        return result;
    }

    /// <summary>A subresource is about its own part only, and the main path not about status.</summary>
    private static void Restrict(ResourceType type, JsonObject config, string subresource)
    {
        if (subresource == "status")
        {
            foreach (var key in config.Select(pair => pair.Key).Where(key => key is not ("status" or "metadata")).ToList()) config.Remove(key);
            config["metadata"] = new JsonObject();
        }
        else if (type.HasStatus)
        {
            config.Remove("status");
        }
    }

    private static void CheckConflicts(IReadOnlyList<FieldManager> others, FieldSet changed)
    {
        var conflicts = others.Select(other => (other, Fields: other.Fields.Intersect(changed).Paths().ToList())).Where(pair => pair.Fields.Count > 0).ToList();
        var count = conflicts.Sum(pair => pair.Fields.Count);
        if (count == 0) return;
        var causes = new JsonArray();
        List<string> lines = [];
        foreach (var (other, fields) in conflicts)
        {
            var who = $"\"{other.Name}\"" + (other.Subresource.Length > 0 ? $" with subresource \"{other.Subresource}\"" : "") + (other.Applies ? "" : $" using {other.ApiVersion}");
            foreach (var field in fields)
                causes.Add(new JsonObject { ["reason"] = "FieldManagerConflict", ["message"] = "conflict with " + who, ["field"] = field });
            lines.Add(fields.Count == 1 ? $"conflict with {who}: {fields[0]}" : $"conflicts with {who}:\n" + string.Join('\n', fields.Select(field => "- " + field)));
        }
        throw new ApiException(
            409, "Conflict", $"Apply failed with {count} conflict{(count == 1 ? "" : "s")}: {string.Join('\n', lines)}", new JsonObject { ["causes"] = causes });
    }
}
