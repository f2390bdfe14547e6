using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>The whole cluster as a person with kubectl meets it, and over a restart.</summary>
public class StartedClusterTests
{
    [Fact]
    public async Task Kubectl_AppliesAJob_FollowsItsLogToTheEnd()
    {
        Assert.SkipUnless(Kubectl.IsThere, "kubectl is not installed");
        await using TestCluster cluster = await TestCluster.StartAsync();
        Kubectl kubectl = new(cluster.KubeconfigPath);
        await kubectl.Run(Manifests.Job("count", Manifests.Python, ["python3", "-c", "import time\nfor i in range(5):\n  print('line', i)\n  time.sleep(0.2)"]).ToJsonString(), "apply", "--server-side", "-f", "-");
        await Eventually.True(() => cluster.PodsOf("count").Any(pod => pod.Text("status", "phase") is "Running" or "Succeeded"), "its pod has started");

        string log = await kubectl.Run("", "logs", "-n", "team", "-f", "-l", "job-name=count", "--tail=-1");

        Assert.Equal("line 0\nline 1\nline 2\nline 3\nline 4\n", log);
        await kubectl.Run("", "wait", "-n", "team", "--for=condition=Complete", "job/count", "--timeout=60s");
        Assert.Contains("Completed", await kubectl.Run("", "describe", "-n", "team", "job", "count"), StringComparison.Ordinal);
        Assert.Contains("Completed", await kubectl.Run("", "get", "pods", "-n", "team"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_StoppedAndStarted_KeepsObjectsAndGoesOnAsAfterAReboot()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Job("long", Manifests.Shell, ["sh", "-c", "exec sleep 600"]));
        cluster.Objects.Create(Manifests.Job("done", Manifests.Shell, ["echo", "kept"]));
        cluster.Objects.Create(Manifests.Pod("server", Manifests.Shell, ["sleep", "600"], restartPolicy: "Always"));
        await Eventually.True(() => cluster.Objects.List("pods", "team").Count(pod => pod.Text("status", "phase") == "Running") == 2, "both run");
        await Eventually.True(() => JobVerdict.IsFinished(cluster.Objects.Find("jobs.batch", "team", "done")!), "the short job is done");

        await cluster.StopAsync();
        await cluster.StartAgainAsync();

        await Eventually.True(() => JobVerdict.IsFinished(cluster.Objects.Find("jobs.batch", "team", "long")!), "the job without retries has failed");
        Assert.True(Conditions.IsTrue(cluster.Objects.Find("jobs.batch", "team", "long")!, "Failed"));
        await Eventually.True(
            () => cluster.Objects.Find("pods", "team", "server")!.Each("status", "containerStatuses").Any(status => status.Whole("restartCount") == 1 && status.Map("state", "running") is not null),
            "the server runs again");
        Assert.Equal("kept", await cluster.LogAsync(cluster.PodsOf("done").Single().Name()));
    }
}
