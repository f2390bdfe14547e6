using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Portal.Integration.Tests.Api;

/// <summary>What holds for every call of the API.</summary>
public class ApiFrameTests(PortalFixture fixture)
{
    [Fact]
    public async Task Call_WithoutToken_IsUnauthorized()
    {
        using var client = fixture.Portal.Anonymous();

        var answer = await client.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task BareAddress_AskedForByAnyProgram_LeadsToTheSignInForm()
    {
        using var client = fixture.Portal.Anonymous();

        var answer = await client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith("/sign-in", answer.Headers.Location!.IsAbsoluteUri ? answer.Headers.Location.PathAndQuery : answer.Headers.Location.OriginalString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Change_WithCookieOnly_AsksForToken()
    {
        using var client = await fixture.Portal.BrowserAsync("scientist");

        var read = await client.GetAsync("/api/v1/tokens", TestContext.Current.CancellationToken);
        var change = await client.DeleteAsync($"/api/v1/tokens/{Guid.Empty}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, change.StatusCode);
        Assert.Equal("api.token_required", await CodeOf(change));
    }

    [Fact]
    public async Task Refusal_InChinese_KeepsItsCode()
    {
        using var client = await fixture.Portal.ApiAsync("scientist");
        client.DefaultRequestHeaders.AcceptLanguage.ParseAdd("zh-CN");

        var answer = await client.DeleteAsync($"/api/v1/tokens/{Guid.CreateVersion7()}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        var problem = await answer.Content.ReadFromJsonAsync<JsonObject>(TestContext.Current.CancellationToken);
        Assert.Equal("token.not_found", problem!["code"]!.ToString());
        Assert.Contains("令牌", problem["title"]!.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task OpenApi_Document_DescribesEveryRoute()
    {
        using var client = fixture.Portal.Anonymous();

        var document = await client.GetFromJsonAsync<JsonObject>("/openapi/v1.json", TestContext.Current.CancellationToken);

        var paths = document!["paths"]!.AsObject();
        Assert.Contains("/api/v1/tokens", paths.Select(p => p.Key));
        Assert.All(paths.Where(p => p.Key.StartsWith("/api/v1", StringComparison.Ordinal)).SelectMany(p => p.Value!.AsObject()),
            operation => Assert.False(string.IsNullOrWhiteSpace(operation.Value!["summary"]?.ToString()), operation.Value!.ToJsonString()));
    }

    private static async Task<string?> CodeOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonObject>())?["code"]?.ToString();
}
