using System.Buffers;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Discovery;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>Writes answers.</summary>
internal static class Answers
{
    private const int GzipFloor = 128 * 1024;

    public static Task Json(HttpContext context, JsonNode tree, int status = 200) => Bytes(context, ObjectText.Write(tree), status);

    public static async Task Bytes(HttpContext context, ReadOnlyMemory<byte> json, int status = 200, string contentType = "application/json")
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.Headers.CacheControl = "no-cache, private";
        if (HttpMethods.IsHead(context.Request.Method))
        {
            response.ContentLength = json.Length;
            return;
        }
        if (json.Length > GzipFloor && context.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            response.Headers.ContentEncoding = "gzip";
            response.Headers.Vary = "Accept-Encoding";
            await using var gzip = new GZipStream(response.Body, CompressionLevel.Fastest);
            await gzip.WriteAsync(json, context.RequestAborted);
            return;
        }
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json, context.RequestAborted);
    }

    public static Task Text(HttpContext context, string text, int status = 200)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = Encoding.UTF8.GetByteCount(text);
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.WriteAsync(text, context.RequestAborted);
    }

    public static Task Status(HttpContext context, ApiException refusal)
    {
        if (refusal.Code is 504 or 429) context.Response.Headers.RetryAfter = "1";
        return Json(context, refusal.ToStatus(), refusal.Code);
    }

    /// <summary>One object in the form that was asked for.</summary>
    public static Task Object(ApiRequest request, StoredObject stored, int status = 200, IReadOnlyList<string>? warnings = null)
    {
        Warn(request.Context, warnings ?? []);
        var form = Negotiation.Of(request.Context);
        if (form is { Shape: Shape.Whole, Yaml: false }) return Bytes(request.Context, Served.Bytes(request.Type, stored), status);
        return Shaped(request, form, Served.Tree(request.Type, stored), stored.Version, status);
    }

    public static Task Tree(ApiRequest request, JsonObject tree, int status = 200)
    {
        var form = Negotiation.Of(request.Context);
        return form.Yaml ? Yaml(request.Context, tree, status) : Json(request.Context, tree, status);
    }

    public static async Task List(ApiRequest request, ListPage page)
    {
        var form = Negotiation.Of(request.Context);
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        switch (form.Shape)
        {
            case Shape.Table:
                Tables.WriteList(buffer, request.Type, page, request.Text("includeObject") ?? "Metadata");
                break;
            case Shape.Metadata:
                buffer.Write(ObjectText.Write(new JsonObject
                {
                    ["kind"] = "PartialObjectMetadataList",
                    ["apiVersion"] = "meta.k8s.io/v1",
                    ["metadata"] = page.Metadata(),
                    ["items"] = new JsonArray([.. page.Items.Select(stored => Served.PartialMetadata(stored.Read()))]),
                }));
                break;
            default:
                Served.WriteList(buffer, request.Type, page);
                break;
        }
        if (form.Yaml) await Yaml(request.Context, ObjectText.Parse(buffer.WrittenSpan), 200);
        else await Bytes(request.Context, buffer.WrittenMemory);
    }

    public static void Warn(HttpContext context, IEnumerable<string> warnings)
    {
        foreach (var warning in warnings)
            context.Response.Headers.Append("Warning", $"299 - \"{warning.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"");
    }

    private static Task Shaped(ApiRequest request, Negotiation form, JsonObject tree, long version, int status)
    {
        var shaped = form.Shape switch
        {
            Shape.Table => Tables.Of(request.Type, [tree], new ListPage([], version, Continue: null, Remaining: null), request.Text("includeObject") ?? "Metadata", withColumns: true),
            Shape.Metadata => Served.PartialMetadata(tree),
            _ => tree,
        };
        return form.Yaml ? Yaml(request.Context, shaped, status) : Json(request.Context, shaped, status);
    }

    private static Task Yaml(HttpContext context, JsonNode tree, int status) =>
        Bytes(context, Encoding.UTF8.GetBytes(YamlText.Write(tree)), status, "application/yaml");
}
