using System.Text.Json.Nodes;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Cel;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Rules of kinds that need only a few.</summary>
internal static class SmallRules
{
    private const int DataLimit = 1024 * 1024;

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        switch (type.GroupResource)
        {
            case "configmaps" or "secrets":
                Data(tree, old, causes);
                if (type.Plural == "secrets") SecretRules.Validate(tree, old, causes);
                break;
            case "persistentvolumeclaims":
                Claim(tree, old, causes);
                break;
            case "resourcequotas":
                LimitRules.Quota(tree, old, causes);
                break;
            case "limitranges":
                LimitRules.Range(tree, causes);
                break;
            case "rolebindings.rbac.authorization.k8s.io" or "clusterrolebindings.rbac.authorization.k8s.io":
                RbacRules.Binding(type, tree, old, causes);
                break;
            case "roles.rbac.authorization.k8s.io" or "clusterroles.rbac.authorization.k8s.io":
                RbacRules.Role(type, tree, causes);
                break;
            case "validatingadmissionpolicies.admissionregistration.k8s.io":
                if (tree.Items("spec", "validations") is not { Count: > 0 }) causes.Required("spec.validations", "validations or auditAnnotations must contain at least one item");
                foreach (var (field, expression) in AdmissionPolicy.Expressions(tree)) Expression(field, expression, causes);
                break;
            case "validatingadmissionpolicybindings.admissionregistration.k8s.io":
                if (tree.Text("spec", "policyName") is not { Length: > 0 }) causes.Required("spec.policyName");
                if (tree.Items("spec", "validationActions") is not { Count: > 0 }) causes.Required("spec.validationActions");
                break;
            case "priorityclasses.scheduling.k8s.io":
                if (old is not null && old.Whole("value") != tree.Whole("value")) causes.Forbidden("value", "may not be changed in an update.");
                break;
        }
    }

    private static void Expression(string field, string expression, Causes causes)
    {
        try
        {
            CelExpression.Parse(expression);
        }
        catch (CelException wrong)
        {
            causes.Invalid(field, expression, "compilation failed: ERROR: " + wrong.Message);
        }
    }

    private static void Data(JsonObject tree, JsonObject? old, Causes causes)
    {
        long size = 0;
        foreach (var list in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            foreach (var (key, value) in tree.Map(list) ?? [])
            {
                size += value.AsText()?.Length ?? 0;
                if (key.Length is 0 or > 253 || key is "." or ".." || !key.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.'))
                {
                    causes.Invalid($"{list}[{key}]", key,
                        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')");
                }
            }
        }
        foreach (var (key, _) in tree.Map("binaryData") ?? [])
        {
            if (tree.Map("data")?.ContainsKey(key) == true) causes.Invalid($"data[{key}]", key, "duplicate of key present in binaryData");
        }
        if (size > DataLimit) causes.TooLong("", DataLimit);
        if (old?.Flag("immutable") != true) return;
        if (tree.Flag("immutable") != true) causes.Forbidden("immutable", "field is immutable when `immutable` is set");
        foreach (var list in (ReadOnlySpan<string>)["data", "binaryData"])
        {
            if (!JsonNode.DeepEquals(old[list], tree[list])) causes.Forbidden(list, "field is immutable when `immutable` is set");
        }
    }

    private static void Claim(JsonObject tree, JsonObject? old, Causes causes)
    {
        if (tree.Items("spec", "accessModes") is not { Count: > 0 }) causes.Required("spec.accessModes", "at least 1 access mode is required");
        if (tree.Text("spec", "resources", "requests", "storage") is not { } size) causes.Required("spec.resources[storage]");
        else if (!Quantity.TryParse(size, out var amount) || amount.Value <= 0) causes.Invalid("spec.resources[storage]", size, "must be greater than zero");
        else if (old?.Text("spec", "resources", "requests", "storage") is { } before && amount < Quantity.Parse(before))
            causes.Forbidden("spec.resources.requests.storage", "field can not be less than status.capacity");
    }
}
