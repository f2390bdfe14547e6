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

    /// <summary>How long a client that reads no more may hold the connection.</summary>
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(30);

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

    /// <summary>Hands what arrives for the program to it, until the client closes or goes.</summary>
    public Task ReceiveAsync(Stream input, CancellationToken ct) => ReceiveAsync(
        async (channel, data) =>
        {
            if (channel == End && data.Span is [Input]) input.Close();
            else if (channel == Input && data.Length > 0) await Pass(input, data, ct);
        },
        ct);

    /// <summary>Hands over each message with its channel, until the client closes or goes.</summary>
    public async Task ReceiveAsync(Func<byte, ReadOnlyMemory<byte>, Task> take, CancellationToken ct)
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
            if (whole.Length > 0) await take(whole[0], whole.AsMemory(1));
        }
    }

    /// <summary>
    /// Says that all is sent, and waits until the client has read so far and says the same. To end the connection before that
    /// would throw away what still lies in its buffers, and on a busy machine that is the end of the answer.
    /// </summary>
    /// <param name="incoming">What reads from the client; it ends with the client's close.</param>
    public async Task CloseAsync(Task incoming, CancellationToken ct)
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, ct);
        // Bounded: a client that never closes would hold the connection for ever.
        await Task.WhenAny(incoming, Task.Delay(Farewell, ct));
    }

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
