using System.Net.Sockets;
using System.Text;

namespace Portal.LocalCluster.Streams;

/// <summary>One connection to a port of a pod: its data on an even channel, what went wrong on the odd one behind it.</summary>
internal sealed class ForwardedPort(ChannelSocket channels, byte channel, ushort port) : IDisposable
{
    private readonly Socket _socket = new(SocketType.Stream, ProtocolType.Tcp);

    /// <summary>The connection once it stands, null once it is known that there will be none.</summary>
    private readonly TaskCompletionSource<NetworkStream?> _connection = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public byte Channel => channel;

    /// <summary>Both channels begin with the port's number.</summary>
    public async Task AnnounceAsync(CancellationToken ct)
    {
        byte[] number = [(byte)(port & 0xff), (byte)(port >> 8)];
        await channels.SendAsync(channel, number, ct);
        await channels.SendAsync((byte)(channel + 1), number, ct);
    }

    /// <summary>Connects and sends what the pod says, until the pod closes or cannot be reached.</summary>
    public async Task RunAsync(string address, CancellationToken ct)
    {
        try
        {
            await _socket.ConnectAsync(address, port, ct);
            var connection = new NetworkStream(_socket, ownsSocket: false);
            _connection.TrySetResult(connection);
            await channels.CopyAsync(connection, channel, ct);
        }
        catch (Exception failure) when (failure is SocketException or IOException)
        {
            await channels.SendAsync((byte)(channel + 1), Encoding.UTF8.GetBytes($"error forwarding port {port} to pod: {failure.Message}"), ct);
        }
        finally
        {
            _connection.TrySetResult(null);
        }
    }

    /// <summary>Hands data to the pod. What comes before the connection stands waits for it; what comes after its end goes nowhere.</summary>
    public async Task WriteAsync(ReadOnlyMemory<byte> data, CancellationToken ct)
    {
        if (await _connection.Task.WaitAsync(ct) is not { } connection) return;
        try
        {
            await connection.WriteAsync(data, ct);
        }
        catch (Exception closed) when (closed is IOException or ObjectDisposedException)
        {
            // The pod has closed: what it said before is still on its way to the client.
        }
    }

    public void Dispose() => _socket.Dispose();
}
