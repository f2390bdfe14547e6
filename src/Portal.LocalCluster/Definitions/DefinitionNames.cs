using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Definitions;

/// <summary>
/// Which names a definition may have beside the others of its group: of names that are taken it keeps those that it had, and as
/// long as it never had all of its own it is not served. Pure.
/// </summary>
internal static class DefinitionNames
{
    /// <summary>All names that it asks for are its own.</summary>
    public static bool AreAccepted(JsonObject definition) =>
        definition.Map("spec", "names") is { } wanted && definition.Map("status", "acceptedNames") is { } accepted
        && JsonNode.DeepEquals(wanted, accepted) && IsTrue(definition, "NamesAccepted");

    public static bool IsEstablished(JsonObject definition) => IsTrue(definition, "Established");

    /// <summary>The status that the definition comes to have.</summary>
    /// <param name="definition">A definition as it is stored.</param>
    /// <param name="taken">The names that the definitions of its group have, its own among them.</param>
    /// <param name="now">When conditions that change have changed.</param>
    public static JsonObject Status(JsonObject definition, IEnumerable<JsonObject> taken, DateTimeOffset now)
    {
        HashSet<string> resources = new(StringComparer.Ordinal), kinds = new(StringComparer.Ordinal);
        foreach (var names in taken)
        {
            resources.UnionWith([names.Text("plural") ?? "", names.Text("singular") ?? "", .. Texts(names, "shortNames")]);
            kinds.UnionWith([names.Text("kind") ?? "", names.Text("listKind") ?? ""]);
        }
        var wanted = definition.Map("spec", "names") ?? [];
        var had = definition.Map("status", "acceptedNames") ?? [];
        var accepted = (JsonObject)had.DeepClone();
        (string Reason, string Message)? conflict = null;
        Take("plural", resources, "PluralConflict");
        Take("singular", resources, "SingularConflict");
        TakeShortNames();
        Take("kind", kinds, "KindConflict");
        Take("listKind", kinds, "ListKindConflict");
        Copy("categories");
        var status = (JsonObject)(definition.Map("status") ?? []).DeepClone();
        status["conditions"] = Conditions(definition, conflict, now);
        // In the order in which the real server writes them.
        status["acceptedNames"] = new JsonObject(((ReadOnlySpan<string>)["plural", "singular", "shortNames", "kind", "listKind", "categories"]).ToArray()
            .Where(accepted.ContainsKey).Select(field => KeyValuePair.Create(field, accepted[field]?.DeepClone())));
        return status;

        // Of several conflicts the last is told.
        void Take(string field, HashSet<string> used, string reason)
        {
            var name = wanted.Text(field) ?? "";
            if (name != (had.Text(field) ?? "") && used.Contains(name)) conflict = (reason, $"\"{name}\" is already in use");
            else Copy(field);
        }

        void TakeShortNames()
        {
            var inUse = Texts(wanted, "shortNames").Except(Texts(had, "shortNames"), StringComparer.Ordinal).Where(resources.Contains).Select(name => $"\"{name}\" is already in use").ToList();
            if (inUse.Count == 0) Copy("shortNames");
            else conflict = ("ShortNamesConflict", inUse.Count == 1 ? inUse[0] : $"[{string.Join(", ", inUse)}]");
        }

        void Copy(string field)
        {
            if (wanted[field] is { } value) accepted[field] = value.DeepClone();
            else accepted.Remove(field);
        }
    }

    private static JsonArray Conditions(JsonObject definition, (string Reason, string Message)? conflict, DateTimeOffset now)
    {
        var conditions = new JsonArray([.. (definition.Items("status", "conditions") ?? []).Select(condition => condition?.DeepClone())]);
        if (conflict is var (reason, message)) Set("NamesAccepted", on: false, reason, message);
        else Set("NamesAccepted", on: true, "NoConflicts", "no conflicts found");
        // What was established stays so, under the names that it had.
        if (IsEstablished(definition)) return conditions;
        if (conflict is null) Set("Established", on: true, "InitialNamesAccepted", "the initial names have been accepted");
        else Set("Established", on: false, "NotAccepted", "not all names are accepted");
        return conditions;

        void Set(string type, bool on, string why, string text)
        {
            var (status, old) = (on ? "True" : "False", Condition(conditions, type));
            var since = old?.Text("status") == status ? old.Text("lastTransitionTime") : null;
            var next = new JsonObject { ["type"] = type, ["status"] = status, ["lastTransitionTime"] = since ?? ObjectMetadata.Time(now), ["reason"] = why, ["message"] = text };
            if (old is null) conditions.Add(next);
            else conditions[conditions.IndexOf(old)] = next;
        }
    }

    private static bool IsTrue(JsonObject definition, string type) => Condition(definition.Items("status", "conditions"), type)?.Text("status") == "True";

    private static JsonObject? Condition(JsonArray? conditions, string type) => (conditions ?? []).OfType<JsonObject>().FirstOrDefault(condition => condition.Text("type") == type);

    private static IEnumerable<string> Texts(JsonObject names, string list) => (names.Items(list) ?? []).Select(item => item.AsText() ?? "");
}
