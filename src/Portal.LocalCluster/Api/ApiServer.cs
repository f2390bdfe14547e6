using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Discovery;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>Every request: who asks, what for, and the answer, which for a failure is a Status object.</summary>
internal sealed partial class ApiServer(
    Authentication authentication, Impersonation impersonation, Authorization authorization, DiscoveryRequests discovery, ResourceRequests resources, ResourceCatalog catalog, ILogger<ApiServer> logger)
{
    public async Task Handle(HttpContext context)
    {
        try
        {
            context.Response.Headers["Audit-Id"] = Guid.NewGuid().ToString();
            if (await Health(context)) return;
            var caller = authentication.Identify(context);
            var path = context.Request.Path.Value ?? "/";
            var segments = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            if (FindResource(context, caller, segments, out var knownVersion) is { } request)
            {
                request = request with { Caller = impersonation.Resolve(context, caller, request.Access) };
                authorization.Check(request.Caller, request.Access);
                await resources.Handle(request);
                return;
            }
            var unserved = AccessAttributes.OfUnserved(context.Request.Method, segments);
            // Rights come before what is served: whoever may not learns nothing more.
            if (unserved is not null) authorization.Check(impersonation.Resolve(context, caller, unserved), unserved);
            if (knownVersion) throw Refusals.NoResource();
            if (unserved is not null)
            {
                await Answers.Text(context, "404 page not found\n", 404);
                return;
            }
            var access = AccessAttributes.OfPath(HttpMethods.IsHead(context.Request.Method) ? "get" : context.Request.Method.ToLowerInvariant(), path);
            authorization.Check(impersonation.Resolve(context, caller, access), access);
            if (!await discovery.TryHandle(context, segments)) await Answers.Text(context, "404 page not found\n", 404);
        }
        catch (ApiException refusal)
        {
            if (!context.Response.HasStarted) await Answers.Status(context, refusal);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The client has gone; there is nobody to answer.
        }
        catch (Exception failure)
        {
            Failed(logger, failure, context.Request.Method, context.Request.Path);
            if (!context.Response.HasStarted)
                await Answers.Status(context, new ApiException(500, "InternalError", "Internal error occurred: " + failure.Message));
        }
    }

    private static async Task<bool> Health(HttpContext context)
    {
        var path = context.Request.Path;
        if (!path.StartsWithSegments("/healthz", StringComparison.Ordinal) && !path.StartsWithSegments("/readyz", StringComparison.Ordinal) && !path.StartsWithSegments("/livez", StringComparison.Ordinal)) return false;
        await Answers.Text(context, "ok");
        return true;
    }

    private ApiRequest? FindResource(HttpContext context, Caller caller, string[] segments, out bool knownVersion)
    {
        knownVersion = false;
        var (group, version, start) = segments switch
        {
            ["api", var core, _, ..] => ("", core, 2),
            ["apis", var named, var its, _, ..] => (named, its, 3),
            _ => ("", "", 0),
        };
        if (start == 0) return null;
        knownVersion = catalog.Types.Any(type => type.Group == group && type.Version == version);
        return ApiRequest.From(context, catalog, caller, group, version, segments.AsSpan()[start..]);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Path} failed")]
    private static partial void Failed(ILogger logger, Exception failure, string method, PathString path);
}
