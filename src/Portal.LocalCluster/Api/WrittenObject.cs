using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>What a write may not make of an object: another one, or one of another kind.</summary>
internal static class WrittenObject
{
    /// <param name="request">The patch.</param>
    /// <param name="live">The object before it.</param>
    /// <param name="patched">The object after it.</param>
    /// <returns>The patched object.</returns>
    /// <exception cref="ApiException">400 for another name or namespace, 422 for another kind or uid.</exception>
    public static JsonObject Check(ApiRequest request, JsonObject live, JsonObject patched)
    {
        if (patched.Kind() != live.Kind() || (patched.Text("apiVersion") is var version && version != live.Text("apiVersion") && version != request.Type.GroupVersion))
            throw Refusals.UnreadablePatch(patched, $"no kind \"{patched.Kind()}\" is registered for version \"{patched.Text("apiVersion")}\"");
        CheckName(request, patched);
        CheckNamespace(request, patched);
        CheckUid(request, live, patched);
        return patched;
    }

    public static void CheckName(ApiRequest request, JsonObject tree)
    {
        if (tree.Name().Length == 0)
            throw Refusals.BadRequest($"the name of the object ({request.Name} based on URL) was undeterminable: name must be provided");
        if (tree.Name() != request.Name)
            throw Refusals.BadRequest($"the name of the object ({tree.Name()}) does not match the name on the URL ({request.Name})");
    }

    public static void CheckNamespace(ApiRequest request, JsonObject tree)
    {
        if (request.Namespace is not null && tree.Namespace() is { Length: > 0 } ns && ns != request.Namespace)
            throw Refusals.BadRequest($"the namespace of the object ({ns}) does not match the namespace on the request ({request.Namespace})");
    }

    public static void CheckUid(ApiRequest request, JsonObject live, JsonObject tree)
    {
        if (tree.Uid() is not { Length: > 0 } uid || uid == live.Uid()) return;
        var causes = new Causes();
        causes.Invalid("metadata.uid", uid, "field is immutable");
        throw Refusals.Invalid(request.Type, request.Name!, causes);
    }
}
