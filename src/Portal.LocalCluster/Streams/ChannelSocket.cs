using System.Net.WebSockets;

namespace Portal.LocalCluster.Streams;

/// <summary>A WebSocket of the channel protocols: the first byte of each message says which stream it belongs to.</summary>
internal sealed class ChannelSocket(WebSocket socket)
{
    public const byte Input = 0;
    public const byte Output = 1;
    public const byte Errors = 2;
    public const byte Verdict = 3;
    public const byte Resize = 4;

    /// <summary>Of version 5: the stream named by the second byte ends.</summary>
    private const byte End = 255;

    private readonly SemaphoreSlim _turn = new(1, 1);

    public async Task SendAsync(byte channel, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        byte[] message = [channel, .. data.Span];
        await _turn.WaitAsync(ct);
        try
        {
            await socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, ct);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Sends what a stream holds until it ends.</summary>
    public async Task CopyAsync(Stream from, byte channel, CancellationToken ct)
    {
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await from.ReadAsync(buffer, ct)) > 0) await SendAsync(channel, buffer.AsMemory(0, read), ct);
    }

    /// <summary>Hands what arrives for the program to it, until the client ends that stream or goes.</summary>
    public async Task ReceiveAsync(Stream input, CancellationToken ct)
    {
        var buffer = new byte[64 * 1024];
        using var message = new MemoryStream();
        while (true)
        {
            var part = await socket.ReceiveAsync(buffer, ct);
            if (part.MessageType == WebSocketMessageType.Close) return;
            message.Write(buffer, 0, part.Count);
            if (!part.EndOfMessage) continue;
            var whole = message.ToArray();
            message.SetLength(0);
            if (whole is [End, Input]) input.Close();
            else if (whole is [Input, _, ..]) await Pass(input, whole.AsMemory(1), ct);
        }
    }

    public Task CloseAsync(CancellationToken ct) => socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);

    private static async Task Pass(Stream input, ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        try
        {
            await input.WriteAsync(data, ct);
            await input.FlushAsync(ct);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The program reads no longer: what is typed goes nowhere, as at a terminal.
        }
    }
}
