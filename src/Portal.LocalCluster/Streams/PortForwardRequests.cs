using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Text;
using Microsoft.Extensions.Hosting;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Streams;

/// <summary>
/// pods/portforward over a WebSocket of the channel protocol: one connection to each port that is asked for, its data on an
/// even channel and what went wrong on the odd one behind it; both begin with the port's number. (kubectl tunnels SPDY
/// through its WebSocket instead; it is answered that this server does not speak that.)
/// </summary>
internal sealed class PortForwardRequests(ObjectRegistry registry, Authorization authorization, IHostApplicationLifetime lifetime)
{
    private const string Protocol = "v4.channel.k8s.io";

    public async Task Forward(ApiRequest request)
    {
        if (request.Verb == "get") authorization.Check(request.Caller, request.Access with { Verb = "create" });
        var pod = registry.Get(request.Type, request.Namespace, request.Name!).Read();
        var sockets = request.Context.WebSockets;
        if (!sockets.IsWebSocketRequest || !sockets.WebSocketRequestedProtocols.Contains(Protocol, StringComparer.Ordinal))
            throw Refusals.BadRequest("unable to upgrade: this server speaks " + Protocol);
        ushort[] ports = [.. request.Query["ports"].OfType<string>().SelectMany(list => list.Split(',')).Select(Port)];
        if (ports.Length == 0) throw Refusals.BadRequest("query parameter \"ports\" is required");
        if (pod.Text("status", "phase") != "Running" || pod.Text("status", "podIP") is not { } address)
            throw Refusals.BadRequest($"unable to forward port because pod is not running. Current status={pod.Text("status", "phase")}");
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, lifetime.ApplicationStopping);
        using var socket = await sockets.AcceptWebSocketAsync(Protocol);
        await Serve(socket, address, ports, stop);
    }

    private static async Task Serve(WebSocket socket, string address, ushort[] ports, CancellationTokenSource stop)
    {
        var channels = new ChannelSocket(socket);
        var connections = new ConcurrentDictionary<byte, NetworkStream>();
        try
        {
            List<Task> flows = [];
            for (byte i = 0; i < ports.Length; i++)
            {
                byte[] number = [(byte)(ports[i] & 0xff), (byte)(ports[i] >> 8)];
                await channels.SendAsync((byte)(2 * i), number, stop.Token);
                await channels.SendAsync((byte)((2 * i) + 1), number, stop.Token);
                flows.Add(Connect(channels, connections, address, ports[i], (byte)(2 * i), stop.Token));
            }
            await Task.WhenAny(Receive(socket, connections, stop.Token), Task.WhenAll(flows));
            await channels.CloseAsync(stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client has gone: so do its connections.
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var connection in connections.Values) await connection.DisposeAsync();
        }
    }

    private static async Task Connect(
        ChannelSocket channels, ConcurrentDictionary<byte, NetworkStream> connections, string address, ushort port, byte channel, CancellationToken ct)
    {
        var client = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await client.ConnectAsync(address, port, ct);
            var connection = connections[channel] = new NetworkStream(client, ownsSocket: true);
            await channels.CopyAsync(connection, channel, ct);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            await channels.SendAsync((byte)(channel + 1), Encoding.UTF8.GetBytes($"error forwarding port {port} to pod: {failure.Message}"), ct);
        }
    }

    private static async Task Receive(WebSocket socket, ConcurrentDictionary<byte, NetworkStream> connections, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        byte? channel = null;
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, ct);
            if (part.MessageType == WebSocketMessageType.Close) return;
            var data = buffer.AsMemory(0, part.Count);
            if (channel is null && data.Length > 0)
            {
                channel = data.Span[0];
                data = data[1..];
            }
            // What comes before the connection stands waits for it.
            if (channel is { } wanted && data.Length > 0)
            {
                while (!connections.ContainsKey(wanted)) await Task.Delay(10, ct);
                await connections[wanted].WriteAsync(data, ct);
            }
            if (part.EndOfMessage) channel = null;
        }
    }

    private static ushort Port(string text) => ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port) && port > 0
        ? port
        : throw Refusals.BadRequest($"invalid port \"{text}\": must be between 1 and 65535");
}
