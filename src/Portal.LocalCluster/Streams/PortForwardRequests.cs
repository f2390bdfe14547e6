using System.Net.WebSockets;
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
        var forwards = ports.Select((port, place) => new ForwardedPort(channels, (byte)(2 * place), port)).ToList();
        try
        {
            foreach (var forward in forwards) await forward.AnnounceAsync(stop.Token);
            var outgoing = Task.WhenAll(forwards.Select(forward => forward.RunAsync(address, stop.Token)));
            var incoming = channels.ReceiveAsync((channel, data) => forwards.FirstOrDefault(forward => forward.Channel == channel)?.WriteAsync(data, stop.Token) ?? Task.CompletedTask, stop.Token);
            if (await Task.WhenAny(incoming, outgoing) == outgoing) await channels.CloseAsync(incoming, stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client has gone: so do its connections.
        }
        finally
        {
            await stop.CancelAsync();
            foreach (var forward in forwards) forward.Dispose();
        }
    }

    private static ushort Port(string text) => ushort.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out var port) && port > 0
        ? port
        : throw Refusals.BadRequest($"invalid port \"{text}\": must be between 1 and 65535");
}
