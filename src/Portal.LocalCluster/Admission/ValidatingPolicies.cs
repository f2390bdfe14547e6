using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Cel;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Admission;

/// <summary>
/// ValidatingAdmissionPolicies with their bindings: the last word on every write and deletion over HTTP and by
/// controllers. Policies do not judge each other. Each stored policy is read once.
/// </summary>
internal sealed class ValidatingPolicies(ObjectStore store, ResourceCatalog catalog) : IAdmission
{
    private const string Group = "admissionregistration.k8s.io";

    private static readonly Caller Controllers = new("system:kube-controller-manager", [Caller.Authenticated]);

    private readonly ConditionalWeakTable<StoredObject, AdmissionPolicy> _policies = [];
    private readonly ConditionalWeakTable<StoredObject, JsonObject> _bindings = [];

    public void Check(AdmissionRequest request) => Judge(request, request.Old is null ? "CREATE" : "UPDATE");

    public void CheckRemoval(AdmissionRequest request) => Judge(request, "DELETE");

    private void Judge(AdmissionRequest request, string operation)
    {
        if (request.Type.Group == Group) return;
        var bindings = store.Shelf(catalog.Stored($"validatingadmissionpolicybindings.{Group}")!);
        if (bindings.Count == 0) return;
        var ns = request.Type.Namespaced ? store.Find(catalog.Stored("namespaces")!, ns: null, request.Namespace)?.Read() : null;
        foreach (var stored in bindings.Objects(ns: null))
        {
            var binding = _bindings.GetValue(stored, static one => one.Read());
            var name = binding.Text("spec", "policyName") ?? "";
            if (store.Find(catalog.Stored($"validatingadmissionpolicies.{Group}")!, ns: null, name) is not { } found) continue;
            var policy = _policies.GetValue(found, static one => AdmissionPolicy.From(one.Read()));
            if (!ResourceMatch.Matches(policy.Constraints, request, operation, ns)) continue;
            if (binding.Map("spec", "matchResources") is { } narrower && !ResourceMatch.Matches(narrower, request, operation, ns)) continue;
            if (TryParameters(policy, binding, request, out var parameters)) Judge(policy, binding, request, Names(policy, parameters, request, operation, ns));
            else if (policy.FailsClosed && binding.Text("spec", "paramRef", "parameterNotFoundAction") == "Deny")
                Deny(policy, binding, request, "failed to configure binding: no params found for policy binding with `Deny` parameterNotFoundAction", "Invalid");
        }
    }

    private static void Judge(AdmissionPolicy policy, JsonObject binding, AdmissionRequest request, Dictionary<string, Func<object?>> names)
    {
        if (!Applies(policy, names, out var failure)) return;
        if (failure is not null)
        {
            if (policy.FailsClosed) Deny(policy, binding, request, failure.Message, "Invalid");
            return;
        }
        foreach (var validation in policy.Validations)
        {
            try
            {
                if (validation.Expression.IsTrue(names)) continue;
            }
            catch (CelException wrong)
            {
                if (policy.FailsClosed) Deny(policy, binding, request, $"expression '{validation.Expression.Source}' resulted in error: {wrong.Message}", "Invalid");
                continue;
            }
            Deny(policy, binding, request, validation.MessageExpression?.Line(names) ?? validation.Message, validation.Reason);
        }
    }

    /// <summary>One condition that is false outweighs others that have no value, wherever it stands.</summary>
    private static bool Applies(AdmissionPolicy policy, Dictionary<string, Func<object?>> names, out CelException? failure)
    {
        failure = null;
        foreach (var condition in policy.Conditions)
        {
            try
            {
                if (!condition.IsTrue(names)) return false;
            }
            catch (CelException wrong)
            {
                failure ??= wrong;
            }
        }
        return true;
    }

    private static void Deny(AdmissionPolicy policy, JsonObject binding, AdmissionRequest request, string message, string reason)
    {
        HashSet<string?> actions = [.. (binding.Items("spec", "validationActions") ?? []).Select(action => action.AsText())];
        if (actions.Contains("Warn"))
            request.Options.Warnings.Add($"Validation failed for ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name()}': {message}");
        if (!actions.Contains("Deny")) return;
        var text = $"ValidatingAdmissionPolicy '{policy.Name}' with binding '{binding.Name()}' denied request: {message}";
        var forbidden = Refusals.Forbidden(request.Type, request.Name, text, new JsonArray(new JsonObject { ["message"] = text })).ToStatus();
        throw new ApiException(
            reason switch { "Unauthorized" => 401, "Forbidden" => 403, "RequestEntityTooLarge" => 413, _ => 422 }, reason, forbidden.Text("message")!, forbidden.Map("details"));
    }

    private static Dictionary<string, Func<object?>> Names(AdmissionPolicy policy, JsonObject? parameters, AdmissionRequest request, string operation, JsonObject? ns)
    {
        var removal = operation == "DELETE";
        Dictionary<string, Func<object?>> names = new(StringComparer.Ordinal)
        {
            ["object"] = () => removal ? null : request.Object,
            ["oldObject"] = () => request.Old,
            ["namespaceObject"] = () => ns,
            ["request"] = () => About(request, operation),
            ["params"] = () => parameters,
        };
        var variables = new Dictionary<object, object?>();
        names["variables"] = () => variables;
        // Each may use those before it; one without a value is simply not there.
        foreach (var (name, expression) in policy.Variables)
        {
            try
            {
                variables[name] = expression.Evaluate(names);
            }
            catch (CelException)
            {
                variables.Remove(name);
            }
        }
        return names;
    }

    /// <summary>False where the binding names an object that is not there; null where it names none.</summary>
    private bool TryParameters(AdmissionPolicy policy, JsonObject binding, AdmissionRequest request, out JsonObject? parameters)
    {
        parameters = null;
        if (policy.ParamKind is not { } kind || catalog.OfKind(kind.Text("apiVersion") ?? "", kind.Kind()) is not { } type) return true;
        if (binding.Text("spec", "paramRef", "name") is not { Length: > 0 } name) return true;
        var ns = type.Namespaced ? binding.Text("spec", "paramRef", "namespace") ?? request.Namespace : null;
        parameters = store.Find(type, ns, name)?.Read();
        return parameters is not null;
    }

    private static JsonObject About(AdmissionRequest request, string operation)
    {
        var caller = request.Options.Caller ?? Controllers;
        return new JsonObject
        {
            ["operation"] = operation,
            ["kind"] = new JsonObject { ["group"] = request.Type.Group, ["version"] = request.Type.Version, ["kind"] = request.Type.Kind },
            ["resource"] = new JsonObject { ["group"] = request.Type.Group, ["version"] = request.Type.Version, ["resource"] = request.Type.Plural },
            ["subResource"] = request.Options.Subresource,
            ["name"] = request.Name,
            ["namespace"] = request.Type is { Group: "", Plural: "namespaces" } ? request.Name : request.Namespace,
            ["userInfo"] = new JsonObject { ["username"] = caller.User, ["uid"] = caller.Uid, ["groups"] = new JsonArray([.. caller.Groups.Select(group => (JsonNode)group)]) },
            ["dryRun"] = request.Options.DryRun,
        };
    }
}
