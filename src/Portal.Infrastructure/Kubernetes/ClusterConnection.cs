using System.Net;
using System.Net.Http.Headers;
using System.Net.Security;
using System.Threading.RateLimiting;
using Portal.Core.Cluster;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>
/// One authenticated line to the API server: the KubernetesClient package reads the configuration and signs requests, and
/// here they are held to a rate, repeated when the server asks for it, and turned into <see cref="ClusterException"/>.
/// </summary>
internal sealed class ClusterConnection : IDisposable
{
    private const int Attempts = 3;

    // What the server itself reads. Others answer for an aggregated group, and a webhook turns the objects of a custom one into
    // another version: either may hang in a cluster that is well.
    private static readonly string[] OwnGroups =
    [
        "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "authentication.k8s.io", "authorization.k8s.io",
        "certificates.k8s.io", "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io", "networking.k8s.io",
        "node.k8s.io", "rbac.authorization.k8s.io", "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io",
    ];

    private readonly TimeProvider _clock;
    private readonly RateLimiter _limiter;
    private readonly Lock _lock = new();
    private k8s.Kubernetes? _client;
    // Set when what was to be read did not come in time, until anything is answered again.
    private volatile bool _silent;
    private int _trying;
    private long _refusedAt = -1;

    public ClusterConnection(ClusterLine line, KubernetesOptions options, TimeProvider clock)
    {
        (Line, Options, _clock) = (line, options, clock);
        var (tokens, period) = RequestRate.Of(options.RequestsPerSecond);
        _limiter = new TokenBucketRateLimiter(new TokenBucketRateLimiterOptions
        {
            TokenLimit = Math.Max(options.Burst, tokens),
            TokensPerPeriod = tokens,
            ReplenishmentPeriod = period,
            QueueLimit = int.MaxValue,
        });
    }

    public ClusterLine Line { get; }

    public KubernetesOptions Options { get; }

    /// <summary>Time since something that was to be read was last answered with 401 or 403; null when nothing was.</summary>
    public TimeSpan? SinceRefusal => Interlocked.Read(ref _refusedAt) is >= 0 and var at ? _clock.GetElapsedTime(at) : null;

    /// <summary>Sends and returns a success; its content may still be on its way. The caller disposes it.</summary>
    /// <param name="path">Below the server's address, with its query.</param>
    /// <param name="body">Makes the content anew for each attempt.</param>
    /// <param name="relayed">True where the server only passes on what another answers, as a node with a pod's log.</param>
    /// <param name="mayBeRefused">True where a refusal is an answer like any other, of which <see cref="SinceRefusal"/> says nothing.</param>
    public async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, CancellationToken ct, Func<HttpContent>? body = null, Action<HttpRequestHeaders>? headers = null, bool relayed = false,
        bool mayBeRefused = false)
    {
        for (var attempt = 1; ; attempt++)
        {
            using var permit = await PermitAsync(ct);
            var response = await GuardedAsync(method, path, body, headers, relayed, ct);
            if (response.IsSuccessStatusCode || response.StatusCode == HttpStatusCode.NotModified)
                return response;
            var failure = await FailureAsync(response, ct);
            // Writes are refused for what they say, too.
            if (method == HttpMethod.Get && !mayBeRefused && failure.Failure is ClusterFailure.Unauthorized or ClusterFailure.Forbidden)
                Interlocked.Exchange(ref _refusedAt, _clock.GetTimestamp());
            if (attempt == Attempts || failure.RetryAfter is not { } wait || wait > Options.Patience)
                throw failure;
            await Task.Delay(wait, _clock, ct);
        }
    }

    /// <summary>The server's address, without a slash at its end.</summary>
    public string Address => Client().BaseUri.AbsoluteUri.TrimEnd('/');

    /// <summary>The name that the server's certificate is issued for, where it is not that of its address; else null.</summary>
    public string? ServerName { get; private set; }

    /// <summary>Sends a request that somebody else has built, with the cluster's credentials: for streams that are passed through.</summary>
    public async Task<HttpResponseMessage> PassAsync(HttpRequestMessage request, CancellationToken ct)
    {
        var client = Client();
        request.Headers.Host = ServerName;
        await SignAsync(client, request, ct);
        return await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, ct);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _client?.Dispose();
    }

    /// <summary>
    /// While the cluster hangs, one call at a time finds out whether it is back, and all others fail at once: nobody waits out
    /// a time-out that somebody else waits out already. Only what the server itself reads decides: a webhook may hold a write up,
    /// or the objects of a custom kind, and a node that is gone a log, in a cluster that is well.
    /// </summary>
    private async Task<HttpResponseMessage> GuardedAsync(
        HttpMethod method, string path, Func<HttpContent>? body, Action<HttpRequestHeaders>? headers, bool relayed, CancellationToken ct)
    {
        var decides = method == HttpMethod.Get && !relayed && IsOfTheServer(path);
        if (!_silent)
            return await OnceAsync(method, path, body, headers, decides, ct);
        if (!decides || Interlocked.CompareExchange(ref _trying, 1, 0) != 0)
            throw new ClusterException(ClusterFailure.Unavailable, "The cluster does not answer.");
        try
        {
            return await OnceAsync(method, path, body, headers, decides, ct);
        }
        finally
        {
            Volatile.Write(ref _trying, 0);
        }
    }

    /// <summary>True for what the API server answers by itself: its version, what it serves, and the objects of its own kinds.</summary>
    internal static bool IsOfTheServer(string path) => path.Split('?')[0].Split('/') is not ["apis", var group, ..]
        || !group.Contains('.', StringComparison.Ordinal) || OwnGroups.Contains(group, StringComparer.Ordinal);

    // Of a line that is closed meanwhile, its cluster reconnected or forgotten: callers find the new one, or none.
    private async Task<RateLimitLease> PermitAsync(CancellationToken ct)
    {
        try
        {
            return await _limiter.AcquireAsync(1, ct);
        }
        catch (ObjectDisposedException e)
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The cluster's connection was closed.", e);
        }
    }

    // A program that gives them out, and the files that they stand in, can fail in ways of their own.
    private static async Task SignAsync(k8s.Kubernetes client, HttpRequestMessage request, CancellationToken ct)
    {
        if (client.Credentials is not { } credentials)
            return;
        try
        {
            await credentials.ProcessHttpRequestAsync(request, ct);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The cluster's credentials cannot be used: " + e.Message, e);
        }
    }

    private async Task<HttpResponseMessage> OnceAsync(
        HttpMethod method, string path, Func<HttpContent>? body, Action<HttpRequestHeaders>? headers, bool decides, CancellationToken ct)
    {
        var client = Client();
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Options.RequestTimeout);
        try
        {
            using var request = new HttpRequestMessage(method, client.BaseUri.AbsoluteUri.TrimEnd('/') + "/" + path)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionOrLower,
                Content = body?.Invoke(),
            };
            headers?.Invoke(request.Headers);
            request.Headers.Host = ServerName;
            await SignAsync(client, request, deadline.Token);
            var response = await client.HttpClient.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, deadline.Token);
            _silent = false;
            return response;
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            if (decides)
                _silent = true;
            throw new ClusterException(ClusterFailure.Unavailable, $"The cluster did not answer within {Options.RequestTimeout.TotalSeconds:0} s.", e);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or ObjectDisposedException)
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The cluster cannot be reached: " + e.Message, e);
        }
    }

    private async Task<ClusterException> FailureAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        {
            var wait = response.Headers.RetryAfter;
            var after = wait?.Delta ?? (wait?.Date - _clock.GetUtcNow());
            try
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
                deadline.CancelAfter(Options.RequestTimeout);
                return ClusterErrors.From(response.StatusCode, await response.Content.ReadAsStringAsync(deadline.Token), after);
            }
            catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !ct.IsCancellationRequested))
            {
                return ClusterErrors.From(response.StatusCode, "", after);
            }
        }
    }

    private k8s.Kubernetes Client()
    {
        lock (_lock)
            return _client ??= Connect();
    }

    private k8s.Kubernetes Connect()
    {
        try
        {
            var configuration = Line.Read();
            configuration.UserAgent = Manifest.FieldManager;
            ServerName = string.IsNullOrEmpty(configuration.TlsServerName) ? null : configuration.TlsServerName;
            // Deadlines are set for each request; a watch has none.
            configuration.HttpClientTimeout = Timeout.InfiniteTimeSpan;
            SocketsHttpHandler? handler = null;
            configuration.FirstMessageHandlerSetup = h => handler = h;
            var client = new k8s.Kubernetes(configuration);
            // Redirects and cookies of notebooks that are passed through are the browser's affair, and one's cookies no other's.
            (handler!.AllowAutoRedirect, handler.UseCookies) = (false, false);
            // All calls share one connection: where the way behind it is gone and nobody says so, a new one is made before long.
            (handler.ConnectTimeout, handler.KeepAlivePingPolicy) = (TimeSpan.FromSeconds(10), HttpKeepAlivePingPolicy.Always);
            (handler.KeepAlivePingDelay, handler.KeepAlivePingTimeout) = (Options.PingDelay, Options.PingTimeout);
            if (!configuration.SkipTlsVerify)
                AskForTheName(handler.SslOptions);
            return client;
        }
        // Programs are run, files are read and certificates are taken apart, each of which fails in ways of its own.
        catch (Exception e) when (e is not (ClusterException or OperationCanceledException))
        {
            throw new ClusterException(ClusterFailure.Unavailable, "The kubeconfig cannot be used: " + e.Message, e);
        }
    }

    // Under an authority of its own the package looks at who issued a certificate and not at whose it is: every machine that has one
    // of the same authority, as each node has, could stand in for the server.
    private static void AskForTheName(SslClientAuthenticationOptions tls)
    {
        if (tls.RemoteCertificateValidationCallback is { } issued)
        {
            tls.RemoteCertificateValidationCallback = (sender, certificate, chain, errors) =>
                !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch) && issued(sender, certificate, chain, errors);
        }
    }
}
