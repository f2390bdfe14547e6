using Microsoft.Net.Http.Headers;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Api.Notebooks;

/// <summary>
/// What changes on the way: the portal's cookies stay here, the server's token is put on there. Neither ever reaches the other side.
/// </summary>
internal sealed class NotebookTransform(NotebookTarget target, WorkloadRoute route) : HttpTransformer
{
    // Jupyter's guard against forged requests; the one cookie that its pages need.
    private const string JupyterCookie = "_xsrf";

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var query = httpContext.Request.QueryString;
        var headers = proxyRequest.Headers;
        headers.Host = null;
        headers.Remove(HeaderNames.Cookie);
        headers.Remove(HeaderNames.Authorization);
        // Checked here already; the server would compare it with an address that the browser does not know.
        headers.Remove(HeaderNames.Origin);
        headers.Remove(HeaderNames.Referer);
        if (httpContext.Request.Cookies[JupyterCookie] is { Length: > 0 } xsrf)
            headers.TryAddWithoutValidation(HeaderNames.Cookie, $"{JupyterCookie}={Uri.EscapeDataString(xsrf)}");
        if (route.KeepsAuthorization)
            headers.TryAddWithoutValidation(HeaderNames.Authorization, "token " + target.Token);
        else
            query = query.Add("token", target.Token);
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(route.Prefix, httpContext.Request.Path, query);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        var cookies = headers.SetCookie.Where(c => c?.StartsWith(JupyterCookie + "=", StringComparison.Ordinal) == true).ToArray();
        headers.SetCookie = cookies;
        return copied;
    }
}
