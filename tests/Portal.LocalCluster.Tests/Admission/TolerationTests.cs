using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Admission;

/// <summary>What every pod tolerates, as a Kubernetes 1.20.2 API server was seen to fill it in.</summary>
public sealed class TolerationTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string NotReady = "node.kubernetes.io/not-ready:Exists:NoExecute:300";
    private const string Unreachable = "node.kubernetes.io/unreachable:Exists:NoExecute:300";

    [Theory]
    [InlineData("[]", NotReady + " " + Unreachable)]
    [InlineData("""[{"key":"a","operator":"Equal","value":"b"}]""", "a:Equal:: " + NotReady + " " + Unreachable)]
    [InlineData("""[{"key":"node.kubernetes.io/not-ready","operator":"Exists","effect":"NoExecute","tolerationSeconds":5}]""", "node.kubernetes.io/not-ready:Exists:NoExecute:5 " + Unreachable)]
    [InlineData("""[{"key":"node.kubernetes.io/unreachable","operator":"Exists","effect":"NoSchedule"}]""", "node.kubernetes.io/unreachable:Exists:NoSchedule: " + NotReady + " " + Unreachable)]
    [InlineData("""[{"key":"node.kubernetes.io/not-ready","operator":"Exists"}]""", "node.kubernetes.io/not-ready:Exists:: " + Unreachable)]
    [InlineData("""[{"operator":"Exists"}]""", ":Exists::")]
    [InlineData("""[{"operator":"Exists","effect":"NoExecute"}]""", ":Exists:NoExecute:")]
    public async Task Pod_Always_ToleratesForAWhileThatItsNodeIsAway(string own, string all)
    {
        var pod = await api.ExpectAsync(
            201, "POST", $"/api/v1/namespaces/{await api.NamespaceAsync()}/pods", $$"""{"metadata":{"name":"p"},"spec":{"tolerations":{{own}},"containers":[{"name":"c","image":"a:1"}]} }""");
        var tolerations = pod.Items("spec", "tolerations")!.OfType<JsonObject>();
        Assert.Equal(all, string.Join(' ', tolerations.Select(one => $"{one.Text("key")}:{one.Text("operator")}:{one.Text("effect")}:{one.Whole("tolerationSeconds")}")));
    }
}
