using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Portal.Testing.Schemas;
using Portal.Testing.Web;

namespace Portal.Testing.Faults;

/// <summary>
/// Stands before an API server as a bad network would: loses requests or answers, answers in its place, and cuts or garbles
/// streams, as the test says. Clients use its own <see cref="Kubeconfig"/>.
/// </summary>
public sealed class FaultProxy : IAsyncDisposable
{
    private readonly HttpClient _upstream;
    private readonly string _folder;
    private readonly ConcurrentDictionary<HttpContext, bool> _open = new();

    private WebApplication _app = null!;

    private FaultProxy(HttpClient upstream, string folder) => (_upstream, _folder) = (upstream, folder);

    /// <summary>Decides for each request; by default nothing is wrong.</summary>
    public Func<FaultyRequest, Fault> Rule { get; set; } = _ => Fault.None;

    /// <summary>Stands in for the Accept header of every request, as an older proxy might; null lets them through.</summary>
    public string? Accept { get; set; }

    /// <summary>Every request that arrived, as <c>GET /api/v1/pods?watch=1</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>A kubeconfig that leads through the proxy.</summary>
    public string Kubeconfig => Path.Combine(_folder, "kubeconfig");

    /// <summary>A proxy before the server of <paramref name="kubeconfig"/>, with its token.</summary>
    public static async Task<FaultProxy> StartAsync(string kubeconfig)
    {
        var config = YamlDocuments.Read(await File.ReadAllTextAsync(kubeconfig))[0];
        var cluster = config["clusters"]![0]!["cluster"]!;
        var folder = Directory.CreateTempSubdirectory("portal-proxy-").FullName;
        var upstream = new HttpClient(TrustingHandler(cluster["certificate-authority-data"]?.ToString()))
        {
            BaseAddress = new Uri(cluster["server"]!.ToString()),
            Timeout = Timeout.InfiniteTimeSpan,
        };
        var proxy = new FaultProxy(upstream, folder);
        await proxy.ListenAsync();
        cluster["server"] = proxy._app.Urls.First();
        cluster.AsObject().Remove("certificate-authority-data");
        // JSON is YAML.
        await File.WriteAllTextAsync(proxy.Kubeconfig, config.ToJsonString());
        return proxy;
    }

    /// <summary>Cuts every answer that is on its way, watches and logs with it.</summary>
    public void CutStreams()
    {
        foreach (var context in _open.Keys)
        {
            try
            {
                context.Abort();
            }
            catch (ObjectDisposedException)
            {
                // It came to its end at this moment.
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        CutStreams();
        await _app.DisposeAsync();
        _upstream.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task ListenAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(k => k.Listen(IPAddress.Loopback, FreePort.Next()));
        _app = builder.Build();
        _app.Run(HandleAsync);
        await _app.StartAsync();
    }

    private static SocketsHttpHandler TrustingHandler(string? authority)
    {
        var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        if (authority is null)
            return handler;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(Convert.FromBase64String(authority))));
        handler.SslOptions.CertificateChainPolicy = policy;
        return handler;
    }

    private async Task HandleAsync(HttpContext context)
    {
        var target = context.Request.Path + context.Request.QueryString.Value;
        Requests.Enqueue($"{context.Request.Method} {target}");
        var fault = Rule(new FaultyRequest(context.Request.Method, target));
        if (fault.Lost)
        {
            context.Abort();
            return;
        }
        if (fault.Hung)
        {
            await HangAsync(context);
            return;
        }
        await Task.Delay(fault.Delay);
        if (fault.Status is { } status)
        {
            context.Response.StatusCode = status;
            if (fault.RetryAfter is { } seconds)
                context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            context.Response.ContentType = fault.Body.StartsWith('{') ? "application/json" : "text/plain";
            await context.Response.WriteAsync(fault.Body);
            return;
        }
        await ForwardAsync(context, target, fault);
    }

    private async Task HangAsync(HttpContext context)
    {
        _open[context] = true;
        try
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            // The client gave up, or the test ends.
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    private async Task ForwardAsync(HttpContext context, string target, Fault fault)
    {
        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), target);
        if (context.Request.ContentLength > 0 || context.Request.Headers.TransferEncoding.Count > 0)
        {
            request.Content = new StreamContent(context.Request.Body);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(context.Request.ContentType!);
        }
        foreach (var name in new[] { "Authorization", "Accept", "User-Agent" })
            request.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToArray());
        if (Accept is not null)
        {
            request.Headers.Accept.Clear();
            request.Headers.TryAddWithoutValidation("Accept", Accept);
        }
        _open[context] = true;
        try
        {
            using var response = await _upstream.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, context.RequestAborted);
            if (fault.AnswerLost)
            {
                context.Abort();
                return;
            }
            if (fault.StatusAfterwards is { } failure)
            {
                context.Response.StatusCode = failure;
                return;
            }
            context.Response.StatusCode = (int)response.StatusCode;
            context.Response.ContentType = response.Content.Headers.ContentType?.ToString();
            await context.Response.StartAsync();
            // A watch may have nothing to say for a long time: its client is to know that it stands.
            await context.Response.Body.FlushAsync();
            if (fault.Silent)
                await Task.Delay(Timeout.InfiniteTimeSpan, context.RequestAborted);
            await CopyAsync(await response.Content.ReadAsStreamAsync(context.RequestAborted), context, fault);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or HttpRequestException)
        {
            context.Abort();
        }
        finally
        {
            _open.TryRemove(context, out _);
        }
    }

    private static async Task CopyAsync(Stream from, HttpContext context, Fault fault)
    {
        if (fault.OnLine is null)
        {
            var buffer = new byte[16384];
            for (int read; (read = await from.ReadAsync(buffer, context.RequestAborted)) > 0;)
            {
                await context.Response.Body.WriteAsync(buffer.AsMemory(0, read), context.RequestAborted);
                await context.Response.Body.FlushAsync(context.RequestAborted);
            }
            return;
        }
        using var reader = new StreamReader(from);
        while (await reader.ReadLineAsync(context.RequestAborted) is { } line)
        {
            var replaced = fault.OnLine(line);
            if (replaced == "")
                continue;
            await context.Response.WriteAsync(replaced ?? line[..(line.Length / 2)], context.RequestAborted);
            if (replaced is null)
            {
                await context.Response.Body.FlushAsync(context.RequestAborted);
                context.Abort();
                return;
            }
            await context.Response.WriteAsync("\n", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }
}
