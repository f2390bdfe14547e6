using System.Text.Json.Nodes;
using Portal.LocalCluster.Api.Patches;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>The scale subresource: how many there shall be and are, the same for every kind that has it.</summary>
internal sealed class ScaleRequests(ObjectRegistry registry)
{
    public async Task Get(ApiRequest request)
    {
        var stored = registry.Get(request.Type, request.Namespace, request.Name!);
        await Answers.Tree(request, Scale(request.Type, stored.Read()));
    }

    public async Task Change(ApiRequest request)
    {
        var options = request.WriteOptions(request.Verb == "patch" ? "PatchOptions" : "UpdateOptions");
        var body = YamlText.Parse(System.Text.Encoding.UTF8.GetString(await RequestBody.ReadBytes(request.Context)));
        var media = RequestBody.MediaType(request.Context);
        var stored = registry.Change(request.Type, request.Namespace, request.Name!, options, tree =>
        {
            var scale = Scale(request.Type, tree);
            var wanted = request.Verb == "update" ? body as JsonObject
                : media == "application/json-patch+json" ? JsonPatch.Apply(scale, body)
                : MergePatch.Apply(scale, body) as JsonObject;
            if (wanted?.Kind() is { Length: > 0 } kind && kind != "Scale") throw Refusals.BadRequest($"{kind} in version \"{wanted.Text("apiVersion")}\" cannot be handled as a Scale");
            if (wanted?.Name() is { Length: > 0 } name && name != request.Name)
                throw Refusals.BadRequest($"the name of the object ({name}) does not match the name on the URL ({request.Name})");
            if (wanted?.Text("metadata", "resourceVersion") is { Length: > 0 } version) tree.Ensure("metadata")["resourceVersion"] = version;
            var replicas = wanted?.Whole("spec", "replicas") ?? 0;
            if (replicas < 0)
            {
                var causes = new Causes();
                causes.Invalid("spec.replicas", JsonValue.Create(replicas), "must be greater than or equal to 0");
                throw Refusals.Invalid("Scale.autoscaling", "autoscaling", "Scale", request.Name!, causes);
            }
            var path = request.Type.Scale!.SpecReplicas.Split('.');
            tree.Ensure(path.AsSpan()[..^1])[path[^1]] = replicas;
            return tree;
        });
        await Answers.Tree(request, Scale(request.Type, stored.Read()));
    }

    private static JsonObject Scale(ResourceType type, JsonObject tree)
    {
        var metadata = new JsonObject();
        foreach (var field in (ReadOnlySpan<string>)["name", "namespace", "uid", "resourceVersion", "creationTimestamp"])
        {
            if (tree.At("metadata", field) is { } value) metadata[field] = value.DeepClone();
        }
        var status = new JsonObject { ["replicas"] = tree.Whole(type.Scale!.StatusReplicas.Split('.')) ?? 0 };
        if (type.Scale.Selector is { } selector) status["selector"] = Selector(tree.At(selector.Split('.')));
        return new JsonObject
        {
            ["kind"] = "Scale",
            ["apiVersion"] = "autoscaling/v1",
            ["metadata"] = metadata,
            ["spec"] = new JsonObject { ["replicas"] = tree.Whole(type.Scale.SpecReplicas.Split('.')) ?? 0 },
            ["status"] = status,
        };
    }

    private static string Selector(JsonNode? selector) => selector is JsonObject map
        ? string.Join(',', (map.Map("matchLabels") ?? []).Select(pair => $"{pair.Key}={pair.Value.AsText()}").Order(StringComparer.Ordinal))
        : selector.AsText() ?? "";
}
