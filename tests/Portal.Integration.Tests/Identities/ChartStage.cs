using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using k8s;
using Portal.Core.Cluster;
using Portal.LocalCluster;
using Portal.Testing.Clusters;
using Portal.Testing.Files;
using Portal.Testing.Schemas;

namespace Portal.Integration.Tests.Identities;

/// <summary>
/// An embedded cluster in which the chart is installed as helm renders it, but for its pods: accounts, roles and fence. Its
/// requests are recorded.
/// </summary>
internal sealed class ChartStage : IAsyncDisposable
{
    public const string Release = "mlops";
    public const string Web = $"system:serviceaccount:{Release}:portal-web";
    public const string Reconciler = $"system:serviceaccount:{Release}:portal-reconciler";
    public const string RolePrefix = $"portal-{Release}-";

    private static readonly string[] Installed =
        ["ServiceAccount", "ClusterRole", "ClusterRoleBinding", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"];

    private readonly EmbeddedCluster _cluster;
    private readonly string _folder;
    private readonly string[] _accounts;
    private readonly Dictionary<string, HttpClient> _clients = [];

    private ChartStage(EmbeddedCluster cluster, string folder, IReadOnlyList<JsonObject> rendered, string[] accounts) =>
        (_cluster, _folder, Rendered, _accounts) = (cluster, folder, rendered, accounts);

    /// <summary>Every object of the chart.</summary>
    public IReadOnlyList<JsonObject> Rendered { get; }

    /// <summary>The variables of a part's container that the chart gives as plain values.</summary>
    public IEnumerable<(string Name, string Value)> VariablesOf(string part) => Rendered
        .Single(o => o.Text("kind") == "Deployment" && o.Name() == $"portal-{part}").Items("spec", "template", "spec", "containers").Single().Items("env")
        .Where(e => e.Text("value") is not null).Select(e => (e.Text("name")!, e.Text("value")!));

    /// <summary>Starts it; skips the test where helm or kubectl is absent.</summary>
    /// <param name="registered">True for what a cluster gets whose portal runs elsewhere.</param>
    public static async Task<ChartStage> StartAsync(Action<LocalClusterOptions>? configure = null, bool registered = false)
    {
        var helm = Tool.Find("helm");
        var (code, output, error) = await Tool.RunAsync(
            helm, "template", "portal", Repository.At("helm", "portal"), "--namespace", Release, "--set", $"registered.enabled={(registered ? "true" : "false")}");
        Assert.True(code == 0, error);
        var cluster = new EmbeddedCluster
        {
            Configure = options =>
            {
                options.RecordRequests = true;
                configure?.Invoke(options);
            },
        };
        await cluster.InitializeAsync();
        var folder = Directory.CreateTempSubdirectory("portal-chart-").FullName;
        var stage = new ChartStage(cluster, folder, YamlDocuments.Read(output), registered ? ["registered"] : ["web", "reconciler"]);
        await stage.InstallAsync();
        return stage;
    }

    /// <summary>A kubeconfig with the token of one of the chart's accounts.</summary>
    public string KubeconfigOf(string part) => Path.Combine(_folder, part);

    /// <summary>Requests of an account, with its token; of the cluster's administrator where none is named.</summary>
    public HttpClient As(string part = "")
    {
        if (_clients.TryGetValue(part, out var known))
            return known;
        var configuration = KubernetesClientConfiguration.BuildConfigFromConfigFile(part.Length > 0 ? KubeconfigOf(part) : _cluster.Kubeconfig);
        var handler = new HttpClientHandler
        {
            ServerCertificateCustomValidationCallback = (_, certificate, _, _) =>
                certificate is not null && configuration.SslCaCerts.Any(ca => certificate.Issuer == ca.Subject),
        };
        var client = new HttpClient(handler) { BaseAddress = new Uri(configuration.Host) };
        if (configuration.AccessToken is { Length: > 0 } token)
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return _clients[part] = client;
    }

    /// <summary>Sends a request to the API server.</summary>
    /// <param name="body">JSON; merged into what is there where the method is PATCH.</param>
    public async Task<(int Status, string Text)> SendAsync(
        string part, string method, string path, string? body = null, (string Name, string Value)? header = null, string media = "")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative));
        if (body is not null)
        {
            var type = media.Length > 0 ? media : method == "PATCH" ? "application/merge-patch+json" : "application/json";
            request.Content = new StringContent(body, Encoding.UTF8, type);
        }
        if (header is { } added)
            request.Headers.Add(added.Name, added.Value);
        using var answer = await As(part).SendAsync(request);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }

    /// <summary>As <see cref="SendAsync"/>, of the administrator, and it has to succeed.</summary>
    public async Task<JsonNode> MustAsync(string method, string path, string? body = null)
    {
        var (status, text) = await SendAsync("", method, path, body);
        Assert.True(status is >= 200 and < 300, $"{method} {path}: {status} {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>Everything that was asked so far.</summary>
    public IReadOnlyList<JsonObject> Requests()
    {
        using var file = new StreamReader(new FileStream(_cluster.RequestRecord, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return [.. file.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!.AsObject())];
    }

    /// <summary>The rules of roles of the chart, each as verb, resource and group, and the role itself where it is the right to bind one.</summary>
    public IReadOnlySet<string> Granted(params string[] roles) => roles
        .Select(role => Rendered.Single(o => o.Text("kind") == "ClusterRole" && o.Name() == RolePrefix + role))
        .SelectMany(ChartRules.Of).Select(r => r.ToString()).ToHashSet();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients.Values)
            client.Dispose();
        await _cluster.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task InstallAsync()
    {
        var kubectl = Tool.Find("kubectl");
        await MustAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{Release}}}"}}""");
        var file = Path.Combine(_folder, "install.yaml");
        await File.WriteAllTextAsync(file, string.Join("\n---\n", Rendered.Where(o => Installed.Contains(o.Text("kind"))).Select(o => o.ToJsonString())));
        await RunAsync(kubectl, "apply", "--server-side", "-f", file);
        foreach (var part in _accounts)
        {
            File.Copy(_cluster.Kubeconfig, KubeconfigOf(part));
            var token = (await RunAsync(kubectl, "create", "token", $"portal-{part}", "--namespace", Release, "--duration", "6h")).Trim();
            await RunAsync(kubectl, "config", "set-credentials", part, "--token", token, "--kubeconfig", KubeconfigOf(part));
            await RunAsync(kubectl, "config", "set-context", "--current", "--user", part, "--kubeconfig", KubeconfigOf(part));
        }
    }

    private async Task<string> RunAsync(string kubectl, params string[] arguments)
    {
        string[] all = arguments.Contains("--kubeconfig") ? arguments : [.. arguments, "--kubeconfig", _cluster.Kubeconfig];
        var (code, output, error) = await Tool.RunAsync(kubectl, all);
        Assert.True(code == 0, $"kubectl {string.Join(' ', arguments[..2])}: {error}");
        return output;
    }
}
