using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Roles and their bindings.</summary>
internal static class RbacRules
{
    private const string Group = "rbac.authorization.k8s.io";

    public static void Role(ResourceType type, JsonObject role, Causes causes)
    {
        var rules = role.Items("rules") ?? [];
        for (var i = 0; i < rules.Count; i++)
        {
            if (rules[i] is not JsonObject rule) continue;
            var at = $"rules[{i}]";
            if (IsEmpty(rule, "verbs")) causes.Required($"{at}.verbs", "verbs must contain at least one value");
            if (!IsEmpty(rule, "nonResourceURLs"))
            {
                if (type.Namespaced) causes.Invalid($"{at}.nonResourceURLs", rule["nonResourceURLs"], "namespaced rules cannot apply to non-resource URLs");
                else if (!IsEmpty(rule, "apiGroups") || !IsEmpty(rule, "resources") || !IsEmpty(rule, "resourceNames"))
                    causes.Invalid($"{at}.nonResourceURLs", rule["nonResourceURLs"], "rules cannot apply to both regular resources and non-resource URLs");
                continue;
            }
            if (IsEmpty(rule, "apiGroups")) causes.Required($"{at}.apiGroups", "resource rules must supply at least one api group");
            if (IsEmpty(rule, "resources")) causes.Required($"{at}.resources", "resource rules must supply at least one resource");
        }
    }

    public static void Binding(ResourceType type, JsonObject binding, JsonObject? old, Causes causes)
    {
        var role = binding.Map("roleRef") ?? [];
        string[] kinds = type.Namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
        if (role.Text("apiGroup") is not Group and var group) causes.NotSupported("roleRef.apiGroup", $"\"{group}\"", [Group]);
        if (role.Text("kind") is var kind && !kinds.Contains(kind, StringComparer.Ordinal)) causes.NotSupported("roleRef.kind", $"\"{kind}\"", kinds);
        if (string.IsNullOrEmpty(role.Text("name"))) causes.Required("roleRef.name");
        var subjects = binding.Items("subjects") ?? [];
        for (var i = 0; i < subjects.Count; i++)
        {
            if (subjects[i] is JsonObject subject) Subject(type, subject, $"subjects[{i}]", causes);
        }
        if (old is not null && !JsonNode.DeepEquals(old["roleRef"], role)) causes.Invalid("roleRef", role, "cannot change roleRef");
    }

    private static void Subject(ResourceType type, JsonObject subject, string at, Causes causes)
    {
        if (string.IsNullOrEmpty(subject.Text("name"))) causes.Required($"{at}.name");
        switch (subject.Text("kind"))
        {
            case "ServiceAccount":
                if (subject.Text("apiGroup") is { Length: > 0 } core) causes.NotSupported($"{at}.apiGroup", $"\"{core}\"", [""]);
                if (!type.Namespaced && string.IsNullOrEmpty(subject.Text("namespace"))) causes.Required($"{at}.namespace");
                break;
            case "User" or "Group":
                if (subject.Text("apiGroup") is not Group and var group) causes.NotSupported($"{at}.apiGroup", $"\"{group}\"", [Group]);
                break;
            case var kind:
                causes.NotSupported($"{at}.kind", $"\"{kind}\"", ["ServiceAccount", "User", "Group"]);
                break;
        }
    }

    private static bool IsEmpty(JsonObject rule, string list) => rule.Items(list) is not { Count: > 0 };
}
