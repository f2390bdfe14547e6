using System.Net;
using Portal.Testing.Web;

namespace Portal.Integration.Tests.Hosting;

/// <summary>What every answer carries, and who is let in at all.</summary>
public class HeadersTests(PortalFixture fixture)
{
    [Theory]
    [InlineData("/sign-in")]
    [InlineData("/app.css")]
    [InlineData("/healthz")]
    [InlineData("/api/v1/tokens")]
    public async Task Answer_OfAnyRoute_CarriesTheSecurityHeaders(string path)
    {
        using var client = fixture.Portal.Anonymous();

        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("script-src 'self';", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(answer.Headers.GetValues("X-Content-Type-Options")));
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("null")]
    [InlineData("https://elsewhere.example")]
    public async Task Socket_OfAnotherOrigin_IsRefusedBeforeACircuitExists(string? origin)
    {
        using var client = await fixture.Portal.BrowserAsync("scientist");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/_blazor");
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("websocket");
        request.Headers.Add("Sec-WebSocket-Version", "13");
        request.Headers.Add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        using var answer = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    // What the chart's Ingress needs. Where a caller is and which host was asked, nobody may claim by it.
    [Fact]
    public async Task Proxy_ThatEndsTls_IsBelievedAboutHttpsAlone()
    {
        await using var portal = await RunningPortal.StartAsync("None", sample: false, "--ForwardedHeaders:Protocol", "true");
        using var client = portal.Anonymous();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        client.DefaultRequestHeaders.Add("X-Forwarded-Host", "elsewhere.example");

        using var answer = await client.GetAsync("/audit", TestContext.Current.CancellationToken);

        Assert.Equal(("https", portal.Address.Authority), (answer.Headers.Location!.Scheme, answer.Headers.Location.Authority));
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/audit")]
    [InlineData("/nowhere")]
    public async Task Page_ForNobody_LeadsToSignIn(string path)
    {
        using var client = fixture.Portal.Anonymous();
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");

        using var answer = await client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith("/sign-in", answer.Headers.Location!.PathAndQuery, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AuditPage_ForAScientist_IsForbidden()
    {
        using var client = await fixture.Portal.BrowserAsync("scientist");

        using var page = await client.GetAsync("/audit", TestContext.Current.CancellationToken);
        using var file = await client.GetAsync("/audit/export.csv", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Forbidden, page.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, file.StatusCode);
    }

    [Fact]
    public async Task Metrics_FromThisMachine_AreInPrometheusFormat()
    {
        using var client = fixture.Portal.Anonymous();

        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Contains("# TYPE", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ready_WithItsDatabase_IsOk()
    {
        using var client = fixture.Portal.Anonymous();

        Assert.Equal("ok", await client.GetStringAsync("/readyz", TestContext.Current.CancellationToken));
    }
}
