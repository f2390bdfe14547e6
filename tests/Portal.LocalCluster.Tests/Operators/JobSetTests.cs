using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Operators;

public sealed class JobSetTests
{
    [Fact]
    public async Task JobSet_HeldBackAndLetGo_RunsAllItsJobsAndCompletes()
    {
        await using TestCluster cluster = await StartAsync();
        cluster.Create(Set("pair", "echo $PART; test -n \"$PART\"", suspend: true));
        await Until(cluster, "pair", set => Conditions.IsTrue(set, "Suspended") && Group(set).Whole("suspended") == 2, "both of its jobs are held");
        Assert.Equal("SuspendedJobs", Conditions.Find(Find(cluster, "pair"), "Suspended")!.Text("reason"));
        Assert.Empty(cluster.Objects.List("pods", "team"));
        Assert.Equal("None", cluster.Objects.Find("services", "team", "pair")!.Text("spec", "clusterIP"));

        JsonObject held = Find(cluster, "pair");
        held.Ensure("spec")["suspend"] = false;
        held.Part("metadata").Remove("resourceVersion");
        cluster.Objects.Update(held);

        await Until(cluster, "pair", set => Conditions.IsTrue(set, "Completed"), "it completes");
        JsonObject done = Find(cluster, "pair");
        Assert.Equal("Completed", done.Text("status", "terminalState"));
        Assert.Equal("AllJobsCompleted", Conditions.Find(done, "Completed")!.Text("reason"));
        Assert.Equal(2, Group(done).Whole("succeeded"));
        Assert.Equal(["0", "1"], (await Task.WhenAll(cluster.Objects.List("pods", "team", $"{JobSetNames.NameLabel}=pair").Select(pod => cluster.LogAsync(pod.Name())))).Order());
        cluster.Objects.Delete(JobSetNames.JobSets, "team", "pair");
        await Eventually.True(() => cluster.Objects.List("jobs.batch", "team").Count == 0 && cluster.Objects.List("services", "team").Count == 0, "all that was made for it goes");
    }

    [Theory]
    [InlineData(null, "FailedJobs", 0)]
    [InlineData(1, "ReachedMaxRestarts", 1)]
    public async Task JobSet_WithAJobThatFails_FailsAfterItsRestarts(int? restarts, string reason, int attempt)
    {
        await using TestCluster cluster = await StartAsync();
        JsonObject wanted = (JsonObject)JsonNode.Parse(Set("wrong", "test $PART = 0 || exit 3", suspend: false))!;
        if (restarts is not null) wanted.Ensure("spec", "failurePolicy")["maxRestarts"] = restarts;
        cluster.Objects.Create(wanted);

        await Until(cluster, "wrong", set => Conditions.IsTrue(set, "Failed"), "it fails");

        JsonObject failed = Find(cluster, "wrong");
        Assert.Equal(reason, Conditions.Find(failed, "Failed")!.Text("reason"));
        Assert.Contains("first failed job: wrong-node-1", Conditions.Find(failed, "Failed")!.Text("message"), StringComparison.Ordinal);
        Assert.Equal(attempt, failed.Whole("status", "restarts") ?? 0);
    }

    [Fact]
    public async Task JobSet_OfAQueue_IsAdmittedAsOneWorkload()
    {
        await using TestCluster cluster = await StartAsync();
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ResourceFlavor","metadata":{"name":"fast"},"spec":{"nodeLabels":{"kubernetes.io/hostname":"node-1"} } }""");
        cluster.Create("""
            {"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ClusterQueue","metadata":{"name":"main"},"spec":{"namespaceSelector":{},
             "resourceGroups":[{"coveredResources":["cpu"],"flavors":[{"name":"fast","resources":[{"name":"cpu","nominalQuota":"200m"}]}]}]}}
            """);
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"line","namespace":"team"},"spec":{"clusterQueue":"main"} }""");
        JsonObject made = cluster.Create(Set("pair", "echo ran", suspend: false, labels: "\"kueue.x-k8s.io/queue-name\":\"line\""));

        // As it is stored, not as its controller has come to see it: it may be admitted before that looks.
        Assert.True(made["spec"]!["suspend"]!.GetValue<bool>());
        await Until(cluster, "pair", set => Conditions.IsTrue(set, "Completed"), "it completes");

        await Eventually.True(() => Conditions.IsTrue(cluster.Objects.List(KueueNames.Workloads, "team").Single(), "Finished"), "its only workload is finished");
        JsonObject workload = cluster.Objects.List(KueueNames.Workloads, "team").Single();
        Assert.Equal("jobset completed successfully", Conditions.Find(workload, "Finished")!.Text("message"));
        Assert.Equal("200m", workload.Each("status", "admission", "podSetAssignments").Single().Text("resourceUsage", "cpu"));
        // The flavor's label is on all of them: none was there before the quota.
        Assert.All(cluster.Objects.List("pods", "team"), pod => Assert.Equal("node-1", pod.Text("spec", "nodeSelector", "kubernetes.io/hostname")));
    }

    internal static Task<TestCluster> StartAsync() => TestCluster.StartAsync(options =>
    {
        options.Operators.Add(LocalClusterOptions.JobSet);
        options.Operators.Add(LocalClusterOptions.Trainer);
    });

    internal static string Set(string name, string script, bool suspend, string labels = "") => $$"""
        {"apiVersion":"jobset.x-k8s.io/v1alpha2","kind":"JobSet","metadata":{"name":"{{name}}","namespace":"team","labels":{ {{labels}} } },
         "spec":{"suspend":{{(suspend ? "true" : "false")}},"replicatedJobs":[{"name":"node","replicas":2,"template":{"spec":{"backoffLimit":0,"template":{"spec":{"restartPolicy":"Never",
           "containers":[{"name":"main","image":"localhost/shell:1","command":["sh","-c",{{JsonValue.Create(script).ToJsonString()}}],
             "env":[{"name":"PART","valueFrom":{"fieldRef":{"fieldPath":"metadata.labels['jobset.sigs.k8s.io/job-index']"} } }],"resources":{"requests":{"cpu":"100m"} } }]} } } } }]} }
        """;

    private static JsonObject Find(TestCluster cluster, string name) => cluster.Objects.Find(JobSetNames.JobSets, "team", name)!;

    private static JsonObject Group(JsonObject set) => set.Each("status", "replicatedJobsStatus").SingleOrDefault() ?? [];

    private static Task Until(TestCluster cluster, string name, Func<JsonObject, bool> condition, string what) =>
        Eventually.True(() => cluster.Objects.Find(JobSetNames.JobSets, "team", name) is { } set && condition(set), what);
}
