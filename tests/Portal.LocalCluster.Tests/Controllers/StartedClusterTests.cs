using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

/// <summary>The whole cluster with its API server, as a person with kubectl meets it.</summary>
public sealed class StartedClusterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("started-cluster-").FullName;

    [Fact]
    public async Task Kubectl_AppliesAJob_FollowsItsLogToTheEnd()
    {
        Assert.SkipUnless(Kubectl.IsThere, "kubectl is not installed");
        await using LocalCluster cluster = await Start();
        Kubectl kubectl = new(cluster.KubeconfigPath);
        await kubectl.Run("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}}""", "apply", "-f", "-");
        await kubectl.Run(Manifests.Job("count", Manifests.Python, ["python3", "-c", "import time\nfor i in range(5):\n  print('line', i)\n  time.sleep(0.2)"]).ToJsonString(), "apply", "--server-side", "-f", "-");
        await kubectl.Run("", "wait", "-n", "team", "--for=jsonpath={.status.phase}=Running", "pod", "-l", "job-name=count", "--timeout=60s");

        string log = await kubectl.Run("", "logs", "-n", "team", "-f", "-l", "job-name=count", "--tail=-1");

        Assert.Equal("line 0\nline 1\nline 2\nline 3\nline 4\n", log);
        await kubectl.Run("", "wait", "-n", "team", "--for=condition=Complete", "job/count", "--timeout=60s");
        Assert.Contains("Completed", await kubectl.Run("", "describe", "-n", "team", "job", "count"), StringComparison.Ordinal);
        Assert.Contains("Completed", await kubectl.Run("", "get", "pods", "-n", "team"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cluster_StoppedAndStarted_KeepsObjectsAndGoesOnAsAfterAReboot()
    {
        await using (LocalCluster cluster = await Start())
        {
            IObjects objects = Objects(cluster);
            objects.Create((JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"team"}}""")!);
            objects.Create(Manifests.Job("long", Manifests.Shell, ["sh", "-c", "exec sleep 600"]));
            objects.Create(Manifests.Job("done", Manifests.Shell, ["echo", "kept"]));
            objects.Create(Manifests.Pod("server", Manifests.Shell, ["sleep", "600"], restartPolicy: "Always"));
            await Eventually.True(() => objects.List("pods", "team").Count(pod => pod.Text("status", "phase") == "Running") == 2, "both run");
            await Eventually.True(() => JobVerdict.IsFinished(objects.Find("jobs.batch", "team", "done")!), "the short job is done");
        }

        await using LocalCluster again = await Start();
        IObjects after = Objects(again);
        await Eventually.True(() => JobVerdict.IsFinished(after.Find("jobs.batch", "team", "long")!), "the job without retries has failed");
        Assert.True(Conditions.IsTrue(after.Find("jobs.batch", "team", "long")!, "Failed"));
        await Eventually.True(
            () => after.Find("pods", "team", "server")!.Each("status", "containerStatuses").Any(status => status.Whole("restartCount") == 1 && status.Map("state", "running") is not null),
            "the server runs again");
        JsonObject finished = after.List("pods", "team", "job-name=done").Single();
        List<string> log = [];
        await foreach (string line in ((IPodLogs)again.Services.GetService(typeof(IPodLogs))!).Read(new PodLogRequest("team", finished.Name(), "main"), CancellationToken.None)) log.Add(line);
        Assert.Equal(["kept"], log);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private Task<LocalCluster> Start() =>
        LocalCluster.StartAsync(new LocalClusterOptions { DataDirectory = _folder, Nodes = [new LocalNode { Name = "node-1" }] }, NullLoggerFactory.Instance);

    private static IObjects Objects(LocalCluster cluster) => (IObjects)cluster.Services.GetService(typeof(IObjects))!;
}
