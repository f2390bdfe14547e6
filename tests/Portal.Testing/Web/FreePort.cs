using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Portal.Testing.Web;

/// <summary>Ports of the loopback address that nothing listens on.</summary>
public static class FreePort
{
    // Whoever asks listens a little later, and others ask meanwhile.
    private static readonly ConcurrentDictionary<int, bool> Given = [];

    /// <summary>A port below the ephemeral range: one from :0 can be an outgoing socket's a moment later.</summary>
    /// <exception cref="InvalidOperationException">None was found.</exception>
    public static int Next()
    {
        for (var attempt = 0; attempt < 200; attempt++)
        {
            try
            {
                var port = Random.Shared.Next(20_000, 32_000);
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                if (Given.TryAdd(port, true))
                    return port;
            }
            catch (SocketException)
            {
                // Taken: try another.
            }
        }
        throw new InvalidOperationException("no free port");
    }
}
