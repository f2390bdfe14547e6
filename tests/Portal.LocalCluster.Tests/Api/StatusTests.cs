using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

public sealed class StatusTests(SamplesCluster samples) : IClassFixture<SamplesCluster>
{
    private const string Widgets = "/apis/samples.lab/v1/namespaces/samples/widgets";

    [Fact]
    public async Task Status_AndSpec_AreWrittenApart()
    {
        var made = await samples.ExpectAsync(201, "POST", Widgets, """{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"st"},"spec":{"size":1},"status":{"phase":"Sent"}}""");
        Assert.Null(made["status"]);
        Assert.Equal(1, made.Whole("metadata", "generation"));

        made["spec"]!["size"] = 2;
        made["status"] = new JsonObject { ["phase"] = "Ignored" };
        var changed = await samples.ExpectAsync(200, "PUT", $"{Widgets}/st", made.ToJsonString());
        Assert.Null(changed["status"]);
        Assert.Equal(2, changed.Whole("metadata", "generation"));

        changed["spec"]!["size"] = 7;
        changed["status"] = new JsonObject { ["phase"] = "Ready" };
        var reported = await samples.ExpectAsync(200, "PUT", $"{Widgets}/st/status", changed.ToJsonString());
        Assert.Equal(2, reported.Whole("spec", "size"));
        Assert.Equal("Ready", reported.Text("status", "phase"));
        Assert.Equal(2, reported.Whole("metadata", "generation"));

        var labelled = await samples.ExpectAsync(200, "PATCH", $"{Widgets}/st", """{"metadata":{"labels":{"x":"y"}}}""", "application/merge-patch+json");
        Assert.Equal(2, labelled.Whole("metadata", "generation"));
    }

    [Theory]
    [InlineData("/status", "[{}]", true)]
    [InlineData("", "[]", true)]
    [InlineData("", "[{}]", false)]
    public async Task ManagedFields_ThatAreSent_StartAnewByTheObjectItselfOnly(string subresource, string sent, bool kept)
    {
        var name = "mf-" + Guid.NewGuid().ToString("N")[..8];
        var made = await samples.ExpectAsync(201, "POST", Widgets + "?fieldManager=maker", $$"""{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"{{name}}"},"spec":{"size":1} }""");
        made["metadata"]!["managedFields"] = JsonNode.Parse(sent);
        made["status"] = new JsonObject { ["phase"] = "Ready" };

        var written = await samples.ExpectAsync(200, "PUT", $"{Widgets}/{name}{subresource}?fieldManager=other", made.ToJsonString());

        Assert.Equal(kept, (written.Items("metadata", "managedFields") ?? []).OfType<JsonObject>().Any(entry => entry.Text("manager") == "maker"));
    }

    [Fact]
    public async Task Update_WithoutAVersion_IsForBuiltInKindsOnly()
    {
        await samples.PutConfigMapAsync("upd", "{}");
        await samples.ExpectAsync(200, "PUT", "/api/v1/namespaces/samples/configmaps/upd", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"upd"},"data":{"a":"4"}}""");
        await samples.ExpectAsync(201, "POST", Widgets, """{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"un"},"spec":{"size":1}}""");
        var refused = await samples.ExpectAsync(422, "PUT", $"{Widgets}/un", """{"apiVersion":"samples.lab/v1","kind":"Widget","metadata":{"name":"un"},"spec":{"size":3}}""");
        Assert.Equal("widgets.samples.lab \"un\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update", refused.Text("message"));
    }

    [Fact]
    public async Task Update_OfAStaleVersion_Is409()
    {
        await samples.PutConfigMapAsync("stale", """{"a":"1"}""");
        var old = (JsonObject)(await samples.SendAsync("GET", "/api/v1/namespaces/samples/configmaps/stale")).Body!;
        await samples.ExpectAsync(200, "PATCH", "/api/v1/namespaces/samples/configmaps/stale", """{"data":{"a":"2"}}""", "application/merge-patch+json");
        var refused = await samples.ExpectAsync(409, "PUT", "/api/v1/namespaces/samples/configmaps/stale", old.ToJsonString().Replace("\"1\"", "\"3\"", StringComparison.Ordinal));
        Assert.Equal(
            "Operation cannot be fulfilled on configmaps \"stale\": the object has been modified; please apply your changes to the latest version and try again", refused.Text("message"));
    }

    [Fact]
    public async Task Discovery_InBothForms_NamesTheSameResources()
    {
        var (_, aggregated, headers) = await samples.Api.SendAsync(
            "GET", "/apis", accept: "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json");
        var found = ((JsonObject)aggregated!).Items("items")!.OfType<JsonObject>().SelectMany(group => group.Items("versions")!.OfType<JsonObject>()
            .SelectMany(version => version.Items("resources")!.OfType<JsonObject>().Select(resource => $"{group.Name()}/{version.Text("version")}/{resource.Text("resource")}"))).ToHashSet();
        Assert.NotEmpty(string.Join(',', headers.GetValues("ETag")));
        var groups = (JsonObject)(await samples.SendAsync("GET", "/apis")).Body!;
        foreach (var group in groups.Items("groups")!.OfType<JsonObject>())
        {
            foreach (var version in group.Items("versions")!.OfType<JsonObject>())
            {
                var list = (JsonObject)(await samples.SendAsync("GET", $"/apis/{version.Text("groupVersion")}")).Body!;
                foreach (var resource in list.Items("resources")!.OfType<JsonObject>().Where(resource => !resource.Text("name")!.Contains('/', StringComparison.Ordinal)))
                    Assert.True(found.Remove($"{version.Text("groupVersion")}/{resource.Text("name")}"), resource.Text("name"));
            }
        }
        Assert.Empty(found);
    }
}
