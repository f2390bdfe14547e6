using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>pods/proxy and services/proxy: HTTP and WebSocket to a process that stands for a pod.</summary>
internal sealed class ProxyRequests(ObjectRegistry registry) : IDisposable
{
    private static readonly HashSet<string> HopByHop = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "TE", "Trailer", "Transfer-Encoding", "Host",
        "Authorization", // the cluster's own token is none of the pod's business
    };

    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ConnectTimeout = TimeSpan.FromSeconds(5),
    });

    public void Dispose() => _client.Dispose();

    public async Task Forward(ApiRequest request)
    {
        var parts = request.Name!.Split(':');
        var name = parts.Length == 3 ? parts[1] : parts[0];
        var port = parts.Length > 1 ? parts[^1] : "";
        var (address, number) = request.Type.Plural == "pods" ? PodEndpoint(request, name, port) : ServiceEndpoint(request, name, port);
        var uri = new Uri($"http://{address}:{number}{Target(request)}");
        var context = request.Context;
        using var message = Message(context, uri);
        HttpResponseMessage response;
        try
        {
            response = await _client.SendAsync(message, request.Aborted);
        }
        catch (HttpRequestException failure)
        {
            throw new ApiException(503, "ServiceUnavailable", $"error trying to reach service: {failure.Message}");
        }
        using (response)
        {
            context.Response.StatusCode = (int)response.StatusCode;
            foreach (var header in response.Headers.Concat(response.Content.Headers))
            {
                var keep = !HopByHop.Contains(header.Key) || (header.Key == "Connection" && response.StatusCode == HttpStatusCode.SwitchingProtocols);
                if (keep) context.Response.Headers[header.Key] = header.Value.ToArray();
            }
            if (response.StatusCode == HttpStatusCode.SwitchingProtocols)
            {
                await Relay(context, response);
                return;
            }
            context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            var pages = new ProxiedPages(Before(request), uri.Authority);
            if (response.Headers.Location is { } location) context.Response.Headers.Location = pages.Rewritten(location.OriginalString);
            await using var body = await response.Content.ReadAsStreamAsync(request.Aborted);
            if (response.Headers.Location is not null || response.Content.Headers.ContentType?.MediaType != "text/html")
            {
                await body.CopyToAsync(context.Response.Body, request.Aborted);
                return;
            }
            context.Response.ContentLength = null;
            await pages.CopyAsync(body, context.Response.Body, string.Join(',', response.Content.Headers.ContentEncoding), request.Aborted);
        }
    }

    private static HttpRequestMessage Message(HttpContext context, Uri uri)
    {
        var upgrade = context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true;
        var message = new HttpRequestMessage(new HttpMethod(context.Request.Method), uri) { Version = HttpVersion.Version11, VersionPolicy = HttpVersionPolicy.RequestVersionExact };
        if (!upgrade && (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)) message.Content = new StreamContent(context.Request.Body);
        foreach (var (key, values) in context.Request.Headers)
        {
            if (HopByHop.Contains(key) && !(upgrade && key == "Connection")) continue;
            if (!message.Headers.TryAddWithoutValidation(key, values.ToArray())) message.Content?.Headers.TryAddWithoutValidation(key, values.ToArray());
        }
        return message;
    }

    private static async Task Relay(HttpContext context, HttpResponseMessage response)
    {
        await using var client = await context.Features.GetRequiredFeature<IHttpUpgradeFeature>().UpgradeAsync();
        await using var server = await response.Content.ReadAsStreamAsync(context.RequestAborted);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var up = client.CopyToAsync(server, stop.Token);
        var down = server.CopyToAsync(client, stop.Token);
        await Task.WhenAny(up, down);
        await stop.CancelAsync();
        await Task.WhenAll(up, down).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>What stands behind <c>/proxy</c> in the request line, untouched.</summary>
    private static string Target(ApiRequest request)
    {
        var (raw, end) = Split(request);
        var rest = raw[end..];
        return rest.Length == 0 || rest[0] != '/' ? "/" + rest : rest;
    }

    private static string Before(ApiRequest request)
    {
        var (raw, end) = Split(request);
        return raw[..end];
    }

    private static (string Raw, int End) Split(ApiRequest request)
    {
        var raw = request.Context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        var at = raw.IndexOf("/proxy", raw.IndexOf($"/{request.Type.Plural}/", StringComparison.Ordinal), StringComparison.Ordinal);
        return (raw, at + "/proxy".Length);
    }

    private (string Address, long Port) PodEndpoint(ApiRequest request, string name, string port)
    {
        var pod = registry.Get(registry.Catalog.Stored("pods")!, request.Namespace, name).Read();
        return (AddressOf(pod), PortOf(pod, port) ?? throw Refusals.BadRequest($"no port {port} in pod {name}"));
    }

    private (string Address, long Port) ServiceEndpoint(ApiRequest request, string name, string port)
    {
        var service = registry.Get(request.Type, request.Namespace, name).Read();
        var ports = (service.Items("spec", "ports") ?? []).OfType<JsonObject>().ToList();
        var chosen = port.Length == 0 ? ports.FirstOrDefault()
            : ports.FirstOrDefault(item => item.Text("name") == port || item.Whole("port")?.ToString(System.Globalization.CultureInfo.InvariantCulture) == port);
        if (chosen is null) throw new ApiException(503, "ServiceUnavailable", $"no endpoints available for service \"{name}\"");
        var target = chosen.At("targetPort")?.ToString() ?? chosen.Whole("port")?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "";
        var labels = (service.Map("spec", "selector") ?? []).ToDictionary(pair => pair.Key, pair => pair.Value.AsText() ?? "", StringComparer.Ordinal);
        foreach (var stored in registry.Store.Shelf(registry.Catalog.Stored("pods")!).Objects(request.Namespace))
        {
            if (labels.Count == 0 || labels.Any(label => stored.Labels.GetValueOrDefault(label.Key) != label.Value)) continue;
            var pod = stored.Read();
            if (pod.Text("status", "phase") != "Running" || pod.IsDeleting() || PortOf(pod, target) is not { } number) continue;
            return (AddressOf(pod), number);
        }
        throw new ApiException(503, "ServiceUnavailable", $"no endpoints available for service \"{name}\"");
    }

    private static string AddressOf(JsonObject pod) =>
        pod.Text("status", "podIP") ?? throw new ApiException(503, "ServiceUnavailable", $"pod {pod.Name()} has no address yet");

    private static long? PortOf(JsonObject pod, string port)
    {
        if (long.TryParse(port, System.Globalization.CultureInfo.InvariantCulture, out var number)) return number;
        var ports = (pod.Items("spec", "containers") ?? []).OfType<JsonObject>().SelectMany(container => container.Items("ports")?.OfType<JsonObject>() ?? []);
        return ports.FirstOrDefault(item => port.Length == 0 || item.Text("name") == port)?.Whole("containerPort") ?? (port.Length == 0 ? 80 : null);
    }
}
