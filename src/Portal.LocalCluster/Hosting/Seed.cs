using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Definitions;
using Portal.LocalCluster.Lifecycle;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster;

/// <summary>What a cluster has from its first moment: the namespaces that are always there, and the roles people bind to.</summary>
internal static class Seed
{
    private static readonly WriteOptions Options = new("local-cluster", Validation: FieldValidation.Ignore);

    private static readonly string[] Namespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];

    public static void Fill(IServiceProvider services)
    {
        var registry = services.GetRequiredService<ObjectRegistry>();
        services.GetRequiredService<NamespaceContents>(); // listens from here on
        services.GetRequiredService<CustomResources>().Start();
        foreach (var types in services.GetServices<IAggregatedApi>().SelectMany(api => api.Types).GroupBy(type => type.GroupResource))
            registry.Catalog.Set(types.Key, [.. types]);
        foreach (var name in Namespaces) Ensure(registry, Body("v1", "Namespace", name));
        foreach (var role in DefaultRoles.All()) Ensure(registry, role);
    }

    private static void Ensure(ObjectRegistry registry, JsonObject body)
    {
        var type = registry.Catalog.OfKind(body.Text("apiVersion")!, body.Kind())!;
        if (registry.Store.Find(type, ns: null, body.Name()) is null)
        {
            registry.Create(type, ns: null, body, Options);
            return;
        }
        // A newer version may grant more or less by default; people's own labels and annotations stay.
        if (body.Items("rules") is { } rules)
        {
            registry.Change(type, ns: null, body.Name(), Options, present =>
            {
                present["rules"] = rules.DeepClone();
                if (body["aggregationRule"] is { } aggregation) present["aggregationRule"] = aggregation.DeepClone();
                return present;
            });
        }
    }

    private static JsonObject Body(string version, string kind, string name) =>
        new() { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };
}
