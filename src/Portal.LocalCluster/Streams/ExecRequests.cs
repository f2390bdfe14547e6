using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Streams;

/// <summary>pods/exec over a WebSocket: a program in a container, its streams and how it ended.</summary>
internal sealed class ExecRequests(ObjectRegistry registry, IEnumerable<IPodExec> doors, Authorization authorization, IHostApplicationLifetime lifetime)
{
    private static readonly string[] Protocols = ["v5.channel.k8s.io", "v4.channel.k8s.io"];

    public async Task Run(ApiRequest request)
    {
        // A stream is opened by GET, but it does more than read.
        if (request.Verb == "get") authorization.Check(request.Caller, request.Access with { Verb = "create" });
        var pod = registry.Get(request.Type, request.Namespace, request.Name!).Read();
        string[] command = [.. request.Query["command"].OfType<string>()];
        if (command.Length == 0) throw Refusals.BadRequest("you must specify at least 1 command for the container");
        var sockets = request.Context.WebSockets;
        if (!sockets.IsWebSocketRequest || sockets.WebSocketRequestedProtocols.FirstOrDefault(Protocols.Contains) is not { } protocol)
            throw Refusals.BadRequest("unable to upgrade: this server speaks " + string.Join(", ", Protocols));
        if (doors.FirstOrDefault() is not { } door) throw new ApiException(501, "NotImplemented", "this cluster runs no pods");
        var wanted = new PodExecRequest(request.Namespace!, request.Name!, LogRequests.Container(request, pod), command, request.Flag("tty"));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(request.Aborted, lifetime.ApplicationStopping);
        using var socket = await sockets.AcceptWebSocketAsync(protocol);
        var channels = new ChannelSocket(socket);
        try
        {
            using var process = door.Start(wanted);
            await Serve(request, process, channels, stop);
        }
        catch (ApiException refusal)
        {
            // What goes wrong from here on is said on the stream, as a node says it.
            await channels.SendAsync(ChannelSocket.Verdict, ObjectText.Write(refusal.ToStatus()), stop.Token);
            await channels.CloseAsync(channels.ReceiveAsync(Stream.Null, stop.Token), stop.Token);
        }
    }

    private static async Task Serve(ApiRequest request, IExecProcess process, ChannelSocket channels, CancellationTokenSource stop)
    {
        if (!request.Flag("stdin")) process.Input.Close();
        var incoming = channels.ReceiveAsync(process.Input, stop.Token);
        var output = Drain(channels, process.Output, request.Flag("stdout"), ChannelSocket.Output, stop.Token);
        var errors = Drain(channels, process.Errors, request.Flag("stderr"), request.Flag("tty") ? ChannelSocket.Output : ChannelSocket.Errors, stop.Token);
        try
        {
            // Whoever has gone reads no more, and wants no more done.
            if (await Task.WhenAny(incoming, Task.WhenAll(output, errors)) == incoming) return;
            var code = await process.WaitAsync(stop.Token);
            await channels.SendAsync(ChannelSocket.Verdict, ObjectText.Write(Verdict(code)), stop.Token);
            await channels.CloseAsync(incoming, stop.Token);
        }
        catch (Exception gone) when (gone is WebSocketException or OperationCanceledException)
        {
            // The client has gone or the cluster stops; the program is ended with this request.
        }
        finally
        {
            await stop.CancelAsync();
        }
    }

    private static Task Drain(ChannelSocket channels, Stream from, bool wanted, byte channel, CancellationToken ct) =>
        wanted ? channels.CopyAsync(from, channel, ct) : from.CopyToAsync(Stream.Null, ct);

    private static JsonObject Verdict(int code)
    {
        var status = new JsonObject { ["metadata"] = new JsonObject(), ["status"] = code == 0 ? "Success" : "Failure" };
        if (code == 0) return status;
        var text = code.ToString(System.Globalization.CultureInfo.InvariantCulture);
        status["message"] = $"command terminated with non-zero exit code: exit status {text}";
        status["reason"] = "NonZeroExitCode";
        status["details"] = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "ExitCode", ["message"] = text }) };
        return status;
    }
}
