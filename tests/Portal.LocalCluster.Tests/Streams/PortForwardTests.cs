using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Streams;

/// <summary>Connections to the ports of pods over a WebSocket.</summary>
public sealed class PortForwardTests
{
    private const int Length = 3_000_000;

    /// <summary>Sends what it is asked for and closes at once.</summary>
    private const string Server = """
        import os, socket, threading
        listener = socket.create_server((os.environ["POD_IP"], 8080))
        print("listens")
        def answer(connection):
            data = connection.recv(64)
            connection.sendall(data[:1] * int(data[1:]))
            connection.close()
        while True:
            threading.Thread(target=answer, args=(listener.accept()[0],)).start()
        """;

    [Fact]
    public async Task Forward_OfAPodThatSendsAndCloses_BringsAllOfItToASlowClient()
    {
        await using TestCluster cluster = await StartAsync();
        using k8s.Kubernetes client = new(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.KubeconfigPath));

        byte[][] answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(one => AskAsync(client, (byte)('a' + one), Length)));

        for (int one = 0; one < answers.Length; one++)
        {
            Assert.Equal(Length, answers[one].Length);
            Assert.All(answers[one].Distinct(), mark => Assert.Equal((byte)('a' + one), mark));
        }
    }

    [Fact]
    public async Task Forward_ToAPortThatNobodyListensOn_SaysSoAndCloses()
    {
        await using TestCluster cluster = await StartAsync();
        using k8s.Kubernetes client = new(k8s.KubernetesClientConfiguration.BuildConfigFromConfigFile(cluster.KubeconfigPath));
        using CancellationTokenSource patience = new(TimeSpan.FromSeconds(60));
        using WebSocket socket = await client.WebSocketNamespacedPodPortForwardAsync("server", "team", [9], "v4.channel.k8s.io", cancellationToken: patience.Token);
        // What is sent to a connection that will never be goes nowhere, and holds nothing up.
        await socket.SendAsync(new byte[] { 0, 1, 2, 3 }, WebSocketMessageType.Binary, true, patience.Token);

        List<(byte Channel, byte[] Data)> messages = await ReadAsync(socket, patience.Token);

        Assert.Equal([(byte)0, (byte)1, (byte)1], messages.Select(message => message.Channel));
        Assert.StartsWith("error forwarding port 9 to pod: ", System.Text.Encoding.UTF8.GetString(messages[2].Data), StringComparison.Ordinal);
    }

    private static async Task<byte[]> AskAsync(k8s.Kubernetes client, byte mark, int length)
    {
        using CancellationTokenSource patience = new(TimeSpan.FromMinutes(2));
        using WebSocket socket = await client.WebSocketNamespacedPodPortForwardAsync("server", "team", [8080], "v4.channel.k8s.io", cancellationToken: patience.Token);
        byte[] question = [0, mark, .. System.Text.Encoding.ASCII.GetBytes(FormattableString.Invariant($"{length}"))];
        await socket.SendAsync(question, WebSocketMessageType.Binary, true, patience.Token);
        List<(byte Channel, byte[] Data)> messages = await ReadAsync(socket, patience.Token);
        Assert.Equal(new byte[] { 0x90, 0x1f }, messages.First(message => message.Channel == 0).Data);
        return [.. messages.Where(message => message.Channel == 0).Skip(1).SelectMany(message => message.Data)];
    }

    private static async Task<List<(byte Channel, byte[] Data)>> ReadAsync(WebSocket socket, CancellationToken ct)
    {
        List<(byte Channel, byte[] Data)> messages = [];
        byte[] buffer = new byte[4096];
        using MemoryStream message = new();
        while (true)
        {
            ValueWebSocketReceiveResult part = await socket.ReceiveAsync(buffer.AsMemory(), ct);
            if (part.MessageType == WebSocketMessageType.Close) break;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            byte[] whole = message.ToArray();
            message.SetLength(0);
            messages.Add((whole[0], whole[1..]));
        }
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        return messages;
    }

    private static async Task<TestCluster> StartAsync()
    {
        TestCluster cluster = await TestCluster.StartAsync();
        JsonObject pod = Manifests.Pod("server", Manifests.Python, [], grace: 0);
        pod.Container()["args"] = Manifests.Words("-c", Server);
        cluster.Objects.Create(pod);
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "server")!.Text("status", "phase") == "Running", "the pod runs");
        await Eventually.True(async () => (await cluster.LogAsync("server")).Contains("listens", StringComparison.Ordinal), "the pod listens");
        return cluster;
    }
}
