using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Kubectl;

/// <summary>Programs inside running containers, started by the real kubectl.</summary>
public sealed class ExecTests
{
    [Fact]
    public async Task Exec_OfAProgram_CarriesItsStreamsFoldersAndExitCode()
    {
        Assert.SkipUnless(Controllers.Kubectl.IsThere, "kubectl is not installed.");
        await using TestCluster cluster = await StartAsync();
        Controllers.Kubectl kubectl = new(cluster.KubeconfigPath);

        Assert.Equal("out in of shell", (await kubectl.Run("", "exec", "-n", "team", "shell", "--", "sh", "-c", "echo out $MARK of $HOSTNAME")).Trim());
        Assert.Equal("TYPED\n", await kubectl.Run("typed\n", "exec", "-i", "-n", "team", "shell", "--", "tr", "a-z", "A-Z"));
        Assert.Equal("kept", (await kubectl.Run("", "exec", "-n", "team", "shell", "--", "sh", "-c", "echo kept > $HOME/file; cat $HOME/file")).Trim());

        InvalidOperationException failed = await Assert.ThrowsAsync<InvalidOperationException>(() => kubectl.Run("", "exec", "-n", "team", "shell", "--", "sh", "-c", "echo wrong >&2; exit 7"));
        Assert.Contains("wrong", failed.Message, StringComparison.Ordinal);
        Assert.Contains("exit code 7", failed.Message, StringComparison.Ordinal);
        InvalidOperationException absent = await Assert.ThrowsAsync<InvalidOperationException>(() => kubectl.Run("", "exec", "-n", "team", "shell", "--", "no-such-program"));
        Assert.Contains("executable file not found", absent.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_WithATerminal_GivesTheProgramOne()
    {
        await using TestCluster cluster = await StartAsync();
        using k8s.Kubernetes client = new(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.KubeconfigPath));
        using System.Net.WebSockets.WebSocket socket = await client.WebSocketNamespacedPodExecAsync("shell", "team", ["tty"], "main", tty: true);
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        byte[] buffer = new byte[1024];

        System.Net.WebSockets.WebSocketReceiveResult message = await socket.ReceiveAsync(buffer, patience.Token);

        Assert.Equal(1, buffer[0]);
        Assert.StartsWith("/dev/pts/", System.Text.Encoding.UTF8.GetString(buffer, 1, message.Count - 1), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exec_InAPodThatIsDeleted_EndsWithIt()
    {
        Assert.SkipUnless(Controllers.Kubectl.IsThere, "kubectl is not installed.");
        await using TestCluster cluster = await StartAsync();
        Task<string> running = new Controllers.Kubectl(cluster.KubeconfigPath).Run("", "exec", "-n", "team", "shell", "--", "sh", "-c", "touch $HOME/started; exec sleep 600");
        string home = Path.Combine(PodFoldersOf(cluster), "home", "started");
        await Eventually.True(() => File.Exists(home), "the program runs");

        cluster.Objects.Delete("pods", "team", "shell", 0);

        await Assert.ThrowsAsync<InvalidOperationException>(() => running.WaitAsync(TimeSpan.FromSeconds(60)));
    }

    private static string PodFoldersOf(TestCluster cluster) =>
        Path.Combine(cluster.Options.DataDirectory, "pods", cluster.Objects.Find("pods", "team", "shell")!.Uid());

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync();
        System.Text.Json.Nodes.JsonObject pod = Manifests.Pod("shell", Manifests.Shell, ["sleep", "600"], grace: 0);
        pod.Container()["env"] = System.Text.Json.Nodes.JsonNode.Parse("""[{"name":"MARK","value":"in"}]""");
        cluster.Objects.Create(pod);
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "shell")!.Text("status", "phase") == "Running", "the pod runs");
        return cluster;
    }
}
