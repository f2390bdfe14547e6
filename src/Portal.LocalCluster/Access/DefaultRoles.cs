using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>The roles and bindings a cluster has from its first moment, aggregated ones with their rules already in them.</summary>
internal static class DefaultRoles
{
    public static IReadOnlyList<JsonObject> All()
    {
        using var reader = new StreamReader(typeof(DefaultRoles).Assembly.GetManifestResourceStream("access/default-roles")!);
        List<JsonObject> objects = [.. YamlText.ParseAll(reader.ReadToEnd())];
        // view before edit before admin: each gathers the one before it.
        foreach (var name in (ReadOnlySpan<string>)["view", "edit", "admin"]) RoleAggregation.Collect(objects.First(role => role.Name() == name), objects);
        foreach (var role in objects) role.Ensure("metadata", "labels")["kubernetes.io/bootstrapping"] = "rbac-defaults";
        return objects;
    }
}
