using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>Bodies as JSON trees: JSON or YAML, of bounded size.</summary>
internal static class RequestBody
{
    private const int Limit = 3 * 1024 * 1024;

    public static string MediaType(HttpContext context)
    {
        var type = context.Request.ContentType ?? "";
        var end = type.IndexOf(';', StringComparison.Ordinal);
        return (end < 0 ? type : type[..end]).Trim().ToLowerInvariant();
    }

    /// <summary>An object to create or replace, of the kind the path means.</summary>
    public static async Task<JsonObject> ReadObject(ApiRequest request, string kind, string groupVersion)
    {
        var bytes = await ReadBytes(request.Context);
        JsonObject tree;
        switch (MediaType(request.Context))
        {
            case "" or "application/json" or "*/*":
                tree = Json(bytes, kind);
                break;
            case "application/yaml" or "text/yaml":
                tree = Yaml(bytes);
                break;
            case BinaryBody.MediaType:
                tree = BinaryBody.Read(bytes);
                break;
            default:
                throw Refusals.Unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf");
        }
        CheckKind(tree, kind, groupVersion, request.Type.Custom);
        return tree;
    }

    /// <summary>The options of a deletion; null when there is no body.</summary>
    public static async Task<JsonObject?> ReadDeleteOptions(ApiRequest request)
    {
        var bytes = await ReadBytes(request.Context);
        if (bytes.Length == 0) return null;
        var options = MediaType(request.Context) switch
        {
            "" or "application/json" or "*/*" => Json(bytes, "DeleteOptions"),
            "application/yaml" or "text/yaml" => Yaml(bytes),
            _ => throw Refusals.Unsupported("application/json, application/yaml, application/vnd.kubernetes.protobuf"),
        };
        if (options.Kind() is not ("" or "DeleteOptions")) throw Refusals.BadRequest($"no kind \"{options.Kind()}\" is registered for version \"{options.Text("apiVersion")}\"");
        if (options["gracePeriodSeconds"] is { } grace && grace.AsWhole() is null)
            throw Refusals.BadRequest("json: cannot unmarshal a value into Go struct field DeleteOptions.gracePeriodSeconds of type int64");
        return options;
    }

    public static JsonObject Yaml(byte[] bytes)
    {
        try
        {
            return YamlText.Parse(Encoding.UTF8.GetString(bytes)) as JsonObject
                ?? throw Refusals.BadRequest("error decoding YAML: the document is not a map");
        }
        catch (YamlDotNet.Core.YamlException wrong)
        {
            throw Refusals.BadRequest("error decoding YAML: " + wrong.Message);
        }
    }

    public static async Task<byte[]> ReadBytes(HttpContext context)
    {
        using var buffer = new MemoryStream();
        var chunk = new byte[16 * 1024];
        int read;
        while ((read = await context.Request.Body.ReadAsync(chunk, context.RequestAborted)) > 0)
        {
            if (buffer.Length + read > Limit) throw new ApiException(413, "RequestEntityTooLarge", $"limit is {Limit}");
            buffer.Write(chunk, 0, read);
        }
        return buffer.ToArray();
    }

    private static JsonObject Json(byte[] bytes, string kind)
    {
        try
        {
            return ObjectText.Parse(bytes);
        }
        catch (JsonException wrong)
        {
            var text = Encoding.UTF8.GetString(bytes);
            var why = wrong.Message.Contains("end of", StringComparison.OrdinalIgnoreCase) || IsCutOff(bytes) ? "unexpected end of JSON input" : wrong.Message;
            throw Refusals.BadRequest($"the object provided is unrecognized (must be of type {kind}): couldn't get version/kind; json parse error: {why} ({text[..Math.Min(text.Length, 100)]})");
        }
    }

    private static bool IsCutOff(byte[] bytes)
    {
        var reader = new Utf8JsonReader(bytes, isFinalBlock: false, default);
        try
        {
            while (reader.Read())
            {
            }
            return reader.CurrentDepth > 0 || reader.BytesConsumed < bytes.Length || bytes.Length == 0;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static void CheckKind(JsonObject tree, string kind, string groupVersion, bool custom)
    {
        var (sentKind, sentVersion) = (tree.Kind(), tree.Text("apiVersion") ?? "");
        // Nothing but its kind tells what a custom resource is.
        if (sentKind.Length == 0 && custom)
            throw Refusals.BadRequest($"{kind} in version \"{groupVersion[(groupVersion.IndexOf('/', StringComparison.Ordinal) + 1)..]}\" cannot be handled as a {kind}: Object 'Kind' is missing");
        if (sentKind.Length == 0) tree["kind"] = sentKind = kind;
        if (sentVersion.Length == 0) tree["apiVersion"] = sentVersion = groupVersion;
        if (sentKind == kind && sentVersion == groupVersion) return;
        var (version, group) = (sentVersion[(sentVersion.IndexOf('/', StringComparison.Ordinal) + 1)..], sentVersion.Contains('/', StringComparison.Ordinal) ? sentVersion[..sentVersion.IndexOf('/', StringComparison.Ordinal)] : "");
        if (sentVersion != groupVersion)
            throw Refusals.BadRequest($"the API version in the data ({sentVersion}) does not match the expected API version ({groupVersion})");
        throw custom
            ? Refusals.BadRequest($"{sentKind} in version \"{version}\" cannot be handled as a {kind}: no kind \"{sentKind}\" is registered for version \"{sentVersion}\"")
            : Refusals.BadRequest($"{sentKind} in version \"{version}\" cannot be handled as a {kind}: converting ({version}.{sentKind}) to ({(group.Length == 0 ? "core" : group)}.{kind}): unknown conversion");
    }
}
