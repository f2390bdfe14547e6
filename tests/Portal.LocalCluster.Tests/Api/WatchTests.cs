using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Api;

public sealed class WatchTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Watch_WithoutAVersion_ShowsWhatIsThereThenWhatHappens()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, Body("one", "1"));
        await using var watch = await OpenAsync($"{path}?watch=1");
        Assert.Equal("ADDED one", Said(await watch.NextAsync()));

        await api.ExpectAsync(200, "PUT", $"{path}/one", Body("one", "2"));
        var stored = await api.ExpectAsync(200, "GET", $"{path}/one");
        await api.ExpectAsync(200, "DELETE", $"{path}/one");

        Assert.Equal("MODIFIED one", Said(await watch.NextAsync()));
        var deleted = await watch.NextAsync();
        Assert.Equal("DELETED one", Said(deleted));
        Assert.True(Version(deleted) > long.Parse(stored.Text("metadata", "resourceVersion")!, System.Globalization.CultureInfo.InvariantCulture));
    }

    [Fact]
    public async Task Watch_FromAVersion_MissesNothingSince()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        var list = await api.ExpectAsync(200, "GET", path);
        for (var i = 0; i < 50; i++) await api.ExpectAsync(201, "POST", path, Body($"item-{i}", "x"));

        await using var watch = await OpenAsync($"{path}?watch=1&resourceVersion={list.Text("metadata", "resourceVersion")}");

        for (var i = 0; i < 50; i++) Assert.Equal($"ADDED item-{i}", Said(await watch.NextAsync()));
    }

    [Fact]
    public async Task Watch_WithASelector_SeesLeavingAsDeletedAndEnteringAsAdded()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, Body("sel", "1", "\"labels\":{\"on\":\"1\"},"));
        await using var watch = await OpenAsync($"{path}?watch=1&labelSelector=on%3D1");
        Assert.Equal("ADDED sel", Said(await watch.NextAsync()));

        await api.ExpectAsync(200, "PUT", $"{path}/sel", Body("sel", "1"));
        await api.ExpectAsync(200, "PUT", $"{path}/sel", Body("sel", "1", "\"labels\":{\"on\":\"1\"},"));

        var left = await watch.NextAsync();
        Assert.Equal("DELETED sel", Said(left));
        Assert.Equal("1", left.Text("object", "metadata", "labels", "on"));
        Assert.Equal("ADDED sel", Said(await watch.NextAsync()));
    }

    [Fact]
    public async Task Watch_FromAForgottenVersion_SaysExpiredAndEnds()
    {
        await using var watch = await OpenAsync("/api/v1/configmaps?watch=1&resourceVersion=1");
        var said = await watch.NextAsync();
        Assert.Equal("ERROR", said.Text("type"));
        Assert.Equal("Expired", said.Text("object", "reason"));
        Assert.Equal(410, said.Whole("object", "code"));
        Assert.Null(await watch.EndAsync());
    }

    [Fact]
    public async Task Watch_ThatSendsTheList_MarksItsEnd()
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, Body("one", "1"));
        await using var watch = await OpenAsync($"{path}?watch=1&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true");
        Assert.Equal("ADDED one", Said(await watch.NextAsync()));
        var mark = await watch.NextAsync();
        Assert.Equal("BOOKMARK", mark.Text("type"));
        Assert.Equal("true", mark.Text("object", "metadata", "annotations", "k8s.io/initial-events-end"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_ThatSendsNoList_BeginsWithWhatComesNext(string version)
    {
        var path = $"/api/v1/namespaces/{await api.NamespaceAsync()}/configmaps";
        await api.ExpectAsync(201, "POST", path, Body("one", "1"));
        await using var watch = await OpenAsync($"{path}?watch=1&sendInitialEvents=false&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true{version}");
        await api.ExpectAsync(201, "POST", path, Body("two", "1"));
        Assert.Equal("ADDED two", Said(await watch.NextAsync()));
    }

    [Fact]
    public async Task Watch_OnWhichNothingChanges_IsMarkedBeforeItsEnd()
    {
        await using var watch = await OpenAsync($"/api/v1/namespaces/{await api.NamespaceAsync()}/secrets?watch=1&allowWatchBookmarks=true&timeoutSeconds=4");
        Assert.Equal("BOOKMARK", (await watch.NextAsync()).Text("type"));
        Assert.Null(await watch.EndAsync());
    }

    [Fact]
    public async Task Watch_AtItsTimeout_EndsByItself()
    {
        await using var watch = await OpenAsync($"/api/v1/namespaces/{await api.NamespaceAsync()}/secrets?watch=1&timeoutSeconds=1");
        Assert.Null(await watch.EndAsync());
    }

    [Fact]
    public async Task Watch_OfADefinitionThatGoes_EndsAndItsVersionIsTooOldForTheNext()
    {
        var group = $"g{Guid.NewGuid():N}"[..8] + ".lab";
        var (path, definition) = ($"/apis/{group}/v1/things", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{group}");
        await DefineAsync(group);
        var before = (await api.ExpectAsync(200, "GET", path)).Text("metadata", "resourceVersion");
        await using var watch = await OpenAsync($"{path}?watch=1&resourceVersion={before}");
        using var stop = new CancellationTokenSource();
        await using var inside = Objects.Watch($"things.{group}", stop.Token).GetAsyncEnumerator(stop.Token);
        var next = inside.MoveNextAsync();

        await api.ExpectAsync(200, "DELETE", definition);

        Assert.Null(await watch.EndAsync());
        await Eventually.True(async () => (int)(await api.SendAsync("GET", definition)).Code == 404, "the definition is gone");
        await DefineAsync(group);
        await using var late = await OpenAsync($"{path}?watch=1&resourceVersion={before}");
        Assert.Equal(410, (await late.NextAsync()).Whole("object", "code"));
        await api.ExpectAsync(201, "POST", $"/apis/{group}/v1/namespaces/{await api.NamespaceAsync()}/things", $$"""{"apiVersion":"{{group}}/v1","kind":"Thing","metadata":{"name":"anew"} }""");
        Assert.True(await next.AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal("anew", inside.Current.Object.Name());
        await stop.CancelAsync();
    }

    private IObjects Objects => (IObjects)api.Cluster.Services.GetService(typeof(IObjects))!;

    private Task DefineAsync(string group) => api.ExpectAsync(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.{{group}}"},"spec":{"group":"{{group}}","scope":"Namespaced",
        "names":{"plural":"things","kind":"Thing"},"versions":[
        {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }] } }
        """);

    private static string Body(string name, string value, string metadata = "") =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{ {{metadata}}"name":"{{name}}"},"data":{"a":"{{value}}"} }""";

    private static string Said(JsonObject line) => $"{line.Text("type")} {line.Text("object", "metadata", "name")}";

    private static long Version(JsonObject line) => long.Parse(line.Text("object", "metadata", "resourceVersion")!, System.Globalization.CultureInfo.InvariantCulture);

    private async Task<OpenWatch> OpenAsync(string path)
    {
        var response = await api.Client.GetAsync(new Uri(path, UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(200, (int)response.StatusCode);
        return new OpenWatch(response, new StreamReader(await response.Content.ReadAsStreamAsync()));
    }

    private sealed class OpenWatch(HttpResponseMessage response, StreamReader reader) : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

        public async Task<JsonObject> NextAsync()
        {
            while (true)
            {
                var line = await reader.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("the watch has ended");
                var said = (JsonObject)JsonNode.Parse(line)!;
                if (said.Text("object", "metadata", "name") != "kube-root-ca.crt") return said;
            }
        }

        public Task<string?> EndAsync() => reader.ReadLineAsync().WaitAsync(Patience);

        public ValueTask DisposeAsync()
        {
            reader.Dispose();
            response.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
