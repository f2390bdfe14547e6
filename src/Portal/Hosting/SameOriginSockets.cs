using Microsoft.AspNetCore.Http.Features;

namespace Portal.Hosting;

/// <summary>
/// Refuses a WebSocket that another origin opens: browsers send the cookie along with it and ask for no consent,
/// and neither the circuit nor a proxied notebook checks the origin by itself.
/// </summary>
internal sealed class SameOriginSockets(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        var origin = request.Headers.Origin.ToString();
        var own = $"{request.Scheme}://{request.Host}";
        var must = IsSocket(context);
        var may = request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) && origin.Length > 0;
        if ((must || may) && !string.Equals(origin, own, StringComparison.OrdinalIgnoreCase))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            return Task.CompletedTask;
        }
        return next(context);
    }

    private static bool IsSocket(HttpContext context) =>
        string.Equals(context.Request.Headers.Upgrade, "websocket", StringComparison.OrdinalIgnoreCase)
        || context.Features.Get<IHttpExtendedConnectFeature>() is { IsExtendedConnect: true };
}
