using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Deletions, as a Kubernetes 1.20.2 API server was seen to answer the same requests.</summary>
public sealed class DeleteOptionsTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Job = """
        {"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"a:1"}]}}}}
        """;

    [Fact]
    public async Task DeleteCollection_OverAllNamespaces_IsNotAllowed()
    {
        var path = await WithMapAsync();
        await api.ExpectAsync(405, "DELETE", "/api/v1/configmaps");
        await api.ExpectAsync(200, "GET", path);
    }

    [Theory]
    [InlineData("", """{"dryRun":["some"]}""", 422)]
    [InlineData("", """{"propagationPolicy":"Background","orphanDependents":true}""", 422)]
    [InlineData("?propagationPolicy=Background&orphanDependents=false", null, 422)]
    [InlineData("", """{"propagationPolicy":"Some"}""", 422)]
    [InlineData("", """{"kind":"Pod","apiVersion":"v1"}""", 400)]
    [InlineData("", """{"gracePeriodSeconds":"x"}""", 400)]
    [InlineData("?gracePeriodSeconds=x", null, 400)]
    public async Task Options_ThatCannotBe_AreRefused(string query, string? body, int code)
    {
        var path = await WithMapAsync();
        await api.ExpectAsync(code, "DELETE", path + query, body);
        await api.ExpectAsync(200, "GET", path);
    }

    [Fact]
    public async Task Options_InAnUnknownFormat_Are415() =>
        await api.ExpectAsync(415, "DELETE", await WithMapAsync(), "x", "text/plain");

    [Theory]
    [InlineData("?dryRun=All", "{}", 404)]
    [InlineData("", """{"dryRun":["All"]}""", 200)]
    [InlineData("?dryRun=All", null, 200)]
    public async Task Query_BesideABody_IsNotHeard(string query, string? body, int after)
    {
        var path = await WithMapAsync();
        await api.ExpectAsync(200, "DELETE", path + query, body);
        await api.ExpectAsync(after, "GET", path);
    }

    [Fact]
    public async Task Delete_OfAJobWithNothingSaid_LeavesItsPodsAndWarns()
    {
        var jobs = $"/apis/batch/v1/namespaces/{await api.NamespaceAsync()}/jobs";
        await api.ExpectAsync(201, "POST", jobs, Job);
        var (_, said, headers) = await api.SendAsync("DELETE", jobs + "/j?dryRun=All&propagationPolicy=Background");
        Assert.Equal("Success", ((JsonObject)said!).Text("status"));
        Assert.False(headers.Contains("Warning"));

        (_, said, headers) = await api.SendAsync("DELETE", jobs + "/j");

        Assert.Equal("orphan", ((JsonObject)said!).Items("metadata", "finalizers")?.Single().AsText());
        Assert.Contains("child pods are preserved by default", string.Join(' ', headers.GetValues("Warning")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Delete_ThatIsDoneAtOnce_SaysNothingOfDeletion()
    {
        var path = await WithMapAsync();
        var gone = await api.ExpectAsync(200, "DELETE", path[..path.LastIndexOf('/')]);
        Assert.All(gone.Items("items")!, item => Assert.Null(((JsonObject)item!).Text("metadata", "deletionTimestamp")));
    }

    [Fact]
    public async Task Create_OfWhatIsBeingDeleted_SaysSo()
    {
        var path = await WithMapAsync(""","finalizers":["samples.lab/hold"]""");
        await api.ExpectAsync(200, "DELETE", path);
        var refused = await api.ExpectAsync(409, "POST", path[..path.LastIndexOf('/')], """{"metadata":{"name":"m"}}""");
        Assert.Equal("object is being deleted: configmaps \"m\" already exists", refused.Text("message"));
    }

    [Theory]
    [InlineData("PUT", "application/json", """{"metadata":{"name":"NAME"}}""")]
    [InlineData("PATCH", "application/merge-patch+json", """{"spec":{"finalizers":["samples.lab/other"]}}""")]
    public async Task Namespace_WrittenByItself_KeepsWhatHoldsIt(string method, string type, string body)
    {
        var name = await api.NamespaceAsync();
        var written = await api.ExpectAsync(200, method, $"/api/v1/namespaces/{name}", body.Replace("NAME", name, StringComparison.Ordinal), type);
        Assert.Equal("kubernetes", written.Items("spec", "finalizers")?.Single().AsText());
    }

    private async Task<string> WithMapAsync(string metadata = "")
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, $$"""{"metadata":{"name":"m"{{metadata}} } }""");
        return path + "/m";
    }
}
