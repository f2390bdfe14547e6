using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

public sealed class ListTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Pages_WhileObjectsChange_ShowTheFirstPagesVersion()
    {
        var path = await FilledAsync(10);
        var first = await api.ExpectAsync(200, "GET", $"{path}?limit=4");
        Assert.Equal(6, first.Whole("metadata", "remainingItemCount"));
        await api.ExpectAsync(201, "POST", path, Body("a-new-one"));
        await api.ExpectAsync(200, "DELETE", $"{path}/item-07");

        var second = await api.ExpectAsync(200, "GET", $"{path}?limit=4&continue={first.Text("metadata", "continue")}");
        var third = await api.ExpectAsync(200, "GET", $"{path}?limit=4&continue={second.Text("metadata", "continue")}");

        Assert.Equal(first.Text("metadata", "resourceVersion"), third.Text("metadata", "resourceVersion"));
        Assert.Equal(Enumerable.Range(0, 10).Select(i => $"item-{i:00}"), Names(first).Concat(Names(second)).Concat(Names(third)));
        Assert.Null(third.Text("metadata", "continue"));
    }

    [Fact]
    public async Task Page_OfAForgottenVersion_Is410AndTellsHowToGoOn()
    {
        var path = await FilledAsync(4);
        var token = Convert.ToBase64String("""{"v":"meta.k8s.io/v1","rv":1,"start":"item-01\u0000"}"""u8).TrimEnd('=');
        var gone = await api.ExpectAsync(410, "GET", $"{path}?limit=2&continue={token}");
        Assert.Equal("Expired", gone.Text("reason"));

        var rest = await api.ExpectAsync(200, "GET", $"{path}?limit=2&continue={gone.Text("metadata", "continue")}");

        Assert.Equal(["item-02", "item-03"], Names(rest));
    }

    [Fact]
    public async Task List_OfAnExactVersion_IsTheStateOfThen()
    {
        var path = await FilledAsync(3);
        var then = await api.ExpectAsync(200, "GET", path);
        await api.ExpectAsync(200, "DELETE", $"{path}/item-01");

        var again = await api.ExpectAsync(200, "GET", $"{path}?resourceVersionMatch=Exact&resourceVersion={then.Text("metadata", "resourceVersion")}");

        Assert.Equal(Names(then), Names(again));
    }

    [Fact]
    public async Task Page_OfAVersion_IsTheStateOfThen()
    {
        var path = await FilledAsync(3);
        var then = (await api.ExpectAsync(200, "GET", path)).Text("metadata", "resourceVersion");
        await api.ExpectAsync(200, "DELETE", $"{path}/item-01");

        Assert.Equal(["item-00", "item-01"], Names(await api.ExpectAsync(200, "GET", $"{path}?limit=2&resourceVersion={then}")));
        Assert.Equal(["item-00", "item-02"], Names(await api.ExpectAsync(200, "GET", $"{path}?limit=2&resourceVersion={then}&resourceVersionMatch=NotOlderThan")));
        Assert.Equal(["item-00", "item-02"], Names(await api.ExpectAsync(200, "GET", $"{path}?limit=2&resourceVersion=0")));
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact", "resourceVersionMatch is forbidden unless resourceVersion is provided")]
    [InlineData("resourceVersion=1&resourceVersionMatch=exact", "Unsupported value: \"exact\": supported values: \"Exact\", \"NotOlderThan\", \"\"")]
    [InlineData("resourceVersion=0&resourceVersionMatch=Exact", "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\"")]
    [InlineData("resourceVersion=1&resourceVersionMatch=NotOlderThan&continue=x", "resourceVersionMatch is forbidden when continue is provided")]
    [InlineData("sendInitialEvents=true", "sendInitialEvents is forbidden for list")]
    [InlineData("watch=1&sendInitialEvents=true", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan")]
    [InlineData("watch=1&resourceVersion=1&resourceVersionMatch=NotOlderThan", "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided")]
    [InlineData("watch=1&sendInitialEvents=true&resourceVersionMatch=Exact", "Unsupported value: \"Exact\": supported values: \"NotOlderThan\"")]
    public async Task Options_ThatDoNotGoTogether_AreRefused(string query, string why)
    {
        var said = await api.ExpectAsync(422, "GET", "/api/v1/configmaps?" + query);
        Assert.StartsWith("ListOptions.meta.k8s.io \"\" is invalid: ", said.Text("message"), StringComparison.Ordinal);
        Assert.Contains(why, said.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("limit=abc")]
    [InlineData("timeoutSeconds=abc")]
    [InlineData("watch=1&timeoutSeconds=abc")]
    [InlineData("continue=eyJ2IjoibWV0YS5rOHMuaW8vdjEiLCJydiI6MSwic3RhcnQiOiJhXHUwMDAwIn0&resourceVersion=1")]
    public async Task Options_ThatCannotBeRead_AreABadRequest(string query) => await api.ExpectAsync(400, "GET", "/api/v1/configmaps?" + query);

    [Fact]
    public async Task List_OfAVersionYetToCome_Is504AndToBeTriedAgain()
    {
        var path = await FilledAsync(1);
        var (code, body, headers) = await api.SendAsync("GET", $"{path}?resourceVersion=99999999");
        Assert.Equal(504, (int)code);
        Assert.Equal("1", string.Join(',', headers.GetValues("Retry-After")));
        Assert.Equal("ResourceVersionTooLarge", ((JsonObject)body!).Items("details", "causes")![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task List_AsTable_HasColumnsAndRows()
    {
        var path = await FilledAsync(2);
        var (_, body, _) = await api.SendAsync("GET", path, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        var table = (JsonObject)body!;
        Assert.Equal("Table", table.Kind());
        Assert.Equal(["Name", "Data", "Age"], table.Items("columnDefinitions")!.OfType<JsonObject>().Select(column => column.Text("name")));
        Assert.Equal("item-00", table.Items("rows")![0]!["cells"]![0]!.GetValue<string>());
        Assert.Equal("PartialObjectMetadata", ((JsonObject)table.Items("rows")![0]!).Text("object", "kind"));
    }

    [Fact]
    public async Task List_AsATableOfAnUnknownVersion_IsWhateverComesNext()
    {
        var path = await FilledAsync(1);
        var (_, body, _) = await api.SendAsync("GET", path, accept: "application/json;as=Table;v=v9;g=meta.k8s.io,application/json");
        Assert.Equal("ConfigMapList", ((JsonObject)body!).Kind());
        Assert.Equal(406, (int)(await api.SendAsync("GET", path, accept: "application/json;as=Table;v=v9;g=meta.k8s.io")).Code);
    }

    private static IEnumerable<string> Names(JsonObject list) => list.Items("items")!.OfType<JsonObject>().Select(item => item.Name());

    private static string Body(string name) => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"{{name}}"} }""";

    private async Task<string> FilledAsync(int count)
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        for (var i = 0; i < count; i++) await api.ExpectAsync(201, "POST", path, Body($"item-{i:00}"));
        return path;
    }
}
