using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Testing.Web;

namespace Portal.Integration.Tests.Workloads;

/// <summary>A kernel of a notebook behind the portal's proxy, spoken to in its own protocol: a request on the shell channel, its output on iopub.</summary>
internal sealed class JupyterKernel(RunningPortal portal, Guid notebook, string kernel)
{
    /// <summary>Runs code; gives what it printed.</summary>
    public async Task<string> ExecuteAsync(string code, CancellationToken ct)
    {
        using var socket = await ConnectAsync(ct);
        await SendAsync(socket, code, ct);
        var printed = "";
        while (true)
        {
            var message = await ReceiveAsync(socket, ct);
            if (message["msg_type"]?.ToString() == "stream")
                printed += message["content"]!["text"];
            if (message["msg_type"]?.ToString() == "status" && message["content"]!["execution_state"]!.ToString() == "idle"
                && message["parent_header"]?["msg_id"]?.ToString() == "m1")
            {
                return printed;
            }
        }
    }

    /// <summary>Opens its channels as the scientist, from a page of <paramref name="origin"/>; by default from one of the portal.</summary>
    public async Task<ClientWebSocket> ConnectAsync(CancellationToken ct, string? origin = null)
    {
        var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader("Origin", origin ?? portal.Address.GetLeftPart(UriPartial.Authority));
        socket.Options.SetRequestHeader("Cookie", string.Join("; ", (await portal.CookiesAsync("scientist")).Select(c => $"{c.Name}={c.Value}")));
        var address = new UriBuilder(portal.Address) { Scheme = "ws", Path = $"/notebooks/{notebook}/api/kernels/{kernel}/channels", Query = "session_id=s1" };
        await socket.ConnectAsync(address.Uri, ct);
        return socket;
    }

    /// <summary>Asks for code to be run.</summary>
    public static Task SendAsync(ClientWebSocket socket, string code, CancellationToken ct)
    {
        var request = new JsonObject
        {
            ["header"] = new JsonObject
            {
                ["msg_id"] = "m1",
                ["username"] = "",
                ["session"] = "s1",
                ["msg_type"] = "execute_request",
                ["version"] = "5.3",
                ["date"] = "",
            },
            ["parent_header"] = new JsonObject(),
            ["metadata"] = new JsonObject(),
            ["content"] = new JsonObject
            {
                ["code"] = code,
                ["silent"] = false,
                ["store_history"] = true,
                ["user_expressions"] = new JsonObject(),
                ["allow_stdin"] = false,
            },
            ["channel"] = "shell",
            ["buffers"] = new JsonArray(),
        };
        return socket.SendAsync(Encoding.UTF8.GetBytes(request.ToJsonString()), WebSocketMessageType.Text, true, ct);
    }

    /// <summary>Waits for the next thing that running code prints.</summary>
    public static async Task<string> PrintedAsync(ClientWebSocket socket, CancellationToken ct)
    {
        while (true)
        {
            var message = await ReceiveAsync(socket, ct);
            if (message["msg_type"]?.ToString() == "stream")
                return message["content"]!["text"]!.ToString();
        }
    }

    private static async Task<JsonNode> ReceiveAsync(ClientWebSocket socket, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        using var text = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, ct);
            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
                return JsonNode.Parse(Encoding.UTF8.GetString(text.ToArray()))!;
        }
    }
}
