using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Writes that would make another object of one, as a Kubernetes 1.20.2 API server was seen to answer them.</summary>
public sealed class WrittenObjectTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Merge = "application/merge-patch+json";
    private const string Apply = "application/apply-patch+yaml";

    [Theory]
    [InlineData("PATCH", "", Merge, """{"metadata":{"name":"other"}}""", 400, "the name of the object (other) does not match the name on the URL (m)")]
    [InlineData("PATCH", "", Merge, """{"metadata":{"namespace":"other"}}""", 400, "the namespace of the object (other) does not match the namespace on the request")]
    [InlineData("PATCH", "", Merge, """{"metadata":null}""", 400, "the name of the object (m based on URL) was undeterminable: name must be provided")]
    [InlineData("PATCH", "", Merge, """{"kind":"Pod"}""", 422, "patch: Invalid value")]
    [InlineData("PATCH", "", Merge, """{"apiVersion":"v9"}""", 422, "patch: Invalid value")]
    [InlineData("PATCH", "", Merge, """{"data":{"a":1}}""", 422, "patch: Invalid value")]
    [InlineData("PATCH", "", Merge, """{"metadata":{"uid":"33333333-1111-4111-8111-111111111111"}}""", 422, "metadata.uid: Invalid value")]
    [InlineData("PATCH", "?force=true", Merge, "{}", 422, "force: Forbidden: may not be specified for non-apply patch")]
    [InlineData("PATCH", "", "application/json-patch+json", """[{"op":"replace","path":"/metadata/name","value":"other"}]""", 400, "does not match the name on the URL")]
    [InlineData("PATCH", "?fieldManager=one", Apply, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","namespace":"other"}}""", 400, "does not match the namespace on the request")]
    [InlineData("PATCH", "?fieldManager=one", Apply, """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","uid":"33333333-1111-4111-8111-111111111111"}}""", 422, "metadata.uid: Invalid value")]
    [InlineData("PUT", "", "application/json", """{"metadata":{},"data":{"a":"2"}}""", 400, "was undeterminable: name must be provided")]
    [InlineData("PUT", "", "application/json", """{"metadata":{"name":"m","finalizers":["bad"]}}""", 422, "name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("PUT", "", "application/json", """{"metadata":{"name":"m","ownerReferences":[{"kind":"Pod"}]}}""", 422, "metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty")]
    public async Task Write_OfAnotherObject_IsRefused(string method, string query, string type, string body, int code, string why)
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, """{"metadata":{"name":"m"},"data":{"a":"1"}}""");

        var refused = await api.ExpectAsync(code, method, $"{path}/m{query}", body, type);

        Assert.Contains(why, refused.Text("message"), StringComparison.Ordinal);
        Assert.Equal("1", (await api.ExpectAsync(200, "GET", $"{path}/m")).Text("data", "a"));
    }

    [Fact]
    public async Task Owners_OfWhichTwoAreControllers_AreRefused()
    {
        var owners = string.Join(',', "xy".Select(name => $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{name}}","uid":"{{name}}","controller":true}"""));
        var refused = await api.ExpectAsync(
            422, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps", $$"""{"metadata":{"name":"m","ownerReferences":[{{owners}}]} }""");
        Assert.EndsWith("Only one reference can have Controller set to true. Found \"true\" in references for x and y", refused.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_OfAnAbsentObjectWithAUid_IsAConflict()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps/m";
        await api.ExpectAsync(409, "PATCH", path + "?fieldManager=one", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m","uid":"u"}}""", Apply);
    }

    [Fact]
    public async Task Manager_WithATooLongName_IsRefused()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps?fieldManager=";
        await api.ExpectAsync(422, "POST", path + new string('x', 129), """{"metadata":{"name":"m"}}""");
        await api.ExpectAsync(422, "POST", path + "a%01b", """{"metadata":{"name":"m"}}""");
        await api.ExpectAsync(201, "POST", path + new string('x', 128), """{"metadata":{"name":"m","resourceVersion":"0"}}""");
    }

    [Fact]
    public async Task Create_WithEmptyMapsAndLists_LeavesThemOut()
    {
        var made = await api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps", """{"metadata":{"name":"m","labels":{},"finalizers":[]},"data":{},"binaryData":{"b":"AAEC"}}""");
        Assert.False(made.ContainsKey("data"));
        Assert.Equal("AAEC", made.Text("binaryData", "b"));
        Assert.Null(made.At("metadata", "labels"));
        Assert.Null(made.At("metadata", "finalizers"));
        Assert.False(made.Items("metadata", "managedFields")!.ToJsonString().Contains("f:data", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.5", "500m")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000", "1k")]
    public async Task Quantity_HoweverWritten_IsShownInOneForm(string written, string shown)
    {
        var made = await api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/resourcequotas", $$"""{"metadata":{"name":"q"},"spec":{"hard":{"requests.memory":"{{written}}"} } }""");
        Assert.Equal(shown, made.Text("spec", "hard", "requests.memory"));
    }

    [Fact]
    public async Task Fields_OfWhichNoAccountWasKept_AreOfBeforeTheFirstApply()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, """{"metadata":{"name":"m"},"data":{"a":"1"}}""");
        await api.ExpectAsync(200, "PATCH", path + "/m", """{"metadata":{"managedFields":[{}]}}""", Merge);
        Assert.Null((await api.ExpectAsync(200, "PATCH", path + "/m", """{"data":{"b":"1"}}""", Merge)).At("metadata", "managedFields"));

        var refused = await api.ExpectAsync(409, "PATCH", path + "/m?fieldManager=one", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"m"},"data":{"a":"2"}}""", Apply);

        Assert.Equal("Apply failed with 1 conflict: conflict with \"before-first-apply\" using v1: .data.a", refused.Text("message"));
    }
}
