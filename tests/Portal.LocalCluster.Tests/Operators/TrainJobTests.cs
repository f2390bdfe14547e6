using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Operators;

public sealed class TrainJobTests
{
    [Fact]
    public async Task TrainJob_OnTwoNodes_RunsItsProgramOnBothWithTheRuntimesPod()
    {
        await using TestCluster cluster = await JobSetTests.StartAsync();
        // The runtime may come later than what names it.
        cluster.Create(Job("fit", "echo $EPOCHS $BASE $PET_NNODES $PET_NODE_RANK"));
        Assert.Null(cluster.Objects.Find(JobSetNames.JobSets, "team", "fit"));
        cluster.Create(Runtime());

        await Until(cluster, "fit", job => Conditions.IsTrue(job, "Complete"), "it completes");

        JsonObject done = cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", "fit")!;
        Assert.Equal("AllJobsCompleted", Conditions.Find(done, "Complete")!.Text("reason"));
        Assert.Equal(1, done.Each("status", "jobsStatus").Single().Whole("succeeded"));
        string[] said = await Task.WhenAll(cluster.Objects.List("pods", "team", $"{JobSetNames.NameLabel}=fit").Select(pod => cluster.LogAsync(pod.Name(), "node")));
        Assert.Equal(["3 runtime 2 0", "3 runtime 2 1"], said.Order());
        cluster.Objects.Delete(TrainJobPlan.TrainJobs, "team", "fit");
        await Eventually.True(() => cluster.Objects.List("pods", "team").Count == 0, "all that was made for it goes");
    }

    [Theory]
    [InlineData("exit 4", "", "FailedJobs")]
    [InlineData("sleep 600", "\"activeDeadlineSeconds\":1,", "DeadlineExceeded")]
    public async Task TrainJob_ThatFailsOrTakesTooLong_SaysWhy(string script, string limit, string reason)
    {
        await using TestCluster cluster = await JobSetTests.StartAsync();
        cluster.Create(Runtime());
        cluster.Create(Job("fit", script, fields: limit));

        await Until(cluster, "fit", job => Conditions.IsTrue(job, "Failed"), "it fails");

        Assert.Equal(reason, Conditions.Find(cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", "fit")!, "Failed")!.Text("reason"));
        await Eventually.True(() => cluster.Objects.List("pods", "team").All(PodConditions.IsTerminal), "nothing of it runs on");
    }

    [Theory]
    [InlineData("""{"numProcPerNode":2,"resourcesPerNode":{"limits":{"cpu":"4"}}}""", "2")]
    [InlineData("""{"resourcesPerNode":{"requests":{"cpu":"2"},"limits":{"cpu":"3500m"}}}""", "4")]
    [InlineData("""{"resourcesPerNode":{"requests":{"cpu":"4","amd.com/accelerator":"2"}}}""", "4")]
    [InlineData("""{"resourcesPerNode":{"requests":{"cpu":"4","nvidia.com/gpu":"2"},"limits":{"cpu":"4","nvidia.com/gpu":"2"}}}""", "auto")]
    [InlineData("""{"resourcesPerNode":{"requests":{"memory":"1Gi"}}}""", "1")]
    [InlineData("{}", "auto")]
    public void TrainJob_OfTorch_StartsAsManyProcessesAsTrainerCounts(string trainer, string processes)
    {
        JsonObject job = (JsonObject)JsonNode.Parse($$"""{"metadata":{"name":"fit","namespace":"team"},"spec":{"trainer":{{trainer}} } }""")!;

        JsonObject set = TrainJobPlan.JobSet(job, (JsonObject)JsonNode.Parse(Runtime())!);

        JsonObject container = set.Each("spec", "replicatedJobs").Single().Each("template", "spec", "template", "spec", "containers").Single();
        Assert.Equal(processes, container.Each("env").Single(one => one.Text("name") == "PET_NPROC_PER_NODE").Text("value"));
    }

    [Fact]
    public async Task TrainJob_OfAQueue_WaitsForQuotaRunsOnItsFlavorsNodesAndGivesItBack()
    {
        await using TestCluster cluster = await JobSetTests.StartAsync();
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ResourceFlavor","metadata":{"name":"fast"},"spec":{"nodeLabels":{"kubernetes.io/hostname":"node-1"}} }""");
        cluster.Create(ClusterQueue("1"));
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"line","namespace":"team"},"spec":{"clusterQueue":"main"} }""");
        cluster.Create(Runtime());
        cluster.Create(Job("fit", "exec sleep 600", labels: "\"kueue.x-k8s.io/queue-name\":\"line\""));

        await Until(cluster, "fit", job => Conditions.IsTrue(job, "Suspended"), "it waits");
        Assert.Equal("Suspended", Conditions.Find(cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", "fit")!, "Suspended")!.Text("reason"));
        await Eventually.True(() => Workload(cluster) is { } workload && Conditions.Find(workload, "QuotaReserved")?.Text("message")?.Contains("maximum capacity", StringComparison.Ordinal) == true, "it is told what is short");
        Assert.Equal(2, Workload(cluster)!.Each("spec", "podSets").Single().Whole("count"));

        Change(cluster, KueueNames.ClusterQueues, null, "main", queue => queue["spec"] = JsonNode.Parse(ClusterQueue("2"))!["spec"]!.DeepClone());
        await Until(cluster, "fit", job => job.Each("status", "jobsStatus").SingleOrDefault()?.Whole("ready") == 1, "it runs");
        Assert.Equal("Resumed", Conditions.Find(cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", "fit")!, "Suspended")!.Text("reason"));
        Assert.All(cluster.Objects.List("pods", "team"), pod => Assert.Equal("node-1", pod.Text("spec", "nodeSelector", "kubernetes.io/hostname")));

        Change(cluster, KueueNames.ClusterQueues, null, "main", queue => queue.Ensure("spec")["stopPolicy"] = "HoldAndDrain");
        await Eventually.True(() => !WorkloadObject.HasQuota(Workload(cluster)!) && cluster.Objects.List("pods", "team").Count == 0, "it stops and gives its quota back");
        Assert.Null(cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", "fit")!.At("spec", "runtimePatches"));

        Change(cluster, KueueNames.ClusterQueues, null, "main", queue => queue.Ensure("spec")["stopPolicy"] = "None");
        await Until(cluster, "fit", job => job.Each("status", "jobsStatus").SingleOrDefault()?.Whole("ready") == 1, "it runs again");
    }

    [Fact]
    public async Task Cluster_WithTheTrainerAlone_IsRefused()
    {
        InvalidOperationException refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => TestCluster.StartAsync(options => options.Operators.Add(LocalClusterOptions.Trainer)));
        Assert.Contains(LocalClusterOptions.JobSet, refusal.Message, StringComparison.Ordinal);
    }

    private static string ClusterQueue(string cpu) => $$"""
        {"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ClusterQueue","metadata":{"name":"main"},"spec":{"namespaceSelector":{},
         "resourceGroups":[{"coveredResources":["cpu"],"flavors":[{"name":"fast","resources":[{"name":"cpu","nominalQuota":"{{cpu}}"}]}]}]} }
        """;

    private static string Runtime() => """
        {"apiVersion":"trainer.kubeflow.org/v1alpha1","kind":"TrainingRuntime","metadata":{"name":"torch","namespace":"team"},
         "spec":{"mlPolicy":{"numNodes":1,"torch":{}},"template":{"spec":{"replicatedJobs":[{"name":"node","template":{
           "metadata":{"labels":{"trainer.kubeflow.org/trainjob-ancestor-step":"trainer"}},
           "spec":{"backoffLimit":0,"template":{"spec":{"restartPolicy":"Never","terminationGracePeriodSeconds":0,
             "containers":[{"name":"node","image":"localhost/absent:1","env":[{"name":"BASE","value":"runtime"},{"name":"EPOCHS","value":"1"}]}]}}}}}]}}}}
        """;

    private static string Job(string name, string script, string labels = "", string fields = "") => $$"""
        {"apiVersion":"trainer.kubeflow.org/v1alpha1","kind":"TrainJob","metadata":{"name":"{{name}}","namespace":"team","labels":{ {{labels}} } },
         "spec":{ {{fields}} "runtimeRef":{"apiGroup":"trainer.kubeflow.org","kind":"TrainingRuntime","name":"torch"},
           "trainer":{"numNodes":2,"image":"localhost/shell:1","command":["sh","-c","{{script}}"],"env":[{"name":"EPOCHS","value":"3"}],"resourcesPerNode":{"requests":{"cpu":"1"} } } } }
        """;

    private static JsonObject? Workload(TestCluster cluster) => cluster.Objects.List(KueueNames.Workloads, "team").SingleOrDefault();

    private static void Change(TestCluster cluster, string resource, string? ns, string name, Action<JsonObject> change)
    {
        JsonObject found = cluster.Objects.Find(resource, ns, name)!;
        found.Part("metadata").Remove("resourceVersion");
        change(found);
        cluster.Objects.Update(found);
    }

    private static Task Until(TestCluster cluster, string name, Func<JsonObject, bool> condition, string what) =>
        Eventually.True(() => cluster.Objects.Find(TrainJobPlan.TrainJobs, "team", name) is { } job && condition(job), what);
}
