using System.Text.Json.Nodes;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>Questions about access and identity, answered in their status.</summary>
internal sealed class ReviewRequests(Authentication authentication, Authorization authorization, RuleBook book, TimeProvider clock)
{
    public async Task Review(ApiRequest request)
    {
        var body = await RequestBody.ReadObject(request, request.Type.Kind, request.Type.GroupVersion);
        body.Ensure("metadata");
        Check(request, body);
        body["status"] = request.Type.Kind switch
        {
            "SelfSubjectAccessReview" => Allowed(request.Caller, body.Map("spec") ?? []),
            "SubjectAccessReview" or "LocalSubjectAccessReview" => Allowed(Named(body), body.Map("spec") ?? []),
            "SelfSubjectRulesReview" => Rules(request.Caller, body),
            "TokenReview" => Token(body.Text("spec", "token") ?? ""),
            _ => Self(request, body),
        };
        await Answers.Tree(request, body, 201);
    }

    /// <exception cref="ApiException">The question is incomplete.</exception>
    private static void Check(ApiRequest request, JsonObject body)
    {
        var spec = body.Map("spec") ?? [];
        switch (request.Type.Kind)
        {
            case "TokenReview" when string.IsNullOrEmpty(spec.Text("token")):
                throw Refusals.BadRequest("token is required for TokenReview in authentication");
            case "SelfSubjectRulesReview" when string.IsNullOrEmpty(spec.Text("namespace")):
                throw Refusals.BadRequest("no namespace on request");
            case "SelfSubjectAccessReview" or "SubjectAccessReview" or "LocalSubjectAccessReview":
                CheckAccess(request, spec);
                break;
        }
    }

    private static void CheckAccess(ApiRequest request, JsonObject spec)
    {
        var causes = new Causes();
        var (resource, path) = (spec.Map("resourceAttributes"), spec.Map("nonResourceAttributes"));
        if (resource is not null && path is not null)
            causes.Invalid("spec.nonResourceAttributes", path, "cannot be specified in combination with resourceAttributes");
        if (resource is null && path is null)
            causes.Invalid("spec.resourceAttributes", value: null, "exactly one of nonResourceAttributes or resourceAttributes must be specified");
        if (request.Type.Kind != "SelfSubjectAccessReview" && string.IsNullOrEmpty(spec.Text("user")) && spec.Items("groups") is not { Count: > 0 })
            causes.Invalid("spec.user", "", "at least one of user or group must be specified");
        if (request.Type.Kind == "LocalSubjectAccessReview" && resource is not null && (resource.Text("namespace") ?? "") != request.Namespace)
            causes.Invalid("spec.resourceAttributes.namespace", resource.Text("namespace") ?? "", "must match metadata.namespace");
        // The kind is missing in the real answer too.
        if (causes.Any) throw Refusals.Invalid("." + request.Type.Group, request.Type.Group, "", "", causes);
    }

    private static Caller Named(JsonObject body) => new(
        body.Text("spec", "user") ?? "", [.. (body.Items("spec", "groups") ?? []).Select(item => item.AsText() ?? "")]);

    private JsonObject Allowed(Caller caller, JsonObject spec)
    {
        var reason = authorization.Allows(caller, Wanted(spec));
        var status = new JsonObject { ["allowed"] = reason is not null };
        if (!string.IsNullOrEmpty(reason)) status["reason"] = reason;
        return status;
    }

    private static AccessAttributes Wanted(JsonObject spec)
    {
        if (spec.Map("nonResourceAttributes") is { } path) return AccessAttributes.OfPath(path.Text("verb") ?? "", path.Text("path") ?? "");
        var wanted = spec.Map("resourceAttributes") ?? [];
        return new AccessAttributes(
            wanted.Text("verb") ?? "", wanted.Text("group") ?? "", wanted.Text("resource") ?? "", wanted.Text("subresource") ?? "",
            wanted.Text("name") ?? "", wanted.Text("namespace") is { Length: > 0 } ns ? ns : null);
    }

    private JsonObject Rules(Caller caller, JsonObject body)
    {
        var rules = book.Rules(caller, body.Text("spec", "namespace")).ToLookup(rule => rule.Paths.Length == 0);
        body["spec"] = new JsonObject(); // as the real server has it: the question is not repeated
        return new JsonObject
        {
            ["resourceRules"] = new JsonArray([.. rules[true].Select(rule => rule.ToJson())]),
            ["nonResourceRules"] = new JsonArray([.. rules[false].Select(rule => rule.ToJson())]),
            ["incomplete"] = false,
        };
    }

    private JsonObject Token(string token)
    {
        if (authentication.Identify(token) is not { } caller)
            return new JsonObject { ["user"] = new JsonObject(), ["error"] = "[invalid bearer token, unknown]" };
        return new JsonObject { ["authenticated"] = true, ["user"] = User(caller), ["audiences"] = new JsonArray(TokenRequests.Audience) };
    }

    private JsonObject Self(ApiRequest request, JsonObject body)
    {
        body.Ensure("metadata")["creationTimestamp"] = ObjectMetadata.Time(clock.GetUtcNow());
        return new JsonObject { ["userInfo"] = User(request.Caller) };
    }

    private static JsonObject User(Caller caller)
    {
        var user = new JsonObject { ["username"] = caller.User };
        if (caller.Uid.Length > 0) user["uid"] = caller.Uid;
        user["groups"] = new JsonArray([.. caller.Groups.Select(group => (JsonNode)group)]);
        return user;
    }
}
