using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
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
        foreach (var name in Namespaces) Ensure(registry, Body("v1", "Namespace", name));
        Ensure(registry, Role("cluster-admin", Rule(["*"], ["*"], ["*"])));
        Ensure(registry, Role("admin", Rule(["*"], ["", "apps", "batch", "networking.k8s.io", "autoscaling", "policy", "rbac.authorization.k8s.io"], ["*"])));
        Ensure(registry, Role("edit", Rule(["*"], ["", "apps", "batch", "networking.k8s.io", "autoscaling", "policy"], ["*"])));
        Ensure(registry, Role("view", Rule(["get", "list", "watch"], ["", "apps", "batch", "networking.k8s.io", "autoscaling", "policy"], ["*"])));
    }

    private static void Ensure(ObjectRegistry registry, JsonObject body)
    {
        var type = registry.Catalog.OfKind(body.Text("apiVersion")!, body.Kind())!;
        if (registry.Store.Find(type, ns: null, body.Name()) is null) registry.Create(type, ns: null, body, Options);
    }

    private static JsonObject Body(string version, string kind, string name) =>
        new() { ["apiVersion"] = version, ["kind"] = kind, ["metadata"] = new JsonObject { ["name"] = name } };

    private static JsonObject Role(string name, JsonObject rule)
    {
        var role = Body("rbac.authorization.k8s.io/v1", "ClusterRole", name);
        role["rules"] = new JsonArray(rule);
        return role;
    }

    private static JsonObject Rule(string[] verbs, string[] groups, string[] resources) =>
        new() { ["verbs"] = Texts(verbs), ["apiGroups"] = Texts(groups), ["resources"] = Texts(resources) };

    private static JsonArray Texts(string[] texts) => [.. texts.Select(text => (JsonNode)text)];
}
