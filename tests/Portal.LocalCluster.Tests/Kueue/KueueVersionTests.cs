using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Kueue;

/// <summary>Kueue's kinds in the version before the one they are stored in.</summary>
public sealed class KueueVersionTests
{
    private const string Queue = """
        {"apiVersion":"kueue.x-k8s.io/v1beta1","kind":"ClusterQueue","metadata":{"name":"main"},"spec":{"cohort":"all","namespaceSelector":{},
         "flavorFungibility":{"whenCanBorrow":"MayStopSearch"},
         "resourceGroups":[{"coveredResources":["cpu"],"flavors":[{"name":"any","resources":[{"name":"cpu","nominalQuota":"1","borrowingLimit":"0"}]}]}]}}
        """;

    [Fact]
    public async Task Cluster_OfTheOlderVersionAlone_ServesItAndAdmitsByIt()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.KueueVersions = ["v1beta1"]);
        using HttpClient client = Client(cluster);
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync(Path("v1beta2", "clusterqueues"))).StatusCode);
        JsonObject group = await SendAsync(client, HttpMethod.Get, new Uri("apis/kueue.x-k8s.io", UriKind.Relative));
        Assert.Equal(["v1beta1"], group.Each("versions").Select(version => version.Text("version")));

        await ApplyAsync(client, "clusterqueues/main", Queue);
        await ApplyAsync(client, "resourceflavors/any", """{"apiVersion":"kueue.x-k8s.io/v1beta1","kind":"ResourceFlavor","metadata":{"name":"any"},"spec":{} }""");
        await ApplyAsync(client, "namespaces/team/localqueues/line", """{"apiVersion":"kueue.x-k8s.io/v1beta1","kind":"LocalQueue","metadata":{"name":"line","namespace":"team"},"spec":{"clusterQueue":"main"} }""");
        Assert.Equal("all", cluster.Objects.Find(KueueNames.ClusterQueues, null, "main")!.Text("spec", "cohortName"));

        JsonObject job = Manifests.Job("fit", Manifests.Shell, ["true"]);
        job.Ensure("metadata", "labels")[KueueNames.QueueLabel] = "line";
        cluster.Objects.Create(job);
        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "fit") is { } fit && Conditions.IsTrue(fit, "Complete"), "the job runs");

        JsonObject workloads = await SendAsync(client, HttpMethod.Get, Path("v1beta1", "namespaces/team/workloads"));
        Assert.All(workloads.Each("items"), workload => Assert.Equal("kueue.x-k8s.io/v1beta1", workload.Text("apiVersion")));
        Assert.NotNull(workloads.Each("items").Single().Map("status", "admission"));
        JsonObject line = await SendAsync(client, HttpMethod.Get, Path("v1beta1", "namespaces/team/localqueues/line"));
        Assert.True(line.Map("status")!.ContainsKey("flavorUsage") && !line.Map("status")!.ContainsKey("flavorsUsage"));
    }

    [Fact]
    public async Task Cluster_OfBothVersions_ShowsOneObjectInEach()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.KueueVersions = ["v1beta2", "v1beta1"]);
        using HttpClient client = Client(cluster);

        JsonObject applied = await ApplyAsync(client, "clusterqueues/main", Queue);
        Assert.Equal(("kueue.x-k8s.io/v1beta1", "all"), (applied.Text("apiVersion"), applied.Text("spec", "cohort")));
        JsonObject newer = await SendAsync(client, HttpMethod.Get, Path("v1beta2", "clusterqueues/main"));
        Assert.Equal(("kueue.x-k8s.io/v1beta2", "all"), (newer.Text("apiVersion"), newer.Text("spec", "cohortName")));

        JsonObject patched = await SendAsync(client, HttpMethod.Patch, Path("v1beta1", "clusterqueues/main"), """{"spec":{"cohort":"others","flavorFungibility":{"whenCanBorrow":"TryNextFlavor"}}}""", "application/merge-patch+json");
        Assert.Equal("others", patched.Text("spec", "cohort"));
        Assert.Equal("TryNextFlavor", cluster.Objects.Find(KueueNames.ClusterQueues, null, "main")!.Text("spec", "flavorFungibility", "whenCanBorrow"));

        // What the version does not have is unknown in it.
        using HttpResponseMessage refused = await RequestAsync(client, HttpMethod.Patch, new Uri("apis/kueue.x-k8s.io/v1beta1/clusterqueues/main?fieldManager=other&force=true", UriKind.Relative),
            Queue.Replace("\"cohort\"", "\"cohortName\"", StringComparison.Ordinal), "application/apply-patch+yaml");
        Assert.Contains("cohortName", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(refused.IsSuccessStatusCode);

        using Stream watch = await client.GetStreamAsync(new Uri("apis/kueue.x-k8s.io/v1beta1/clusterqueues?watch=1", UriKind.Relative));
        using StreamReader reader = new(watch);
        JsonObject seen = (JsonObject)JsonNode.Parse((await reader.ReadLineAsync())!)!;
        Assert.Equal(("ADDED", "others"), (seen.Text("type"), seen.Text("object", "spec", "cohort")));
    }

    private static Uri Path(string version, string rest) => new($"apis/kueue.x-k8s.io/{version}/{rest}", UriKind.Relative);

    private static Task<JsonObject> ApplyAsync(HttpClient client, string rest, string body) =>
        SendAsync(client, HttpMethod.Patch, Path("v1beta1", rest + "?fieldManager=test"), body, "application/apply-patch+yaml");

    private static async Task<JsonObject> SendAsync(HttpClient client, HttpMethod method, Uri path, string? body = null, string media = "application/json")
    {
        using HttpResponseMessage answer = await RequestAsync(client, method, path, body, media);
        string text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return (JsonObject)JsonNode.Parse(text)!;
    }

    private static async Task<HttpResponseMessage> RequestAsync(HttpClient client, HttpMethod method, Uri path, string? body, string media)
    {
        using HttpRequestMessage request = new(method, path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, new MediaTypeHeaderValue(media));
        return await client.SendAsync(request);
    }

    private static HttpClient Client(TestCluster cluster)
    {
        HttpClient client = new(new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, _) => certificate is not null }) { BaseAddress = cluster.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.Token);
        return client;
    }
}
