using System.Text.Json.Nodes;

namespace Portal.LocalCluster.Machinery;

/// <summary>The refusals of a Kubernetes API server, in its own words.</summary>
internal static class Refusals
{
    public static ApiException NotFound(ResourceType type, string name) =>
        new(404, "NotFound", $"{type.GroupResource} \"{name}\" not found", Details(type, name));

    public static ApiException NoResource() => new(404, "NotFound", "the server could not find the requested resource", []);

    public static ApiException AlreadyExists(ResourceType type, string name, bool deleting = false) =>
        new(409, "AlreadyExists", $"{(deleting ? "object is being deleted: " : "")}{type.GroupResource} \"{name}\" already exists", Details(type, name));

    public static ApiException Modified(ResourceType type, string name) => Conflict(
        type, name, "the object has been modified; please apply your changes to the latest version and try again");

    public static ApiException Conflict(ResourceType type, string name, string why) =>
        new(409, "Conflict", $"Operation cannot be fulfilled on {type.GroupResource} \"{name}\": {why}", Details(type, name));

    public static ApiException Forbidden(ResourceType type, string name, string why, JsonArray? causes = null)
    {
        var details = Details(type, name);
        if (causes is not null) details["causes"] = causes;
        return new ApiException(403, "Forbidden", $"{type.GroupResource}{(name.Length == 0 ? "" : $" \"{name}\"")} is forbidden: {why}", details);
    }

    public static ApiException BadRequest(string message) => new(400, "BadRequest", message);

    public static ApiException Invalid(ResourceType type, string name, Causes causes) => Invalid(type.GroupKind, type.Group, type.Kind, name, causes);

    public static ApiException Invalid(string groupKind, string group, string kind, string name, Causes causes)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (group.Length > 0) details["group"] = group;
        if (kind.Length > 0) details["kind"] = kind;
        details["causes"] = causes.ToJson();
        return new ApiException(422, "Invalid", $"{groupKind} \"{name}\" is invalid: {causes}", details);
    }

    /// <summary>What a patch made of an object can no longer be read as one.</summary>
    public static ApiException UnreadablePatch(JsonObject patched, string why)
    {
        var causes = new Causes();
        causes.Invalid("patch", patched.ToJsonString(), why);
        return Invalid("", "", "", "", causes);
    }

    /// <summary>For options of a request: <c>ListOptions.meta.k8s.io "" is invalid</c>.</summary>
    public static ApiException InvalidOptions(string kind, Causes causes) => Invalid(kind + ".meta.k8s.io", "meta.k8s.io", kind, "", causes);

    public static ApiException Unsupported(string accepted) => new(
        415, "UnsupportedMediaType", "the body of the request was in an unknown format - accepted media types include: " + accepted);

    private static JsonObject Details(ResourceType type, string name)
    {
        var details = new JsonObject();
        if (name.Length > 0) details["name"] = name;
        if (type.Group.Length > 0) details["group"] = type.Group;
        details["kind"] = type.Plural;
        return details;
    }
}
