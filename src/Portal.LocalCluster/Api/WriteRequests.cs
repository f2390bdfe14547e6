using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Api.Patches;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Ownership;
using Portal.LocalCluster.Rules;
using Portal.LocalCluster.Schema;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>create, update and patch.</summary>
internal sealed class WriteRequests(ObjectRegistry registry, Authorization authorization, TimeProvider clock)
{
    public async Task Create(ApiRequest request)
    {
        if (request.Type.Namespaced && request.Namespace is null) throw NotAllowed();
        var options = request.WriteOptions("CreateOptions");
        var body = await RequestBody.ReadObject(request, request.Type.Kind, request.Type.GroupVersion);
        var sent = ToStored(request, body, options);
        if (request.Type.Group == EventConversion.Group) CheckEvent(request, sent);
        var stored = registry.Create(StoredType(request), request.Namespace, sent, options);
        await Answers.Object(request, stored, 201, options.Warnings);
    }

    private static void CheckEvent(ApiRequest request, JsonObject sent)
    {
        sent.Ensure("metadata")["namespace"] ??= request.Namespace;
        EventRules.CheckNew(request.Type, sent);
    }

    public async Task Update(ApiRequest request)
    {
        var options = request.WriteOptions("UpdateOptions");
        var body = await RequestBody.ReadObject(request, request.Type.Kind, request.Type.GroupVersion);
        WrittenObject.CheckName(request, body);
        if (request.Namespace is not null && body.Namespace() is { } ns && ns != request.Namespace)
            throw Refusals.BadRequest("the namespace of the provided object does not match the namespace sent on the request");
        var stored = registry.Change(StoredType(request), request.Namespace, request.Name!, options, _ =>
        {
            if (request.Type.Custom && body.Text("metadata", "resourceVersion") is (null or "" or "0")) throw WithoutVersion(request);
            return ToStored(request, body, options);
        });
        await Answers.Object(request, stored, 200, options.Warnings);
    }

    public async Task Patch(ApiRequest request)
    {
        var options = request.WriteOptions("PatchOptions");
        var bytes = await RequestBody.ReadBytes(request.Context);
        var media = RequestBody.MediaType(request.Context);
        if (media is "application/apply-patch+yaml")
        {
            await Apply(request, options with { Apply = true }, bytes);
            return;
        }
        options = options with { Patch = true };
        if (request.Text("force") is not null)
        {
            var causes = new Causes();
            causes.Forbidden("force", "may not be specified for non-apply patch");
            throw Refusals.InvalidOptions("PatchOptions", causes);
        }
        Func<JsonObject, JsonObject> apply = media switch
        {
            "application/merge-patch+json" => Merge(bytes),
            "application/json-patch+json" => Json(bytes),
            "application/strategic-merge-patch+json" when !request.Type.Custom => Strategic(request.Type.Schema, bytes),
            _ => throw Refusals.Unsupported(request.Type.Custom
                ? "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml"
                : "application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml"),
        };
        JsonObject Change(JsonObject live) => WrittenObject.Check(request, (JsonObject)live.DeepClone(), apply(live));
        // A patch speaks of the object in the version of its path.
        var stored = registry.Change(StoredType(request), request.Namespace, request.Name!, options,
            request.Type.Conversion is { } conversion ? live => ToStored(request, Change(conversion.FromStored(live)), options) : Change);
        await Answers.Object(request, stored, 200, options.Warnings);
    }

    public static ApiException NotAllowed() =>
        new(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", []);

    private async Task Apply(ApiRequest request, WriteOptions options, byte[] bytes)
    {
        if (request.Text("fieldManager") is null)
        {
            var causes = new Causes();
            causes.Required("fieldManager", "is required for apply patch");
            throw Refusals.InvalidOptions("PatchOptions", causes);
        }
        var applied = RequestBody.Yaml(bytes);
        if (applied.At("metadata", "managedFields") is not null) throw Refusals.BadRequest("metadata.managedFields must be nil");
        if (applied.Name() is { Length: > 0 } name && name != request.Name)
            throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
        WrittenObject.CheckNamespace(request, applied);
        if (applied.Kind() != request.Type.Kind || applied.Text("apiVersion") != request.Type.GroupVersion)
            throw Refusals.BadRequest($"invalid object type: {applied.Text("apiVersion")}, Kind={applied.Kind()}");
        SchemaCheck.Declared(request.Type, applied);
        var type = StoredType(request);
        applied = ObjectText.Normalize(applied);
        applied = request.Type.Conversion?.ToStored(applied) ?? applied;
        applied.Ensure("metadata")["name"] = request.Name;
        var force = request.Flag("force");
        StoredObject stored;
        var created = false;
        lock (registry.Store.Gate)
        {
            if (registry.Store.Find(type, request.Namespace, request.Name!) is null)
            {
                if (applied.Text("metadata", "resourceVersion") is { Length: > 0 }) throw Refusals.Modified(request.Type, request.Name!);
                if (request.Subresource.Length > 0) throw Refusals.NotFound(request.Type, request.Name!);
                if (applied.Uid() is { Length: > 0 } gone)
                    throw Refusals.Conflict(request.Type, request.Name!, $"uid mismatch: the provided object specified uid {gone}, and no existing object was found");
                authorization.Check(request.Caller, request.Access with { Verb = "create" }); // applying what is not there needs both rights
                var tree = ServerSideApply.Apply(type, live: null, applied, options, force, clock.GetUtcNow());
                stored = registry.Create(type, request.Namespace, tree, options);
                created = true;
            }
            else
            {
                stored = registry.Change(type, request.Namespace, request.Name!, options, live =>
                {
                    var wanted = applied.Text("metadata", "resourceVersion");
                    if (wanted is not null && wanted != live.Text("metadata", "resourceVersion")) throw Refusals.Modified(request.Type, request.Name!);
                    WrittenObject.CheckUid(request, live, applied);
                    return ServerSideApply.Apply(type, live, applied, options, force, clock.GetUtcNow());
                });
            }
        }
        await Answers.Object(request, stored, created ? 201 : 200, options.Warnings);
    }

    /// <summary>The type under which an object is stored; who owns which field is kept in its version.</summary>
    private ResourceType StoredType(ApiRequest request) =>
        request.Type.Conversion is null ? request.Type : registry.Catalog.Stored(request.Type.StoredAs) ?? request.Type;

    /// <summary>What was sent in a version, held against that version's schema, as it is stored.</summary>
    private static JsonObject ToStored(ApiRequest request, JsonObject sent, WriteOptions options)
    {
        if (request.Type.Conversion is not { } conversion) return sent;
        var tree = ObjectText.Normalize(sent);
        SchemaCheck.Decode(request.Type, tree, options);
        return conversion.ToStored(tree);
    }

    private static Func<JsonObject, JsonObject> Merge(byte[] bytes)
    {
        var patch = Decode(bytes) as JsonObject ?? throw Refusals.BadRequest("error decoding patch: a merge patch is a map");
        return target => (JsonObject)MergePatch.Apply(target, patch)!;
    }

    private static Func<JsonObject, JsonObject> Json(byte[] bytes)
    {
        var patch = Decode(bytes);
        return target => JsonPatch.Apply(target, patch);
    }

    private static Func<JsonObject, JsonObject> Strategic(FieldSchema schema, byte[] bytes)
    {
        var patch = Decode(bytes) as JsonObject ?? throw Refusals.BadRequest("error decoding patch: a strategic merge patch is a map");
        return target => StrategicPatch.Apply(schema, target, patch);
    }

    private static JsonNode? Decode(byte[] bytes)
    {
        try
        {
            return bytes is [(byte)'{', ..] ? ObjectText.Parse(bytes) : YamlText.Parse(Encoding.UTF8.GetString(bytes));
        }
        catch (Exception wrong) when (wrong is JsonException or YamlDotNet.Core.YamlException)
        {
            throw Refusals.BadRequest("error decoding patch: " + wrong.Message);
        }
    }

    private static ApiException WithoutVersion(ApiRequest request)
    {
        var causes = new Causes();
        causes.Invalid("metadata.resourceVersion", JsonValue.Create(0), "must be specified for an update");
        var type = request.Type;
        return Refusals.Invalid(type.GroupResource, type.Group, type.Plural, request.Name!, causes);
    }
}
