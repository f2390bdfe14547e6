using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Discovery;

/// <summary>What the server says it serves: the aggregated documents of new clients and the plain ones of old.</summary>
internal sealed class DiscoveryDocuments(ResourceCatalog catalog)
{
    public static JsonObject Version { get; } = new()
    {
        ["major"] = "1",
        ["minor"] = "36",
        ["gitVersion"] = "v1.36.2+local",
        ["gitCommit"] = "",
        ["gitTreeState"] = "clean",
        ["buildDate"] = "2026-07-01T00:00:00Z",
        ["goVersion"] = "",
        ["compiler"] = "",
        ["platform"] = "linux/amd64",
    };

    public JsonObject Aggregated(bool core, string version) => new()
    {
        ["kind"] = "APIGroupDiscoveryList",
        ["apiVersion"] = "apidiscovery.k8s.io/" + version,
        ["metadata"] = new JsonObject(),
        ["items"] = new JsonArray([.. Groups().Where(group => group.Key.Length == 0 == core).Select(AggregatedGroup)]),
    };

    public static JsonObject Core(string address) => new()
    {
        ["kind"] = "APIVersions",
        ["versions"] = new JsonArray("v1"),
        ["serverAddressByClientCIDRs"] = new JsonArray(new JsonObject { ["clientCIDR"] = "0.0.0.0/0", ["serverAddress"] = address }),
    };

    public JsonObject GroupList() => new()
    {
        ["kind"] = "APIGroupList",
        ["apiVersion"] = "v1",
        ["groups"] = new JsonArray([.. Groups().Where(group => group.Key.Length > 0).Select(PlainGroup)]),
    };

    public JsonObject? Group(string name)
    {
        if (Groups().FirstOrDefault(group => group.Key == name && name.Length > 0) is not { } found) return null;
        var group = PlainGroup(found);
        group.Insert(0, "kind", "APIGroup");
        group.Insert(1, "apiVersion", "v1");
        return group;
    }

    public JsonObject? Resources(string group, string version)
    {
        var types = catalog.Types.Where(type => type.Group == group && type.Version == version).ToList();
        if (types.Count == 0) return null;
        var list = new JsonObject { ["kind"] = "APIResourceList", ["groupVersion"] = types[0].GroupVersion };
        if (group.Length > 0) list.Insert(1, "apiVersion", "v1");
        list["resources"] = new JsonArray([.. types.OrderBy(type => type.Plural, StringComparer.Ordinal).SelectMany(PlainResources)]);
        return list;
    }

    /// <summary>Computed groups last: a name that is in two groups means the stored one.</summary>
    private IEnumerable<IGrouping<string, ResourceType>> Groups() =>
        catalog.Types.GroupBy(type => type.Group).OrderBy(group => group.All(type => type.Verbs.Count == 0));

    private static IEnumerable<IGrouping<string, ResourceType>> Versions(IEnumerable<ResourceType> group) =>
        group.GroupBy(type => type.Version).OrderBy(version => version.Key, VersionOrder.Instance);

    private static JsonObject AggregatedGroup(IGrouping<string, ResourceType> group) => new()
    {
        ["metadata"] = group.Key.Length == 0 ? new JsonObject() : new JsonObject { ["name"] = group.Key },
        ["versions"] = new JsonArray([.. Versions(group).Select(version => new JsonObject
        {
            ["version"] = version.Key,
            ["resources"] = new JsonArray([.. version.OrderBy(type => type.Plural, StringComparer.Ordinal).Select(AggregatedResource)]),
            ["freshness"] = "Current",
        })]),
    };

    private static JsonObject AggregatedResource(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["resource"] = type.Plural,
            ["responseKind"] = ResponseKind(type, type.Group, type.Version, type.Kind),
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["singularResource"] = type.Singular,
            ["verbs"] = Texts(type.Verbs),
        };
        if (type.ShortNames.Count > 0) resource["shortNames"] = Texts(type.ShortNames);
        if (type.Categories.Count > 0) resource["categories"] = Texts(type.Categories);
        JsonArray below =
        [
            .. Subresource.Of(type).Select(sub => new JsonObject
            {
                ["subresource"] = sub.Name,
                ["responseKind"] = ResponseKind(type, sub.Group, sub.Version, sub.Kind),
                ["verbs"] = Texts(sub.Verbs),
            }),
        ];
        if (below.Count > 0) resource["subresources"] = below;
        return resource;
    }

    /// <summary>A built-in kind of the group and version that it is served in names neither; a custom one names both.</summary>
    private static JsonObject ResponseKind(ResourceType type, string group, string version, string kind)
    {
        var own = !type.Custom && group == type.Group && version == type.Version;
        return new JsonObject { ["group"] = own ? "" : group, ["version"] = own ? "" : version, ["kind"] = kind };
    }

    private static JsonObject PlainGroup(IGrouping<string, ResourceType> group)
    {
        var versions = Versions(group).Select(version => (JsonNode)new JsonObject { ["groupVersion"] = $"{group.Key}/{version.Key}", ["version"] = version.Key }).ToArray();
        return new JsonObject { ["name"] = group.Key, ["versions"] = new JsonArray(versions), ["preferredVersion"] = versions[0].DeepClone() };
    }

    private static IEnumerable<JsonObject> PlainResources(ResourceType type)
    {
        var resource = new JsonObject
        {
            ["name"] = type.Plural,
            ["singularName"] = type.Singular,
            ["namespaced"] = type.Namespaced,
            ["kind"] = type.Kind,
            ["verbs"] = Texts(type.Verbs),
        };
        if (type.ShortNames.Count > 0) resource["shortNames"] = Texts(type.ShortNames);
        if (type.Categories.Count > 0) resource["categories"] = Texts(type.Categories);
        yield return resource;
        foreach (var sub in Subresource.Of(type))
        {
            var below = new JsonObject { ["name"] = $"{type.Plural}/{sub.Name}", ["singularName"] = "", ["namespaced"] = type.Namespaced };
            if (sub.Group != type.Group || sub.Version != type.Version)
            {
                below["group"] = sub.Group;
                below["version"] = sub.Version;
            }
            below["kind"] = sub.Kind;
            below["verbs"] = Texts(sub.Verbs);
            yield return below;
        }
    }

    private static JsonArray Texts(IEnumerable<string> texts) => [.. texts.Select(text => (JsonNode)text)];
}

/// <summary>Versions as Kubernetes prefers them: stable before beta before alpha, newer before older.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static readonly VersionOrder Instance = new();

    public int Compare(string? x, string? y) => Rank(y ?? "").CompareTo(Rank(x ?? ""));

    private static (int Stage, int Major, int Minor) Rank(string version)
    {
        var match = System.Text.RegularExpressions.Regex.Match(
            version, "^v(?<major>[0-9]+)((?<stage>alpha|beta)(?<minor>[0-9]+))?$", System.Text.RegularExpressions.RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        if (!match.Success) return (-1, 0, 0);
        int Number(string group) => int.TryParse(match.Groups[group].Value, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : 0;
        return (match.Groups["stage"].Value switch { "" => 2, "beta" => 1, _ => 0 }, Number("major"), Number("minor"));
    }
}
