using System.Text.Json.Nodes;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Cel;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Rules;

/// <summary>Rules of kinds that need only a few.</summary>
internal static class SmallRules
{
    private const int DataLimit = 1024 * 1024;
    private const long HighestPriority = 1_000_000_000;

    private static readonly string[] SystemPriorities = ["system-cluster-critical", "system-node-critical"];

    public static void Validate(ResourceType type, JsonObject tree, JsonObject? old, Causes causes)
    {
        switch (type.GroupResource)
        {
            case "configmaps" or "secrets":
                Data(tree, old, causes);
                if (type.Plural == "secrets") SecretRules.Validate(tree, old, causes);
                break;
            case "persistentvolumeclaims":
                StorageRules.Claim(tree, old, causes);
                break;
            case "storageclasses.storage.k8s.io":
                StorageRules.Class(tree, old, causes);
                break;
            case "events":
                EventRules.Validate(tree, causes);
                break;
            case "leases.coordination.k8s.io":
                Lease(tree, causes);
                break;
            case "nodes":
                NodeRules.Validate(tree, causes);
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
                Priority(tree, old, causes);
                break;
        }
    }

    private static void Lease(JsonObject tree, Causes causes)
    {
        if (tree.Whole("spec", "leaseDurationSeconds") is <= 0 and var seconds) causes.Invalid("spec.leaseDurationSeconds", JsonValue.Create(seconds), "must be greater than 0");
        if (tree.Whole("spec", "leaseTransitions") is < 0 and var transitions) causes.Invalid("spec.leaseTransitions", JsonValue.Create(transitions), "must be greater than or equal to 0");
    }

    private static void Priority(JsonObject tree, JsonObject? old, Causes causes)
    {
        var known = SystemPriorities.Contains(tree.Name(), StringComparer.Ordinal);
        if (tree.Name().StartsWith("system-", StringComparison.Ordinal) && !known)
        {
            causes.Forbidden("metadata.name",
                $"priority class names with 'system-' prefix are reserved for system use only. error: {tree.Name()} is not a known system priority class");
        }
        else if (!known && tree.Whole("value") > HighestPriority)
        {
            causes.Forbidden("value", $"maximum allowed value of a user defined priority is {HighestPriority}");
        }
        if (old is not null && old.Whole("value") != tree.Whole("value")) causes.Forbidden("value", "may not be changed in an update.");
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
}
