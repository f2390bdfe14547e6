using System.Net;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Results;
using Portal.Core.Workloads;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Api.Notebooks;

/// <summary>
/// The portal's own way into notebooks: <c>/notebooks/{id}/…</c>, HTTP and WebSocket, for signed-in people who may open that
/// notebook, asked at each request and again while a socket is open.
/// </summary>
internal sealed class NotebookProxy(
    NotebookPasses passes, IWorkloadRoute routes, INotebookSignIn signIn, IHttpForwarder forwarder, IChangeFeed feed, Problems problems)
{
    private static readonly ForwarderRequestConfig Config = new() { ActivityTimeout = TimeSpan.FromMinutes(10) };

    // API servers pass an upgrade on, and know nothing of WebSockets inside of HTTP/2.
    private static readonly ForwarderRequestConfig SocketConfig = Config with { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };

    /// <summary>Forwards one request.</summary>
    public async Task ForwardAsync(HttpContext context, Guid id)
    {
        if (context.Request.Path.Value?.Length == NotebookManifests.BasePath(id).Length - 1)
        {
            context.Response.Redirect(NotebookManifests.BasePath(id));
            return;
        }
        if (IsForged(context.Request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return;
        }
        var actor = context.User.Actor();
        var pass = await passes.AskAsync(actor, id, context.RequestAborted);
        if (!pass.Succeeded)
        {
            await RefuseAsync(context, id, pass.Refusal);
            return;
        }
        Unbind(context);
        var target = pass.Value;
        if (!IsSocket(context))
        {
            await ForwardAsync(context, target, context.RequestAborted);
            return;
        }
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var guard = EndWhenRefusedAsync(actor, target, ends);
        await ForwardAsync(context, target, ends.Token);
        await ends.CancelAsync();
        await guard;
    }

    private async Task ForwardAsync(HttpContext context, NotebookTarget target, CancellationToken ct)
    {
        if (await RouteAsync(target, ct) is { } route)
        {
            var transform = new NotebookTransform(target, route, signIn);
            var error = await forwarder.SendAsync(context, route.Prefix, route.Client, IsSocket(context) ? SocketConfig : Config, transform, ct);
            var failed = error is ForwarderError.Request or ForwarderError.RequestTimedOut or ForwarderError.RequestCreation || transform.IsRefused;
            if (!failed || context.Response.HasStarted)
                return;
        }
        await RefuseAsync(context, target.Id, new Refusal("notebook.unreachable", RefusalKind.Conflict));
    }

    private async Task<WorkloadRoute?> RouteAsync(NotebookTarget target, CancellationToken ct)
    {
        try
        {
            return await routes.ToAsync(target.ClusterId, target.Namespace, target.Pod, target.PodAddress, NotebookManifests.Port, ct);
        }
        catch (ClusterException)
        {
            return null;
        }
    }

    // An open socket outlives the request that was checked: it is asked for again by the clock and at each change of the notebook.
    private async Task EndWhenRefusedAsync(Actor actor, NotebookTarget target, CancellationTokenSource ends)
    {
        using var changed = new SemaphoreSlim(0);
        using var subscription = feed.Subscribe(c =>
        {
            if (c.Id == target.Id || c.IsEverything)
                changed.Release();
        });
        try
        {
            while (true)
            {
                await changed.WaitAsync(NotebookPasses.Validity, ends.Token);
                var pass = await passes.AskAsync(actor, target.Id, ends.Token);
                if (!pass.Succeeded || pass.Value.PodAddress != target.PodAddress)
                    break;
            }
            await ends.CancelAsync();
        }
        catch (OperationCanceledException)
        {
            // The socket was closed by one of its ends.
        }
    }

    // People are led to a page that says why and goes on by itself; programs get the problem.
    private Task RefuseAsync(HttpContext context, Guid id, Refusal refusal)
    {
        var navigates = HttpMethods.IsGet(context.Request.Method)
            && context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase);
        if (navigates)
        {
            context.Response.Redirect($"/notebook/{id:D}");
            return Task.CompletedTask;
        }
        return problems.Of(refusal).ExecuteAsync(context);
    }

    // Jupyter sends its own policy, and its uploads are its own affair.
    private static void Unbind(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.Remove(HeaderNames.ContentSecurityPolicy);
        headers.Remove(HeaderNames.XContentTypeOptions);
        headers.Remove("Referrer-Policy");
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
    }

    // The portal's cookie says who asks, so a page of another origin must not be able to ask in somebody's name.
    private static bool IsForged(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && !string.Equals(origin, $"{request.Scheme}://{request.Host}", StringComparison.OrdinalIgnoreCase);
    }

    private static bool IsSocket(HttpContext context) =>
        context.WebSockets.IsWebSocketRequest
        || string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}

/// <summary>Maps the proxy.</summary>
internal static class NotebookProxyRoutes
{
    public static IServiceCollection AddNotebookProxy(this IServiceCollection services)
    {
        services.AddHttpForwarder();
        services.AddSingleton<NotebookPasses>();
        services.AddSingleton<NotebookProxy>();
        return services;
    }

    public static void MapNotebookProxy(this IEndpointRouteBuilder app) =>
        app.Map("/notebooks/{id:guid}/{**rest}", (HttpContext context, Guid id, NotebookProxy proxy) => proxy.ForwardAsync(context, id))
            .RequireAuthorization().DisableAntiforgery().ExcludeFromDescription();
}
