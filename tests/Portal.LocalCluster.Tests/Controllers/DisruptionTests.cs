using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>Evictions, and the budgets that they are held against.</summary>
public class DisruptionTests
{
    [Fact]
    public async Task Evictions_OfABudgetsPods_AreLetThroughOneAtATime()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"team"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}},
             "template":{"metadata":{"labels":{"app":"web"}},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1","command":["sleep","600"]}]}}}}
            """);
        cluster.Create("""{"apiVersion":"policy/v1","kind":"PodDisruptionBudget","metadata":{"name":"web","namespace":"team"},"spec":{"maxUnavailable":1,"selector":{"matchLabels":{"app":"web"}}}}""");
        await Eventually.True(() => Budget(cluster).Whole("status", "disruptionsAllowed") == 1, "one may go");
        Assert.Equal(1, Budget(cluster).Whole("status", "desiredHealthy"));
        List<JsonObject> pods = [.. cluster.Objects.List("pods", "team", "app=web")];
        using HttpClient client = ApiFixture.ClientFor(cluster.Options.DataDirectory, cluster.Address, cluster.Token);

        Assert.Equal(201, await EvictAsync(client, pods[0], """{"dryRun":["All"]}"""));
        Assert.Equal(409, await EvictAsync(client, pods[0], """{"preconditions":{"uid":"another"}}"""));
        Assert.Equal(1, Budget(cluster).Whole("status", "disruptionsAllowed"));
        Assert.Null(Conditions.Find(cluster.Objects.Find("pods", "team", pods[0].Name())!, "DisruptionTarget"));

        int[] codes = await Task.WhenAll(pods.Select(pod => EvictAsync(client, pod, $$$"""{"preconditions":{"uid":"{{{pod.Uid()}}}"} }""")));

        Assert.Equal([201, 429], codes.Order());
        await Eventually.True(() => Budget(cluster).Whole("status", "disruptionsAllowed") == 1 && Budget(cluster).At("status", "disruptedPods") is null, "another may go when the pod has been replaced");
        Assert.Single(cluster.Objects.List("pods", "team", "app=web"), pod => pods.Exists(before => before.Uid() == pod.Uid()));
    }

    [Fact]
    public async Task Eviction_OfAPodThatAJobMayLose_IsReplacedAndCountsNoFailure()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("train", Manifests.Shell, ["sleep", "600"]);
        manifest["spec"]!["podFailurePolicy"] = JsonNode.Parse("""{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]}""");
        cluster.Objects.Create(manifest);
        JsonObject first = await Running(cluster, _ => true);
        using HttpClient client = ApiFixture.ClientFor(cluster.Options.DataDirectory, cluster.Address, cluster.Token);

        Assert.Equal(201, await EvictAsync(client, first, "{}"));

        await Running(cluster, pod => pod.Uid() != first.Uid());
        JsonObject job = cluster.Objects.Find("jobs.batch", "team", "train")!;
        Assert.False(JobVerdict.IsFinished(job));
        Assert.Null(job.Whole("status", "failed"));
    }

    private static Task<JsonObject> Running(TestCluster cluster, Func<JsonObject, bool> which) =>
        Eventually.Some(() => cluster.PodsOf("train").FirstOrDefault(pod => pod.Text("status", "phase") == "Running" && which(pod)), "a pod runs");

    private static JsonObject Budget(TestCluster cluster) => cluster.Objects.Find("poddisruptionbudgets.policy", "team", "web")!;

    private static async Task<int> EvictAsync(HttpClient client, JsonObject pod, string options)
    {
        using StringContent body = new($$"""{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"{{pod.Name()}}"},"deleteOptions":{{options}} }""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri($"/api/v1/namespaces/team/pods/{pod.Name()}/eviction", UriKind.Relative), body);
        return (int)answer.StatusCode;
    }
}
