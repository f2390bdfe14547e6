using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>
/// Nobody hands on rights that they do not hold: a role may only grant what its writer may do, unless the writer has the
/// verb <c>escalate</c> on it; a binding may only hand on such a role, unless its writer has <c>bind</c> on the role.
/// </summary>
internal sealed class Escalation(RuleBook book, Authorization authorization) : IAdmission
{
    private const string RbacGroup = "rbac.authorization.k8s.io";

    public void Check(AdmissionRequest request)
    {
        if (request.Options.Caller is not { } caller || request.Type.Group != RbacGroup) return;
        if (request.Type.Plural is "roles" or "clusterroles") CheckRole(request, caller);
        else CheckBinding(request, caller);
    }

    private void CheckRole(AdmissionRequest request, Caller caller)
    {
        if (request.Old is { } old && JsonNode.DeepEquals(old["rules"], request.Object["rules"]) && JsonNode.DeepEquals(old["aggregationRule"], request.Object["aggregationRule"])) return;
        if (MayUse(caller, "escalate", request.Type.Plural, request.Name, request.Object.Namespace())) return;
        if (request.Object.Map("aggregationRule") is not null && Missing(caller, ns: null, [PolicyRule.Everything, PolicyRule.EveryPath]).Count > 0)
            throw Refusals.Forbidden(request.Type, request.Name, "must have cluster-admin privileges to use the aggregationRule");
        Confirm(request, caller, RuleBook.ReadRules(request.Object));
    }

    private void CheckBinding(AdmissionRequest request, Caller caller)
    {
        var (kind, name) = (request.Object.Text("roleRef", "kind") ?? "", request.Object.Text("roleRef", "name") ?? "");
        if (request.Old is { } old && JsonNode.DeepEquals(old["roleRef"], request.Object["roleRef"]) && JsonNode.DeepEquals(old["subjects"], request.Object["subjects"])) return;
        var ns = request.Object.Namespace();
        var plural = kind == "ClusterRole" ? "clusterroles" : "roles";
        if (MayUse(caller, "bind", plural, name, ns)) return;
        var rules = book.RulesOf(kind, name, ns) ?? throw new ApiException(
            404, "NotFound", $"{plural}.{RbacGroup} \"{name}\" not found", new JsonObject { ["name"] = name, ["group"] = RbacGroup, ["kind"] = plural });
        Confirm(request, caller, rules);
    }

    private bool MayUse(Caller caller, string verb, string plural, string name, string? ns)
    {
        var access = new AccessAttributes(verb, RbacGroup, plural, "", name, ns);
        if (authorization.Allows(caller, access) is null) return false;
        authorization.Check(caller, access); // so that the record tells that the right was needed
        return true;
    }

    private void Confirm(AdmissionRequest request, Caller caller, IEnumerable<PolicyRule> wanted)
    {
        var missing = Missing(caller, request.Object.Namespace(), wanted);
        if (missing.Count == 0) return;
        throw Refusals.Forbidden(
            request.Type, request.Name,
            $"user \"{caller.User}\" (groups=[{PolicyRule.Quoted(caller.Groups)}]) is attempting to grant RBAC permissions not currently held:\n{string.Join('\n', missing)}");
    }

    /// <summary>What is wanted and not held, verbs of one resource together, as the real server lists it.</summary>
    private List<string> Missing(Caller caller, string? ns, IEnumerable<PolicyRule> wanted)
    {
        List<PolicyRule> held = [.. book.Rules(caller, ns)];
        return
        [
            .. wanted.SelectMany(rule => rule.Parts())
                .Where(part => !held.Exists(rule => rule.Covers(part)))
                .GroupBy(part => (part with { Verbs = [] }).ToString(), StringComparer.Ordinal)
                .Select(same => (same.First() with { Verbs = [.. same.Select(part => part.Verbs[0]).Distinct(StringComparer.Ordinal)] }).ToString())
                .Order(StringComparer.Ordinal),
        ];
    }
}
