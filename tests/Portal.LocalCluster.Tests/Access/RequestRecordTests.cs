using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Access;

public sealed class RequestRecordTests
{
    [Fact]
    public async Task Requests_WhenTheyAreRecorded_StandInTheFileWithUserAndRight()
    {
        await using var cluster = await StartAsync(record: true);
        var api = cluster.Api;
        await api.ExpectAsync(200, "GET", "/api/v1/nodes");
        await api.ExpectAsync(404, "GET", "/api/v1/namespaces/default/pods/absent/log");
        await api.ExpectAsync(201, "PATCH", "/api/v1/namespaces/default/configmaps/made?fieldManager=t", """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"made"}}""", "application/apply-patch+yaml");
        await api.SendAsync("GET", "/apis/batch/v1/namespaces/default/jobs", token: "guest");
        await api.SendAsync("GET", "/version", headers: [("Impersonate-User", "guest")]);

        var lines = File.ReadLines(Path.Combine(api.Directory, "requests.jsonl")).Select(line => (JsonObject)JsonNode.Parse(line)!).ToList();

        Assert.Equal(
            [
                "local-admin list /nodes// True", "local-admin get /pods/log/default True", "local-admin patch /configmaps//default True",
                "local-admin create /configmaps//default True", "guest list batch/jobs//default False", "guest get /version by local-admin True",
            ],
            lines.Select(Shown));
    }

    [Fact]
    public async Task Requests_WhenNobodyAsked_AreNotRecorded()
    {
        await using var cluster = await StartAsync(record: false);
        await cluster.Api.ExpectAsync(200, "GET", "/api/v1/nodes");
        Assert.False(File.Exists(Path.Combine(cluster.Api.Directory, "requests.jsonl")));
    }

    private static string Shown(JsonObject line) => line.Text("path") is { } path
        ? $"{line.Text("user")} {line.Text("verb")} {path} by {line.Text("impersonatedBy")} {line.Flag("allowed")}"
        : $"{line.Text("user")} {line.Text("verb")} {line.Text("group")}/{line.Text("resource")}/{line.Text("subresource")}/{line.Text("namespace")} {line.Flag("allowed")}";

    private static async Task<Running> StartAsync(bool record)
    {
        var api = ApiFixture.With(options =>
        {
            options.RecordRequests = record;
            options.Users = [new LocalUser { Name = "guest", Token = "guest" }];
        });
        await api.InitializeAsync();
        return new Running(api);
    }

    private sealed record Running(ApiFixture Api) : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => Api.DisposeAsync();
    }
}
