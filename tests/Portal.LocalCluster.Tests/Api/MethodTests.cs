using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Which methods a path takes, as a Kubernetes 1.20.2 API server was seen to answer. HEAD, which that one refuses below /api and /apis, is here a GET without its body.</summary>
public sealed class MethodTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Maps = "/api/v1/namespaces/default/configmaps";

    [Theory]
    [InlineData("POST", Maps + "/x")]
    [InlineData("PUT", Maps)]
    [InlineData("PATCH", Maps)]
    [InlineData("POST", "/api/v1/configmaps")]
    [InlineData("PUT", "/api/v1/configmaps")]
    [InlineData("DELETE", "/api/v1/configmaps")]
    [InlineData("DELETE", "/api/v1/namespaces")]
    [InlineData("POST", "/api/v1/namespaces/default")]
    [InlineData("POST", "/api")]
    [InlineData("PUT", "/apis")]
    [InlineData("PUT", "/version")]
    [InlineData("DELETE", "/api/v1")]
    [InlineData("POST", "/apis/apps/v1")]
    [InlineData("GET", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")]
    [InlineData("DELETE", "/api/v1/namespaces/default/pods/x/log")]
    [InlineData("GET", "/api/v1/namespaces/default/pods/x/binding")]
    [InlineData("PUT", "/api/v1/namespaces/default/pods/x/eviction")]
    [InlineData("POST", "/api/v1/namespaces/default/pods/x/status")]
    [InlineData("OPTIONS", "/api/v1/namespaces/default/pods")]
    public async Task Method_ThatAPathDoesNotTake_IsAnsweredByAStatus(string method, string path)
    {
        var refused = await api.ExpectAsync(405, method, path, method is "POST" or "PUT" or "PATCH" ? "{}" : null);
        Assert.Equal("MethodNotAllowed", refused.Text("reason"));
        Assert.Equal("the server does not allow this method on the requested resource", refused.Text("message"));
        Assert.NotNull(refused.Map("details"));
    }

    [Theory]
    [InlineData("/apis/apps/v9")]
    [InlineData("/api/v9")]
    public async Task Method_OfAVersionThatIsNotThere_IsNotFound(string path) => Assert.Equal(404, (int)(await api.SendAsync("POST", path, "{}")).Code);

    [Theory]
    [InlineData("/api/v1/namespaces/default", 200)]
    [InlineData("/api/v1/namespaces/absent", 404)]
    [InlineData("/api/v1/namespaces?limit=1", 200)]
    [InlineData("/apis/apps/v1", 200)]
    [InlineData("/version", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/nowhere", 404)]
    public async Task Head_OfAPath_SaysWhatAGetWouldWithoutItsBody(string path, int code)
    {
        using var asked = new HttpRequestMessage(HttpMethod.Get, path);
        using var whole = await api.Client.SendAsync(asked);
        using var request = new HttpRequestMessage(HttpMethod.Head, path);
        using var answer = await api.Client.SendAsync(request);

        Assert.Equal(code, (int)answer.StatusCode);
        Assert.Equal(whole.Content.Headers.ContentType, answer.Content.Headers.ContentType);
        Assert.Equal((await whole.Content.ReadAsByteArrayAsync()).Length, answer.Content.Headers.ContentLength);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }
}
