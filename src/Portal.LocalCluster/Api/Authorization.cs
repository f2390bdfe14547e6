using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>Role-based access control, by the Roles and bindings that are stored.</summary>
internal sealed class Authorization(ObjectRegistry registry)
{
    private static readonly string[] OpenPaths = ["/version", "/api", "/apis", "/openapi", "/healthz", "/livez", "/readyz"];

    public void Check(ApiRequest request)
    {
        var access = new Access(request.Verb, request.Type.Group, request.Type.Plural, request.Subresource, request.Name ?? "", request.Namespace);
        if (Allows(request.Caller, access) is null) throw Refused(request, access);
    }

    public void CheckPath(Caller caller, string path)
    {
        if (IsMaster(caller) || OpenPaths.Any(open => path == open || path.StartsWith(open + "/", StringComparison.Ordinal))) return;
        throw new ApiException(403, "Forbidden", $"forbidden: User \"{caller.User}\" cannot get path \"{path}\"", []);
    }

    /// <summary>Why it is allowed; null when it is not.</summary>
    public string? Allows(Caller caller, Access access)
    {
        if (IsMaster(caller)) return "";
        if (access.Resource.StartsWith("selfsubject", StringComparison.Ordinal)) return "";
        foreach (var binding in List("clusterrolebindings.rbac.authorization.k8s.io", ns: null))
        {
            if (Binds(binding, caller) && Role(binding, ns: null) is { } rules && rules.Any(rule => Covers(rule, access)))
                return $"RBAC: allowed by ClusterRoleBinding \"{binding.Name()}\" of ClusterRole \"{binding.Text("roleRef", "name")}\"";
        }
        if (access.Namespace is null) return null;
        foreach (var binding in List("rolebindings.rbac.authorization.k8s.io", access.Namespace))
        {
            if (Binds(binding, caller) && Role(binding, access.Namespace) is { } rules && rules.Any(rule => Covers(rule, access)))
                return $"RBAC: allowed by RoleBinding \"{binding.Name()}/{access.Namespace}\" of {binding.Text("roleRef", "kind")} \"{binding.Text("roleRef", "name")}\"";
        }
        return null;
    }

    /// <summary>The rules that hold for a caller in a namespace.</summary>
    public IEnumerable<JsonObject> Rules(Caller caller, string? ns)
    {
        if (IsMaster(caller)) return [new JsonObject { ["verbs"] = new JsonArray("*"), ["apiGroups"] = new JsonArray("*"), ["resources"] = new JsonArray("*") }];
        var bindings = List("clusterrolebindings.rbac.authorization.k8s.io", ns: null).Select(binding => (binding, Home: (string?)null));
        if (ns is not null) bindings = bindings.Concat(List("rolebindings.rbac.authorization.k8s.io", ns).Select(binding => (binding, Home: (string?)ns)));
        return bindings.Where(pair => Binds(pair.binding, caller)).SelectMany(pair => Role(pair.binding, pair.Home) ?? []);
    }

    private static bool IsMaster(Caller caller) => caller.Groups.Contains("system:masters", StringComparer.Ordinal);

    private IEnumerable<JsonObject> List(string resource, string? ns) =>
        registry.Store.Shelf(registry.Catalog.Stored(resource)!).Objects(ns).Select(stored => stored.Read());

    private List<JsonObject>? Role(JsonObject binding, string? ns)
    {
        var cluster = binding.Text("roleRef", "kind") == "ClusterRole";
        var type = registry.Catalog.Stored(cluster ? "clusterroles.rbac.authorization.k8s.io" : "roles.rbac.authorization.k8s.io")!;
        var role = registry.Store.Find(type, cluster ? null : ns, binding.Text("roleRef", "name") ?? "");
        return role?.Read().Items("rules")?.OfType<JsonObject>().ToList();
    }

    private static bool Binds(JsonObject binding, Caller caller) => (binding.Items("subjects") ?? []).OfType<JsonObject>().Any(subject => subject.Text("kind") switch
    {
        "User" => subject.Text("name") == caller.User,
        "Group" => caller.Groups.Contains(subject.Text("name") ?? "", StringComparer.Ordinal),
        "ServiceAccount" => caller.User == $"system:serviceaccount:{subject.Text("namespace")}:{subject.Text("name")}",
        _ => false,
    });

    private static bool Covers(JsonObject rule, Access access)
    {
        bool Has(string list, string value) => (rule.Items(list) ?? []).Any(item => item.AsText() is "*" || item.AsText() == value);
        var resource = access.Subresource.Length == 0 ? access.Resource : $"{access.Resource}/{access.Subresource}";
        return Has("verbs", access.Verb) && Has("apiGroups", access.Group) && Has("resources", resource)
            && (rule.Items("resourceNames") is not { Count: > 0 } || (access.Name.Length > 0 && Has("resourceNames", access.Name)));
    }

    private static ApiException Refused(ApiRequest request, Access access)
    {
        var resource = access.Subresource.Length == 0 ? access.Resource : $"{access.Resource}/{access.Subresource}";
        var where = access.Namespace is null ? "at the cluster scope" : $"in the namespace \"{access.Namespace}\"";
        return Refusals.Forbidden(
            request.Type, access.Name, $"User \"{request.Caller.User}\" cannot {access.Verb} resource \"{resource}\" in API group \"{access.Group}\" {where}");
    }
}

/// <summary>What somebody wants to do.</summary>
internal sealed record Access(string Verb, string Group, string Resource, string Subresource, string Name, string? Namespace);
