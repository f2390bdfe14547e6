using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Kueue;

/// <summary>What names no queue, in a namespace with a queue of the name that Kueue looks for.</summary>
public class DefaultQueueTests
{
    [Fact]
    public async Task Job_WithoutAQueue_WaitsInTheDefaultOneWhereThereIsOne()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        Assert.Null(Job(cluster, "before").Label(KueueNames.QueueLabel));
        DefaultQueue(cluster);

        JsonObject job = Job(cluster, "train");

        Assert.Equal("default", job.Label(KueueNames.QueueLabel));
        Assert.Equal(true, job.Flag("spec", "suspend"));
        await Eventually.True(() => cluster.Objects.List(KueueNames.Workloads, "team").Any(workload => workload.Text("spec", "queueName") == "default"), "it waits there");
        // What runs already is not stopped by a change of something else.
        JsonObject before = cluster.Objects.Find("jobs.batch", "team", "before")!;
        before.Part("metadata").Remove("resourceVersion");
        before.Ensure("metadata", "annotations")["note"] = "x";
        Assert.Null(cluster.Objects.Update(before).Label(KueueNames.QueueLabel));
    }

    [Fact]
    public async Task JobSet_WithoutAQueue_IsTakenAsAWhole()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.Operators.Add(LocalClusterOptions.JobSet));
        DefaultQueue(cluster);

        JsonObject set = cluster.Create("""
            {"apiVersion":"jobset.x-k8s.io/v1alpha2","kind":"JobSet","metadata":{"name":"ring","namespace":"team"},"spec":{"replicatedJobs":[{"name":"node","replicas":1,
             "template":{"spec":{"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"main","image":"localhost/shell:1","command":["true"]}]}}}}}]}}
            """);

        Assert.Equal(("default", true), (set.Label(KueueNames.QueueLabel), set.Flag("spec", "suspend")));
        await Eventually.True(() => cluster.Objects.List("jobs.batch", "team").Count == 1, "its Job is there");
        Assert.Null(cluster.Objects.List("jobs.batch", "team")[0].Label(KueueNames.QueueLabel));
    }

    private static JsonObject Job(TestCluster cluster, string name) => cluster.Objects.Create(Manifests.Job(name, Manifests.Shell, ["sleep", "600"]));

    private static void DefaultQueue(TestCluster cluster) =>
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"default","namespace":"team"},"spec":{"clusterQueue":"absent"} }""");
}
