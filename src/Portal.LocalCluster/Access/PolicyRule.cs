using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>One rule of a role. Empty names mean any name.</summary>
internal sealed record PolicyRule(string[] Verbs, string[] Groups, string[] Resources, string[] Names, string[] Paths)
{
    public static readonly PolicyRule Everything = new(["*"], ["*"], ["*"], [], []);

    public static readonly PolicyRule EveryPath = new(["*"], [], [], [], ["*"]);

    public static PolicyRule From(JsonObject rule)
    {
        string[] Texts(string list) => rule.Items(list) is { Count: > 0 } items ? [.. items.Select(item => item.AsText() ?? "")] : [];
        return new PolicyRule(Texts("verbs"), Texts("apiGroups"), Texts("resources"), Texts("resourceNames"), Texts("nonResourceURLs"));
    }

    public bool Allows(AccessAttributes access)
    {
        if (!Has(Verbs, access.Verb)) return false;
        if (access.Path is { } path) return Paths.Any(open => CoversPath(open, path));
        return Has(Groups, access.Group)
            && (Has(Resources, access.FullResource) || (access.Subresource.Length > 0 && Resources.Contains("*/" + access.Subresource, StringComparer.Ordinal)))
            && (Names.Length == 0 || (access.Name.Length > 0 && Names.Contains(access.Name, StringComparer.Ordinal)));
    }

    /// <summary>Whether all that a part says is said by this rule; the part has one value in each list.</summary>
    public bool Covers(PolicyRule part) =>
        Has(Verbs, part.Verbs[0])
        && (part.Paths.Length > 0
            ? Paths.Any(open => CoversPath(open, part.Paths[0]))
            : Has(Groups, part.Groups[0])
                && (Has(Resources, part.Resources[0]) || (part.Resources[0].Split('/') is [_, var sub] && Resources.Contains("*/" + sub, StringComparer.Ordinal)))
                && (Names.Length == 0 || (part.Names.Length > 0 && Names.Contains(part.Names[0], StringComparer.Ordinal))));

    /// <summary>The rule as parts of one value each.</summary>
    public IEnumerable<PolicyRule> Parts() => Verbs.SelectMany(verb =>
        Paths.Select(path => new PolicyRule([verb], [], [], [], [path])).Concat(
            from wanted in Groups
            from resource in Resources
            from name in Names.Length == 0 ? [""] : Names
            select new PolicyRule([verb], [wanted], [resource], name.Length == 0 ? [] : [name], [])));

    public JsonObject ToJson()
    {
        var rule = new JsonObject { ["verbs"] = List(Verbs) };
        if (Groups.Length > 0) rule["apiGroups"] = List(Groups);
        if (Resources.Length > 0) rule["resources"] = List(Resources);
        if (Names.Length > 0) rule["resourceNames"] = List(Names);
        if (Paths.Length > 0) rule["nonResourceURLs"] = List(Paths);
        return rule;
    }

    /// <summary>As the refusals of the real server show it.</summary>
    public override string ToString()
    {
        (string Name, string[] Values)[] fields = [("APIGroups", Groups), ("Resources", Resources), ("NonResourceURLs", Paths), ("ResourceNames", Names), ("Verbs", Verbs)];
        return $"{{{string.Join(", ", fields.Where(field => field.Values.Length > 0).Select(field => $"{field.Name}:[{Quoted(field.Values)}]"))}}}";
    }

    public static string Quoted(IEnumerable<string> values) => string.Join(' ', values.Select(value => $"\"{value}\""));

    private static bool Has(string[] list, string value)
    {
        foreach (var item in list)
        {
            if (item == "*" || item == value) return true;
        }
        return false;
    }

    private static bool CoversPath(string open, string path) =>
        open == "*" || open == path || (open.EndsWith('*') && path.StartsWith(open[..^1], StringComparison.Ordinal));

    private static JsonArray List(string[] values) => [.. values.Select(value => (JsonNode)value)];
}
