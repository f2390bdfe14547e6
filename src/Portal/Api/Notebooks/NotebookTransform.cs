using System.Net;
using Microsoft.Net.Http.Headers;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Yarp.ReverseProxy.Forwarder;

namespace Portal.Api.Notebooks;

/// <summary>
/// What changes on the way: the portal's cookies stay here, what lets a request in is put on there. Neither ever reaches the other side.
/// </summary>
internal sealed class NotebookTransform(NotebookTarget target, WorkloadRoute route, INotebookSignIn signIn) : HttpTransformer
{
    // A server's own refusal is a short object.
    private const long StatusLimit = 64 * 1024;

    private readonly ServerPassage? _passage = route.ThroughServer ? new ServerPassage(route) : null;

    /// <summary>True when the API server itself refused: nothing was written, the caller answers.</summary>
    public bool IsRefused { get; private set; }

    public override async ValueTask TransformRequestAsync(
        HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
    {
        await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
        var headers = proxyRequest.Headers;
        headers.Host = null;
        headers.Remove(HeaderNames.Cookie);
        headers.Remove(HeaderNames.Authorization);
        // Checked here already; the server would compare it with an address that the browser does not know.
        headers.Remove(HeaderNames.Origin);
        headers.Remove(HeaderNames.Referer);
        // Pages are read here on their way back.
        if (_passage is not null)
            headers.Remove(HeaderNames.AcceptEncoding);
        await signIn.AuthorizeAsync(headers, target, route, cancellationToken, ForgeryToken(httpContext.Request));
        proxyRequest.RequestUri = RequestUtilities.MakeDestinationAddress(route.Prefix, httpContext.Request.Path, httpContext.Request.QueryString);
    }

    public override async ValueTask<bool> TransformResponseAsync(
        HttpContext httpContext, HttpResponseMessage? proxyResponse, CancellationToken cancellationToken)
    {
        if (_passage is not null && proxyResponse is not null && await IsServersOwnAsync(proxyResponse, cancellationToken))
        {
            IsRefused = true;
            return false;
        }
        var copied = await base.TransformResponseAsync(httpContext, proxyResponse, cancellationToken);
        var headers = httpContext.Response.Headers;
        var cookies = headers.SetCookie.Where(c => c?.StartsWith(INotebookSignIn.ForgeryCookie + "=", StringComparison.Ordinal) == true).ToArray();
        headers.SetCookie = cookies;
        if (_passage is null || proxyResponse is null)
            return copied;
        if (headers.Location.ToString() is { Length: > 0 } location)
            headers.Location = Redirect(httpContext.Request, _passage.Location(location));
        if (proxyResponse.Content.Headers.ContentType?.MediaType != "text/html" || proxyResponse.Content.Headers.ContentEncoding.Count > 0)
            return copied;
        headers.ContentLength = null;
        await _passage.CopyAsync(await proxyResponse.Content.ReadAsStreamAsync(cancellationToken), httpContext.Response.Body, cancellationToken);
        return false;
    }

    // As the browser sent it: Jupyter compares it letter by letter with what its pages repeat.
    private static string ForgeryToken(HttpRequest request) =>
        CookieHeaderValue.TryParseList(request.Headers.Cookie, out var cookies)
            ? cookies.FirstOrDefault(c => c.Name == INotebookSignIn.ForgeryCookie)?.Value.ToString() ?? "" : "";

    private string Redirect(HttpRequest request, string location)
    {
        if (!ServerPassage.AsksToSignIn(target, location))
            return location;
        signIn.Forget(target);
        return request.Path + request.QueryString;
    }

    // 403 where the portal's account may not pass, 5xx where the server does not reach the pod.
    private static async Task<bool> IsServersOwnAsync(HttpResponseMessage response, CancellationToken ct)
    {
        if (response.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or >= HttpStatusCode.InternalServerError)
            || response.Content.Headers.ContentType?.MediaType != "application/json" || response.Content.Headers.ContentLength > StatusLimit)
        {
            return false;
        }
        try
        {
            await response.Content.LoadIntoBufferAsync(StatusLimit, ct);
            return System.Text.Json.Nodes.JsonNode.Parse(await response.Content.ReadAsStringAsync(ct)).Text("kind") == "Status";
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or HttpRequestException)
        {
            return false;
        }
    }
}
