using System.Net;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Node;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Node;

public class PodTests
{
    [Fact]
    public async Task Pod_Variables_ComeFromFieldsMapsSecretsAndEachOther()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"team"},"data":{"MODE":"fast"} }""");
        cluster.Create("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys","namespace":"team"},"data":{"token":"czNjcmV0"} }""");
        JsonObject pod = Manifests.Pod("vars", Manifests.Shell, ["sh", "-c", "echo $WHO $MODE $TOKEN $(BOTH) $POD_IP ${PORTAL_SECRET:-clean}"]);
        pod.Container()["env"] = JsonNode.Parse("""
            [
              {"name":"WHO","valueFrom":{"fieldRef":{"fieldPath":"metadata.name"}}},
              {"name":"TOKEN","valueFrom":{"secretKeyRef":{"name":"keys","key":"token"}}},
              {"name":"BOTH","value":"$(WHO)-$(MODE)"}
            ]
            """);
        pod.Container()["envFrom"] = JsonNode.Parse("""[{"configMapRef":{"name":"settings"}}]""");
        Environment.SetEnvironmentVariable("PORTAL_SECRET", "leaked");
        cluster.Objects.Create(pod);

        JsonObject ended = await Phase(cluster, "vars", "Succeeded");

        Assert.Equal($"vars fast s3cret vars-fast {ended.Text("status", "podIP")} clean", await cluster.LogAsync("vars"));
    }

    [Fact]
    public async Task Pod_ConfigMapMissing_WaitsAndStartsWhenItIsThere()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject pod = Manifests.Pod("mounts", Manifests.Shell, ["cat", "/etc/app/one"]);
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"app","configMap":{"name":"late"}}]""");
        pod.Container()["volumeMounts"] = JsonNode.Parse("""[{"name":"app","mountPath":"/etc/app"}]""");
        cluster.Objects.Create(pod);
        await Eventually.True(() => cluster.Said("FailedMount"), "the missing map is said");

        cluster.Create("""{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"late","namespace":"team"},"data":{"one":"content"} }""");

        await Phase(cluster, "mounts", "Succeeded");
        Assert.Equal("content", await cluster.LogAsync("mounts"));
    }

    [Fact]
    public async Task Pod_SecretVolume_IsReadableByItsOwnerAlone()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"Secret","metadata":{"name":"keys","namespace":"team"},"data":{"token":"czNjcmV0"} }""");
        JsonObject pod = Manifests.Pod("secretive", Manifests.Shell, ["stat", "-c", "%a", "/keys/token"]);
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"keys","secret":{"secretName":"keys"}}]""");
        pod.Container()["volumeMounts"] = JsonNode.Parse("""[{"name":"keys","mountPath":"/keys"}]""");
        cluster.Objects.Create(pod);

        await Phase(cluster, "secretive", "Succeeded");

        Assert.Equal("400", await cluster.LogAsync("secretive"));
    }

    [Fact]
    public async Task Pod_Claim_KeepsWhatAnEarlierPodWrote()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""
            {"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"work","namespace":"team"},
             "spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}
            """);
        cluster.Objects.Create(WithClaim(Manifests.Pod("writer", Manifests.Shell, ["sh", "-c", "echo kept > /work/file"])));
        await Phase(cluster, "writer", "Succeeded");
        cluster.Objects.Delete("pods", "team", "writer");

        cluster.Objects.Create(WithClaim(Manifests.Pod("reader", Manifests.Shell, ["cat", "file"])));

        await Phase(cluster, "reader", "Succeeded");
        Assert.Equal("kept", await cluster.LogAsync("reader"));
        JsonObject claim = cluster.Objects.Find("persistentvolumeclaims", "team", "work")!;
        Assert.Equal("1Gi", claim.Text("status", "capacity", "storage"));
        string folder = Path.Combine(cluster.Options.DataDirectory, "volumes", "team", "work");
        Assert.True(File.Exists(Path.Combine(folder, "file")));

        cluster.Objects.Delete("pods", "team", "reader"); // one that has finished holds it too
        cluster.Objects.Delete("persistentvolumeclaims", "team", "work");
        await Eventually.True(() => !Directory.Exists(folder), "the claim's folder goes with the claim");
    }

    [Fact]
    public async Task Pod_WorkingDirectoryOnNoVolume_IsInThePodsFolder()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject pod = Manifests.Pod("placed", Manifests.Shell, ["pwd"]);
        pod.Container()["workingDir"] = "/no-such-place/app";
        cluster.Objects.Create(pod);

        await Phase(cluster, "placed", "Succeeded");

        string folder = await cluster.LogAsync("placed");
        Assert.StartsWith(cluster.Options.DataDirectory, folder, StringComparison.Ordinal);
        Assert.EndsWith("/no-such-place/app", folder, StringComparison.Ordinal);
        Assert.False(Directory.Exists("/no-such-place"));
    }

    [Fact]
    public async Task Pod_UnknownImage_SaysWhatThisTrialCanRun()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Pod("foreign", "quay.io/org/train:1", ["train"]));

        JsonObject waiting = await Eventually.Some(() => Waiting(cluster, "foreign", "ErrImagePull"), "the image is refused");
        Assert.Contains(Manifests.Python, waiting.Text("message"), StringComparison.Ordinal);
        await Eventually.Some(() => Waiting(cluster, "foreign", "ImagePullBackOff"), "the agent backs off");
        Assert.Equal("Pending", cluster.Objects.Find("pods", "team", "foreign")!.Text("status", "phase"));
    }

    [Fact]
    public async Task Pod_NoSuchProgram_FailsWithStartError()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Pod("typo", Manifests.Shell, ["no-such-program"]));

        JsonObject pod = await Phase(cluster, "typo", "Failed");

        JsonObject status = Assert.Single(pod.Each("status", "containerStatuses"));
        Assert.Equal("StartError", status.Text("state", "terminated", "reason"));
        Assert.Contains("no-such-program", status.Text("state", "terminated", "message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pod_Deleted_EndsGracefullyWhenAsked()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Pod("polite", Manifests.Shell, ["sh", "-c", "trap 'echo bye; exit 0' TERM; echo up; while true; do sleep 0.1; done"]));
        await Eventually.True(async () => (await cluster.LogAsync("polite")) == "up", "the pod is up");
        Task<string> rest = cluster.LogAsync("polite", follow: true);

        cluster.Objects.Delete("pods", "team", "polite");

        Assert.Equal("up\nbye", await rest);
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "polite") is null, "the pod is gone");
    }

    [Fact]
    public async Task Pod_IgnoresTheSignal_IsKilledWithAllItStarted()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        const string stubborn = "import os,signal,subprocess,sys,time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            + "subprocess.Popen(['sleep','600'], start_new_session=True)\nprint('up', flush=True)\ntime.sleep(600)";
        cluster.Objects.Create(Manifests.Pod("stubborn", Manifests.Python, ["python3", "-c", stubborn], grace: 1));
        await Eventually.True(async () => (await cluster.LogAsync("stubborn")) == "up", "the pod is up");
        Assert.True(ProcessTree.Any(ProcessTree.ClusterVariable, cluster.Options.DataDirectory));

        cluster.Objects.Delete("pods", "team", "stubborn");

        await Eventually.True(() => cluster.Objects.Find("pods", "team", "stubborn") is null, "the pod is gone");
        Assert.False(ProcessTree.Any(ProcessTree.ClusterVariable, cluster.Options.DataDirectory));
    }

    [Fact]
    public async Task Pod_CrashesAndRestarts_KeepsThePreviousLog()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Pod("crashes", Manifests.Shell, ["sh", "-c", "echo run; exit 1"], restartPolicy: "OnFailure"));

        JsonObject waiting = await Eventually.Some(() => Waiting(cluster, "crashes", "CrashLoopBackOff"), "the agent backs off");

        Assert.Contains("back-off 10s restarting failed container=main", waiting.Text("message"), StringComparison.Ordinal);
        JsonObject status = Assert.Single(cluster.Objects.Find("pods", "team", "crashes")!.Each("status", "containerStatuses"));
        Assert.Equal(1, status.Whole("restartCount"));
        Assert.Equal(1, status.Whole("lastState", "terminated", "exitCode"));
        Assert.Equal("run", await cluster.LogAsync("crashes", previous: true));
    }

    [Fact]
    public async Task Pod_InitContainers_RunInOrderBeforeTheOthers()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject pod = Manifests.Pod("ordered", Manifests.Shell, ["cat", "/shared/order"]);
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"shared","emptyDir":{}}]""");
        pod.Container()["volumeMounts"] = JsonNode.Parse("""[{"name":"shared","mountPath":"/shared"}]""");
        pod["spec"]!["initContainers"] = new JsonArray([.. new[] { "first", "second" }.Select(name => JsonNode.Parse($$"""
            {"name":"{{name}}","image":"{{Manifests.Shell}}","command":["sh","-c","echo {{name}} >> /shared/order"],"volumeMounts":[{"name":"shared","mountPath":"/shared"}] }
            """))]);
        cluster.Objects.Create(pod);

        await Phase(cluster, "ordered", "Succeeded");

        Assert.Equal("first\nsecond", await cluster.LogAsync("ordered"));
    }

    [Fact]
    public async Task Pod_PastItsDeadline_FailsWithTheReason()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject pod = Manifests.Pod("late", Manifests.Shell, ["sleep", "600"]);
        pod["spec"]!["activeDeadlineSeconds"] = 1;
        cluster.Objects.Create(pod);

        JsonObject ended = await Phase(cluster, "late", "Failed");

        Assert.Equal("DeadlineExceeded", ended.Text("status", "reason"));
    }

    [Fact]
    public async Task Pods_TwoNotebooks_AnswerOnTheirOwnAddresses()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        foreach (string name in (string[])["one", "two"])
        {
            JsonObject pod = Manifests.Pod(name, "localhost/jupyter-notebook:6", [], restartPolicy: "Always");
            pod.Container()["args"] = Manifests.Words("--ip=$(POD_IP)", "--port=8888", "--NotebookApp.token=t0ken");
            pod.Container()["readinessProbe"] = JsonNode.Parse("""{"tcpSocket":{"port":8888}}""");
            cluster.Objects.Create(pod);
        }
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false });
        foreach (string name in (string[])["one", "two"])
        {
            await Eventually.True(() => PodConditions.IsReady(cluster.Objects.Find("pods", "team", name)!), $"notebook {name} is ready");
            string address = cluster.Objects.Find("pods", "team", name)!.Text("status", "podIP")!;
            Assert.StartsWith("127.", address, StringComparison.Ordinal);
            using HttpRequestMessage request = new(HttpMethod.Get, $"http://{address}:8888/api/kernels");
            request.Headers.TryAddWithoutValidation("Authorization", "token t0ken");
            using HttpResponseMessage answer = await http.SendAsync(request);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            using HttpResponseMessage stranger = await http.GetAsync(new Uri($"http://{address}:8888/api/kernels"));
            Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        }
    }

    [Fact]
    public async Task Pod_NoNodeFits_IsUnschedulableUntilSomethingLeaves()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.Nodes[0].Resources["nvidia.com/gpu"] = "1");
        JsonObject node = await Eventually.Some(() => cluster.Objects.Find("nodes", null, "node-1") is { } found && Conditions.IsTrue(found, "Ready") ? found : null, "the node is ready");
        Assert.Equal("true", node.Label(NodeRegistration.SimulatedAccelerators));
        foreach (string name in (string[])["first", "second"])
        {
            JsonObject pod = Manifests.Pod(name, Manifests.Shell, ["sleep", "600"], grace: 0);
            pod.Container()["resources"] = JsonNode.Parse("""{"limits":{"nvidia.com/gpu":"1"}}""");
            cluster.Objects.Create(pod);
            if (name == "first") await Phase(cluster, "first", "Running");
        }
        await Eventually.True(() => Conditions.Find(cluster.Objects.Find("pods", "team", "second")!, "PodScheduled")?.Text("reason") == "Unschedulable", "the second waits");
        Assert.Equal(
            "0/1 nodes are available: 1 Insufficient nvidia.com/gpu.",
            Conditions.Find(cluster.Objects.Find("pods", "team", "second")!, "PodScheduled")?.Text("message"));

        cluster.Objects.Delete("pods", "team", "first");

        await Phase(cluster, "second", "Running");
    }

    [Fact]
    public async Task Cluster_Restarted_TreatsRunningPodsAsAfterAPowerCut()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Pod("once", Manifests.Shell, ["sleep", "600"]));
        cluster.Objects.Create(Manifests.Pod("always", Manifests.Shell, ["sh", "-c", "echo up; exec sleep 600"], restartPolicy: "Always"));
        await Phase(cluster, "once", "Running");
        await Phase(cluster, "always", "Running");

        await cluster.StopAsync();
        Assert.False(ProcessTree.Any(ProcessTree.ClusterVariable, cluster.Options.DataDirectory));
        await cluster.StartAgainAsync();

        JsonObject once = await Phase(cluster, "once", "Failed");
        Assert.Equal(255, Assert.Single(once.Each("status", "containerStatuses")).Whole("state", "terminated", "exitCode"));
        await Eventually.True(
            () => cluster.Objects.Find("pods", "team", "always")!.Each("status", "containerStatuses").Any(status => status.Whole("restartCount") == 1 && status.Map("state", "running") is not null),
            "the other runs again");
    }

    [Fact]
    public async Task Pods_Many_AllRunAndEnd()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.Nodes[0].Pods = 20);
        for (int number = 0; number < 60; number++) cluster.Objects.Create(Manifests.Pod($"p{number}", Manifests.Shell, ["true"]));

        await Eventually.True(() => cluster.Objects.List("pods", "team").Count(pod => pod.Text("status", "phase") == "Succeeded") == 60, "all pods have ended", 120);
    }

    private static JsonObject WithClaim(JsonObject pod)
    {
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"work","persistentVolumeClaim":{"claimName":"work"}}]""");
        pod.Container()["volumeMounts"] = JsonNode.Parse("""[{"name":"work","mountPath":"/work"}]""");
        pod.Container()["workingDir"] = "/work";
        return pod;
    }

    private static JsonObject? Waiting(TestCluster cluster, string pod, string reason) =>
        cluster.Objects.Find("pods", "team", pod)?.Each("status", "containerStatuses").Select(status => status.Map("state", "waiting")).FirstOrDefault(waiting => waiting?.Text("reason") == reason);

    private static Task<JsonObject> Phase(TestCluster cluster, string pod, string phase) =>
        Eventually.Some(() => cluster.Objects.Find("pods", "team", pod) is { } found && found.Text("status", "phase") == phase ? found : null, $"pod {pod} is {phase}");
}
