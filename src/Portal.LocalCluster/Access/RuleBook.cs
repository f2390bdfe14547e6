using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Access;

/// <summary>
/// The rules that hold for somebody, by the Roles and bindings that are stored. What is stored never changes in place, so
/// each role and binding is read once, for as long as it stands.
/// </summary>
internal sealed class RuleBook(ObjectStore store, ResourceCatalog catalog)
{
    private const string Group = ".rbac.authorization.k8s.io";

    private readonly ConditionalWeakTable<StoredObject, Binding> _bindings = [];
    private readonly ConditionalWeakTable<StoredObject, PolicyRule[]> _roles = [];

    /// <summary>The first binding that lets the caller do it, in the words of a review; null when none does.</summary>
    public string? Reason(Caller caller, AccessAttributes access)
    {
        foreach (var (binding, home) in BindingsOf(caller, access.Namespace))
        {
            if (!RulesOf(binding, home).Any(rule => rule.Allows(access))) continue;
            var name = home is null ? binding.Name : $"{binding.Name}/{home}";
            return $"RBAC: allowed by {(home is null ? "ClusterRoleBinding" : "RoleBinding")} \"{name}\" of {binding.RoleKind} \"{binding.RoleName}\" to {binding.Subject(caller)}";
        }
        return null;
    }

    public IEnumerable<PolicyRule> Rules(Caller caller, string? ns) =>
        caller.IsMaster ? [PolicyRule.Everything, PolicyRule.EveryPath] : BindingsOf(caller, ns).SelectMany(found => RulesOf(found.Binding, found.Home));

    /// <summary>The rules of a role; null when there is no such role.</summary>
    public PolicyRule[]? RulesOf(string kind, string name, string? ns)
    {
        var cluster = kind == "ClusterRole";
        var type = catalog.Stored((cluster ? "clusterroles" : "roles") + Group)!;
        return store.Find(type, cluster ? null : ns, name) is { } role
            ? _roles.GetValue(role, static stored => ReadRules(stored.Read()))
            : null;
    }

    public static PolicyRule[] ReadRules(JsonObject role) => [.. (role.Items("rules") ?? []).OfType<JsonObject>().Select(PolicyRule.From)];

    private PolicyRule[] RulesOf(Binding binding, string? home) => RulesOf(binding.RoleKind, binding.RoleName, home) ?? [];

    private IEnumerable<(Binding Binding, string? Home)> BindingsOf(Caller caller, string? ns)
    {
        foreach (var binding in All("clusterrolebindings", ns: null))
        {
            if (binding.Binds(caller)) yield return (binding, null);
        }
        if (ns is null) yield break;
        foreach (var binding in All("rolebindings", ns))
        {
            if (binding.Binds(caller)) yield return (binding, ns);
        }
    }

    private IEnumerable<Binding> All(string plural, string? ns) =>
        store.Shelf(catalog.Stored(plural + Group)!).Objects(ns).Select(stored => _bindings.GetValue(stored, static one => Binding.From(one.Read())));
}

/// <summary>To whom a binding gives a role.</summary>
internal sealed record Binding(string Name, string RoleKind, string RoleName, HashSet<string> Users, HashSet<string> Groups)
{
    public bool Binds(Caller caller) => Users.Contains(caller.User) || (Groups.Count > 0 && caller.Groups.Any(Groups.Contains));

    /// <summary>Which of its subjects the caller is, as reviews say it.</summary>
    public string Subject(Caller caller)
    {
        if (!Users.Contains(caller.User)) return $"Group \"{caller.Groups.First(Groups.Contains)}\"";
        return Caller.AccountOf(caller.User) is var (ns, name) ? $"ServiceAccount \"{name}/{ns}\"" : $"User \"{caller.User}\"";
    }

    public static Binding From(JsonObject binding)
    {
        List<JsonObject> subjects = [.. (binding.Items("subjects") ?? []).OfType<JsonObject>()];
        HashSet<string> Names(string kind, Func<JsonObject, string> name) => [.. subjects.Where(subject => subject.Text("kind") == kind).Select(name)];
        var users = Names("User", subject => subject.Text("name") ?? "");
        // A subject without a namespace stands for an account of the binding's own.
        users.UnionWith(Names("ServiceAccount", subject => Caller.AccountName(subject.Text("namespace") ?? binding.Namespace() ?? "", subject.Text("name") ?? "")));
        return new Binding(
            binding.Name(), binding.Text("roleRef", "kind") ?? "", binding.Text("roleRef", "name") ?? "", users, Names("Group", subject => subject.Text("name") ?? ""));
    }
}
