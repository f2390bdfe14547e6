using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Portal.Testing.Schemas;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>Passes connections on to an API server byte by byte, until what is on open ones is lost without a word.</summary>
internal sealed class TcpForwarder : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentBag<Task> _open = [];
    private readonly Uri _server;
    private readonly string _folder = Directory.CreateTempSubdirectory("portal-way-").FullName;
    private readonly Task _accepting;
    // Connections from before it pass nothing any more.
    private volatile int _passing;

    private TcpForwarder(Uri server)
    {
        _server = server;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>A kubeconfig that leads through it.</summary>
    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    public static async Task<TcpForwarder> StartAsync(string kubeconfig)
    {
        var config = YamlDocuments.Read(await File.ReadAllTextAsync(kubeconfig))[0];
        var cluster = config["clusters"]![0]!["cluster"]!;
        var forwarder = new TcpForwarder(new Uri(cluster["server"]!.ToString()));
        cluster["server"] = $"https://127.0.0.1:{((IPEndPoint)forwarder._listener.LocalEndpoint).Port}";
        // JSON is YAML.
        await File.WriteAllTextAsync(forwarder.Kubeconfig, config.ToJsonString());
        return forwarder;
    }

    /// <summary>From now on nothing passes on the connections that are open; new ones do.</summary>
    public void Swallow() => _passing++;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _accepting;
        await Task.WhenAll(_open);
        _listener.Dispose();
        _stop.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _open.Add(ForwardAsync(await _listener.AcceptTcpClientAsync(_stop.Token), _passing));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }

    private async Task ForwardAsync(TcpClient client, int from)
    {
        using (client)
        using (var server = new TcpClient())
        {
            try
            {
                await server.ConnectAsync(_server.Host, _server.Port, _stop.Token);
                await Task.WhenAny(CopyAsync(client, server, from), CopyAsync(server, client, from));
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // Either end is gone, or the test is over.
            }
        }
    }

    private async Task CopyAsync(TcpClient source, TcpClient target, int from)
    {
        var buffer = new byte[16384];
        for (int read; (read = await source.GetStream().ReadAsync(buffer, _stop.Token)) > 0;)
        {
            if (from == _passing)
                await target.GetStream().WriteAsync(buffer.AsMemory(0, read), _stop.Token);
        }
    }
}
