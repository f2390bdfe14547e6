using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Discovery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Api;

/// <summary>/version, /api, /apis and /openapi/v3.</summary>
internal sealed class DiscoveryRequests(DiscoveryDocuments documents, OpenApiDocuments openApi)
{
    public async Task<bool> TryHandle(HttpContext context, string[] segments)
    {
        // As the real server has it, that answers a group's own document and OpenAPI to any method.
        if (!IsRead(context) && HasOneMethod(segments)) throw WriteRequests.NotAllowed();
        switch (segments)
        {
            case ["version"]:
                await Answers.Json(context, DiscoveryDocuments.Version.DeepClone());
                return true;
            case ["openapi", "v3"]:
                await Answers.Json(context, openApi.Index());
                return true;
            case ["openapi", "v3", "api", var version]:
                return await OpenApi(context, "", version);
            case ["openapi", "v3", "apis", var group, var version]:
                return await OpenApi(context, group, version);
            case ["api"] or ["apis"]:
                await Root(context, core: segments[0] == "api");
                return true;
            case ["api", var version]:
                return await Found(context, documents.Resources("", version));
            case ["apis", var group]:
                return await Found(context, documents.Group(group));
            case ["apis", var group, var version]:
                return await Found(context, documents.Resources(group, version));
            default:
                return false;
        }
    }

    private static bool IsRead(HttpContext context) => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method);

    private bool HasOneMethod(string[] segments) => segments switch
    {
        ["version"] or ["api"] or ["apis"] => true,
        ["api", var version] => documents.Resources("", version) is not null,
        ["apis", var group, var version] => documents.Resources(group, version) is not null,
        _ => false,
    };

    private async Task Root(HttpContext context, bool core)
    {
        var accept = context.Request.Headers.Accept.ToString();
        var version = accept.Contains("as=APIGroupDiscoveryList", StringComparison.Ordinal)
            ? accept.Contains("v=v2;", StringComparison.Ordinal) || accept.Contains("v=v2,", StringComparison.Ordinal) ? "v2" : "v2beta1"
            : null;
        context.Response.Headers.Vary = "Accept";
        if (version is null)
        {
            await Answers.Json(context, core ? DiscoveryDocuments.Core(context.Request.Host.Value ?? "") : documents.GroupList());
            return;
        }
        var json = ObjectText.Write(documents.Aggregated(core, version));
        var etag = $"\"{Convert.ToHexString(SHA512.HashData(json))}\"";
        context.Response.Headers.ETag = etag;
        if (context.Request.Headers.IfNoneMatch == etag)
        {
            context.Response.StatusCode = 304;
            return;
        }
        await Answers.Bytes(context, json, 200, $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
    }

    private async Task<bool> OpenApi(HttpContext context, string group, string version)
    {
        if (openApi.Document(group, version) is not { } document) return false;
        context.Response.Headers.ETag = $"\"{document.Hash}\"";
        await Answers.Bytes(context, document.Json);
        return true;
    }

    private static async Task<bool> Found(HttpContext context, JsonObject? document)
    {
        if (document is null) return false;
        await Answers.Json(context, document);
        return true;
    }
}
