using System.IO.Compression;
using System.Net.Security;
using System.Net.WebSockets;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Portal.Testing.Web;

namespace Portal.LocalCluster.Tests.Api;

public sealed class ProxyTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Proxy_OfAServiceAndItsPod_CarriesHttpAndWebSockets()
    {
        await using var app = await EchoAsync();
        var port = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
        var ns = await api.NamespaceAsync();
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/pods", $$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"echo","labels":{"app":"echo"} },"spec":{"nodeName":"n","containers":[{"name":"c","image":"x:1","ports":[{"name":"http","containerPort":{{port}} }] }] } }
            """);
        await api.ExpectAsync(200, "PATCH", $"/api/v1/namespaces/{ns}/pods/echo/status", """{"status":{"phase":"Running","podIP":"127.0.0.1"}}""", "application/merge-patch+json");
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/services", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"echo"},"spec":{"selector":{"app":"echo"},"ports":[{"port":80,"targetPort":"http"}]}}
            """);

        var (_, said, _) = await api.SendAsync("POST", $"/api/v1/namespaces/{ns}/services/echo:80/proxy/some/path?q=1", "hello", "text/plain");
        Assert.Equal("POST /some/path?q=1 hello no token", said!.GetValue<string>());

        // Links from the root lead through the proxy, the others stay.
        var before = $"/api/v1/namespaces/{ns}/pods/echo:{port}/proxy";
        foreach (var encoding in new[] { "", "gzip" })
        {
            using var ask = new HttpRequestMessage(HttpMethod.Get, before + "/page");
            if (encoding.Length > 0) ask.Headers.Add("Accept-Encoding", encoding);
            using var page = await api.Client.SendAsync(ask);
            await using var body = await page.Content.ReadAsStreamAsync();
            await using var plain = encoding.Length > 0 ? new GZipStream(body, CompressionMode.Decompress) : body;
            Assert.Equal(
                $"""<a href="{before}/a?b#c">/a</a><img src='relative.png'><script src="https://other.test/x.js">"/kept"</script>""",
                await new StreamReader(plain).ReadToEndAsync());
        }
        using var redirected = await api.Client.GetAsync(new Uri(before + "/redirect", UriKind.Relative));
        Assert.Equal(before + "/login?next=%2F", redirected.RequestMessage?.RequestUri?.PathAndQuery);

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Authorization", $"Bearer {api.Cluster.Token}");
        socket.Options.RemoteCertificateValidationCallback = (_, certificate, _, errors) => errors == SslPolicyErrors.RemoteCertificateChainErrors && certificate is not null;
        await socket.ConnectAsync(new Uri($"wss://127.0.0.1:{api.Cluster.Address.Port}/api/v1/namespaces/{ns}/pods/echo:{port}/proxy/ws"), patience.Token);
        await socket.SendAsync(Encoding.UTF8.GetBytes("over"), WebSocketMessageType.Text, endOfMessage: true, patience.Token);
        var buffer = new byte[64];
        var received = await socket.ReceiveAsync(buffer, patience.Token);
        Assert.Equal("echo over", Encoding.UTF8.GetString(buffer, 0, received.Count));
        await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token);
    }

    [Fact]
    public async Task Proxy_OfAServiceWithoutPods_Is503()
    {
        var ns = await api.NamespaceAsync();
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/services", """
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"none"},"spec":{"selector":{"app":"none"},"ports":[{"port":80}]}}
            """);
        await api.ExpectAsync(503, "GET", $"/api/v1/namespaces/{ns}/services/none/proxy/");
    }

    private static async Task<WebApplication> EchoAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{FreePort.Next()}");
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(async context =>
        {
            if (context.WebSockets.IsWebSocketRequest)
            {
                using var socket = await context.WebSockets.AcceptWebSocketAsync();
                var buffer = new byte[64];
                var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
                await socket.SendAsync(Encoding.UTF8.GetBytes("echo " + Encoding.UTF8.GetString(buffer, 0, received.Count)), WebSocketMessageType.Text, endOfMessage: true, context.RequestAborted);
                await socket.ReceiveAsync(buffer, context.RequestAborted);
                await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
                return;
            }
            if (context.Request.Path == "/page")
            {
                var zipped = context.Request.Headers.AcceptEncoding.Contains("gzip");
                context.Response.ContentType = "text/html; charset=utf-8";
                if (zipped) context.Response.Headers.ContentEncoding = "gzip";
                await using var to = zipped ? new GZipStream(context.Response.Body, CompressionMode.Compress) : context.Response.Body;
                await to.WriteAsync("""<a href="/a?b#c">/a</a><img src='relative.png'><script src="https://other.test/x.js">"/kept"</script>"""u8.ToArray());
                return;
            }
            if (context.Request.Path == "/redirect")
            {
                context.Response.Redirect("/login?next=%2F");
                return;
            }
            var body = await new StreamReader(context.Request.Body).ReadToEndAsync(context.RequestAborted);
            var token = context.Request.Headers.Authorization.Count == 0 ? "no token" : "a token";
            await context.Response.WriteAsync($"{context.Request.Method} {context.Request.Path}{context.Request.QueryString} {body} {token}");
        });
        await app.StartAsync();
        return app;
    }
}
