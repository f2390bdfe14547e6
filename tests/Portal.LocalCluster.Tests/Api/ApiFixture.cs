using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging.Abstractions;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>An API server over HTTP, with no controllers but its own, and a client that trusts it.</summary>
public sealed class ApiFixture : IAsyncLifetime
{
    private readonly string _directory = System.IO.Directory.CreateTempSubdirectory("local-api-").FullName;
    private readonly Action<LocalClusterOptions>? _configure;
    private LocalCluster? _cluster;

    public ApiFixture()
    {
    }

    private readonly bool _whole;

    private ApiFixture(Action<LocalClusterOptions> configure, bool whole) => (_configure, _whole) = (configure, whole);

    public LocalCluster Cluster => _cluster!;

    public HttpClient Client { get; private set; } = null!;

    public string Directory => _directory;

    private HttpClient _anonymous = null!;

    /// <param name="configure">What is unlike the usual options.</param>
    /// <param name="whole">With scheduler, controllers and nodes.</param>
    public static ApiFixture With(Action<LocalClusterOptions> configure, bool whole = false) => new(configure, whole);

    public async ValueTask InitializeAsync()
    {
        var options = new LocalClusterOptions { DataDirectory = _directory };
        _configure?.Invoke(options);
        _cluster = await LocalCluster.StartAsync(options, NullLoggerFactory.Instance, services =>
        {
            if (_whole) ClusterParts.Add(services, options);
        });
        Client = ClientFor(_directory, Cluster.Address, Cluster.Token);
        _anonymous = ClientFor(_directory, Cluster.Address, token: null);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _anonymous.Dispose();
        await Cluster.DisposeAsync();
        System.IO.Directory.Delete(_directory, recursive: true);
    }

    public static HttpClient ClientFor(string directory, Uri address, string? token)
    {
        var handler = new SocketsHttpHandler { UseProxy = false };
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(X509Certificate2.CreateFromPem(File.ReadAllText(Path.Combine(directory, "tls.pem"))));
        handler.SslOptions.CertificateChainPolicy = policy;
        var client = new HttpClient(handler) { BaseAddress = address };
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    public async Task<(HttpStatusCode Code, JsonNode? Body, HttpResponseHeaders Headers)> SendAsync(
        string method, string path, string? body = null, string contentType = "application/json", string? accept = null, string? token = null,
        IEnumerable<(string Name, string Value)>? headers = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        if (token is not null) request.Headers.Authorization = token.Length == 0 ? null : new AuthenticationHeaderValue("Bearer", token);
        foreach (var (name, value) in headers ?? []) request.Headers.TryAddWithoutValidation(name, value);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        }
        if (accept is not null) request.Headers.TryAddWithoutValidation("Accept", accept);
        using var response = await (token is { Length: 0 } ? _anonymous : Client).SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var isJson = response.Content.Headers.ContentType?.MediaType == "application/json" && text.Length > 0 && !text.Contains("}\n{", StringComparison.Ordinal);
        return (response.StatusCode, isJson ? JsonNode.Parse(text) : JsonValue.Create(text), response.Headers);
    }

    public async Task<JsonObject> ExpectAsync(int code, string method, string path, string? body = null, string contentType = "application/json")
    {
        var (found, answer, _) = await SendAsync(method, path, body, contentType);
        Assert.True((int)found == code, $"{method} {path}: {(int)found} {answer?.ToJsonString()}");
        return answer as JsonObject ?? [];
    }

    /// <summary>A namespace of the test's own.</summary>
    public async Task<string> NamespaceAsync()
    {
        var name = "t-" + Guid.NewGuid().ToString("N")[..10];
        await ExpectAsync(201, "POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{name}}"} }""");
        return name;
    }
}
