using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster;

/// <summary>
/// A Kubernetes-compatible cluster on one machine, for a trial without a cluster and for tests: an API server on
/// loopback, its controllers, and nodes that run the images they know as local processes.
/// </summary>
#pragma warning disable MA0049 // The one type that callers see is named as the project: nothing else says what it is.
public sealed class LocalCluster : IAsyncDisposable
#pragma warning restore MA0049
{
    private const int LowestPort = 20_000;
    private const int HighestPort = 32_767;

    private readonly WebApplication _app;
    private readonly FileLog _log;

    private LocalCluster(WebApplication app, FileLog log, Uri address, string token, string kubeconfigPath)
    {
        _app = app;
        _log = log;
        Address = address;
        Token = token;
        KubeconfigPath = kubeconfigPath;
    }

    /// <summary>Where the API server listens: by <c>https</c>, on loopback.</summary>
    public Uri Address { get; }

    /// <summary>The token of the cluster's administrator. It stays the same over restarts.</summary>
    public string Token { get; }

    /// <summary>Path of a kubeconfig of the administrator, for <c>kubectl</c>.</summary>
    public string KubeconfigPath { get; }

    /// <summary>The in-process door, for tests of controllers.</summary>
    internal IServiceProvider Services => _app.Services;

    /// <exception cref="InvalidOperationException">The options ask for what this cluster is not for.</exception>
    public static Task<LocalCluster> StartAsync(LocalClusterOptions options, ILoggerFactory loggers, CancellationToken ct = default) =>
        StartAsync(options, loggers, services => ClusterParts.Add(services, options), ct);

    /// <param name="parts">What the cluster has beside its API server; nothing for a server alone.</param>
    internal static async Task<LocalCluster> StartAsync(LocalClusterOptions options, ILoggerFactory loggers, Action<IServiceCollection> parts, CancellationToken ct = default)
    {
        Refuse(options);
        var directory = Path.GetFullPath(options.DataDirectory);
        PrivateFile.CreateDirectory(directory);
        var token = TokenIn(directory);
        var certificate = ServerCertificate.In(directory, options.Address, TimeProvider.System);
        var log = FileLog.Open(directory);
        try
        {
            for (var tries = 0; ; tries++)
            {
                var port = options.Port > 0 ? options.Port : tries == 0 ? PortIn(directory) : FreePort();
                var app = Build(options, loggers, log, token, certificate, port, parts);
                try
                {
                    var store = app.Services.GetRequiredService<ObjectStore>();
                    Seed.Fill(app.Services);
                    log.Present = store.All; // not before every resource has its shelf
                    await app.StartAsync(ct);
                }
                catch (IOException) when (options.Port == 0 && tries < 5)
                {
                    await app.DisposeAsync(); // Somebody else took the port meanwhile.
                    log.Dispose();
                    log = FileLog.Open(directory);
                    continue;
                }
                var address = new Uri($"https://{options.Address}:{port}");
                var kubeconfig = Path.Combine(directory, "kubeconfig");
                Kubeconfig.Write(kubeconfig, address, certificate, token);
                PrivateFile.Write(PortFile(directory), port.ToString(CultureInfo.InvariantCulture) + "\n");
                return new LocalCluster(app, log, address, token, kubeconfig);
            }
        }
        catch
        {
            log.Dispose();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _log.Dispose();
    }

    private static WebApplication Build(
        LocalClusterOptions options, ILoggerFactory loggers, FileLog log, string token, X509Certificate2 certificate, int port, Action<IServiceCollection> parts)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { EnvironmentName = options.EnvironmentName });
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null; // proxied uploads; the API's own bodies have their limit
            kestrel.Listen(IPAddress.Parse(options.Address), port, listen => listen.UseHttps(certificate));
        });
        builder.Services.AddSingleton(loggers).AddSingleton(typeof(ILogger<>), typeof(Logger<>));
        builder.Services.AddSingleton(options).AddSingleton(new ClusterCredentials(token)).AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<IHostLifetime, OwnedLifetime>();
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(10));
        builder.Services.AddApiMachinery(log).AddApiServer();
        parts(builder.Services);
        builder.Services.AddHostedService<ControllerHost>();
        var app = builder.Build();
        var server = app.Services.GetRequiredService<ApiServer>();
        app.UseWebSockets();
        app.Run(server.Handle);
        return app;
    }

    /// <summary>Signals are for the process that holds the cluster: it decides when the cluster stops.</summary>
    private sealed class OwnedLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static void Refuse(LocalClusterOptions options)
    {
        if (!IPAddress.TryParse(options.Address, out var address) || !IPAddress.IsLoopback(address))
        {
            throw new InvalidOperationException(
                $"The embedded cluster listens on this machine only. '{options.Address}' is not a loopback address: use 127.0.0.1, or a real Kubernetes cluster.");
        }
        if (string.Equals(options.EnvironmentName, "Production", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidOperationException(
                "The embedded cluster is for trials and tests: it runs pods as plain processes of one machine, without isolation. "
                + "In the Production environment give the portal a kubeconfig of a real Kubernetes cluster.");
        }
        if (options.Operators.Contains(LocalClusterOptions.Trainer) && !options.Operators.Contains(LocalClusterOptions.JobSet))
        {
            throw new InvalidOperationException(
                $"The operator '{LocalClusterOptions.Trainer}' runs trainings as JobSets: name the operator '{LocalClusterOptions.JobSet}' as well.");
        }
        if (options.Port > HighestPort) throw new InvalidOperationException($"The embedded cluster takes a port up to {HighestPort}; {options.Port} is above.");
    }

    private static string TokenIn(string directory)
    {
        var path = Path.Combine(directory, "token");
        if (File.Exists(path) && File.ReadAllText(path).Trim() is { Length: >= 32 } kept) return kept;
        var token = Convert.ToHexString(RandomNumberGenerator.GetBytes(32)).ToLowerInvariant();
        PrivateFile.Write(path, token + "\n");
        return token;
    }

    /// <summary>The port of the last start, so that who has the kubeconfig finds the cluster again; another one where it is taken.</summary>
    private static int PortIn(string directory) =>
        File.Exists(PortFile(directory)) && int.TryParse(File.ReadAllText(PortFile(directory)), CultureInfo.InvariantCulture, out var kept)
            && kept is >= LowestPort and <= HighestPort && IsFree(kept)
            ? kept
            : FreePort();

    private static string PortFile(string directory) => Path.Combine(directory, "port");

    /// <summary>Below the range that the system hands out by itself, so that a restart can have the same again.</summary>
    private static int FreePort()
    {
        for (var tries = 0; tries < 200; tries++)
        {
            var port = RandomNumberGenerator.GetInt32(LowestPort, HighestPort + 1);
            if (IsFree(port)) return port;
        }
        throw new InvalidOperationException("No free port below 32768 was found for the embedded cluster.");
    }

    private static bool IsFree(int port)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(IPAddress.Loopback, port));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
