using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>pods/binding as a Kubernetes 1.20.2 API server was seen to answer.</summary>
public sealed class BindingTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Binding_OfAPod_SaysItsNodeOnce()
    {
        var pods = await PodsAsync("p");
        var made = await api.ExpectAsync(200, "GET", $"{pods}/p");

        await api.ExpectAsync(201, "POST", $"{pods}/p/binding?dryRun=All", Binding("p", "n"));
        Assert.Null((await api.ExpectAsync(200, "GET", $"{pods}/p")).Text("spec", "nodeName"));
        var said = await api.ExpectAsync(201, "POST", $"{pods}/p/binding", Binding("p", "n"));

        Assert.Equal(("Status", "Success"), (said.Kind(), said.Text("status")));
        var pod = await api.ExpectAsync(200, "GET", $"{pods}/p");
        Assert.Equal("n", pod.Text("spec", "nodeName"));
        Assert.Equal("w", pod.Annotation("v"));
        var condition = pod.Items("status", "conditions")!.OfType<JsonObject>().Single();
        Assert.Equal(("PodScheduled", "True", null), (condition.Text("type"), condition.Text("status"), condition.Text("reason")));
        Assert.Equal(made.Whole("metadata", "generation"), pod.Whole("metadata", "generation"));
        Assert.True(JsonNode.DeepEquals(made.At("metadata", "managedFields"), pod.At("metadata", "managedFields")));

        var refused = await api.ExpectAsync(409, "POST", $"{pods}/p/binding", Binding("p", "other"));
        Assert.Equal("Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n\"", refused.Text("message"));
        Assert.Equal(("Conflict", "pods/binding"), (refused.Text("reason"), refused.Text("details", "kind")));
    }

    [Fact]
    public async Task Binding_ThatCannotBe_IsRefused()
    {
        var pods = await PodsAsync("p", metadata: ""","finalizers":["samples.lab/hold"]""");
        Assert.Equal("target.name: Required value", (await api.ExpectAsync(500, "POST", $"{pods}/p/binding", Binding("p", ""))).Text("message"));
        Assert.Equal(
            "target.kind: Unsupported value: \"Service\": supported values: \"Node\", \"<empty>\"",
            (await api.ExpectAsync(500, "POST", $"{pods}/p/binding", Binding("p", "n").Replace("\"Node\"", "\"Service\"", StringComparison.Ordinal))).Text("message"));
        Assert.Equal("name in URL does not match name in Binding object", (await api.ExpectAsync(400, "POST", $"{pods}/p/binding", Binding("q", "n"))).Text("message"));
        await api.ExpectAsync(404, "POST", $"{pods}/absent/binding", Binding("absent", "n"));

        await api.ExpectAsync(200, "DELETE", $"{pods}/p");
        var refused = await api.ExpectAsync(409, "POST", $"{pods}/p/binding", Binding("p", "n"));
        Assert.Equal("Operation cannot be fulfilled on pods/binding \"p\": pod p is being deleted, cannot be assigned to a host", refused.Text("message"));
    }

    private static string Binding(string name, string node) =>
        $$"""{"apiVersion":"v1","kind":"Binding","metadata":{"name":"{{name}}","annotations":{"v":"w"} },"target":{"kind":"Node","name":"{{node}}"} }""";

    private async Task<string> PodsAsync(string name, string metadata = "")
    {
        var pods = $"/api/v1/namespaces/{await api.NamespaceAsync()}/pods";
        await api.ExpectAsync(201, "POST", pods, $$"""{"metadata":{"name":"{{name}}"{{metadata}} },"spec":{"containers":[{"name":"c","image":"a:1"}]} }""");
        return pods;
    }
}
