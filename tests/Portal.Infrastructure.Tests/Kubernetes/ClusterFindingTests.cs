using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Databases;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>What an admin is told whose cluster cannot be registered, of servers that are there and go wrong in one way each.</summary>
public class ClusterFindingTests(PostgresServer server)
{
    private const string Plugin = "no-such-plugin";

    [Theory]
    [InlineData(null, "check.silent")]
    [InlineData("<html>Welcome</html>", "check.not_kubernetes")]
    [InlineData("\"a text\"", "check.not_kubernetes")]
    [InlineData("""{"status":"up"}""", "check.not_kubernetes")]
    public async Task Register_WhatListensIsNoAnsweringCluster_SaysSo(string? answer, string code)
    {
        await using var listening = new TlsServer(TlsServer.Certificate(), answer);

        var refused = await RegisterAsync(Kubeconfig(listening.Address, listening.Authority), TimeSpan.FromSeconds(answer is null ? 2 : 60));

        Assert.Equal((code, listening.Address), (refused.Code, refused.Arguments["server"]));
    }

    [Theory]
    [InlineData(-400, -30, null, "check.certificate_expired")]
    [InlineData(1, 30, null, "check.certificate_early")]
    [InlineData(-1, 30, "other.test", "check.certificate_name")]
    [InlineData(-400, -30, "other.test", "check.certificate_expired")]
    public async Task Register_CertificateOfTheRightAuthorityThatIsNotValidThere_SaysWhy(int from, int until, string? name, string code)
    {
        await using var listening = new TlsServer(TlsServer.Certificate(from, until, name), "{}");

        var refused = await RegisterAsync(Kubeconfig(listening.Address, listening.Authority));

        Assert.Equal((code, listening.Address), (refused.Code, refused.Arguments["server"]));
    }

    [Theory]
    [InlineData("other.test", "check.not_kubernetes")]
    [InlineData("third.test", "check.certificate_name")]
    public async Task Register_NameOfItsCertificateGiven_IsTheOneThatIsAskedFor(string named, string code)
    {
        await using var listening = new TlsServer(TlsServer.Certificate(name: "other.test"), "{}");

        var refused = await RegisterAsync(Kubeconfig(listening.Address, listening.Authority, serverName: named));

        Assert.Equal(code, refused.Code);
    }

    [Fact]
    public async Task Register_PortWithoutTls_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var stop = new CancellationTokenSource();
        var serving = AnswerPlainlyAsync(listener, stop.Token);

        var refused = await RegisterAsync(Kubeconfig($"https://127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port}", null));

        await stop.CancelAsync();
        await serving;
        Assert.Equal("check.not_tls", refused.Code);
    }

    [Fact]
    public async Task Register_ProgramOfTheCredentialsThatIsMissing_SaysSoInItsWords()
    {
        await using var listening = new TlsServer(TlsServer.Certificate(), "{}");
        var login = new JsonObject { ["exec"] = new JsonObject { ["apiVersion"] = "client.authentication.k8s.io/v1", ["command"] = Plugin } };

        var refused = await RegisterAsync(Kubeconfig(listening.Address, listening.Authority, login));

        Assert.Equal("check.sign_in", refused.Code);
        Assert.Contains(Plugin, refused.Arguments["reason"]?.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Register_NameThatNobodyKnows_SaysSo()
    {
        // No name below this one ever exists.
        var refused = await RegisterAsync(Kubeconfig("https://cluster.invalid:6443", null));

        Assert.Equal(("check.name_unknown", "https://cluster.invalid:6443"), (refused.Code, refused.Arguments["server"]));
    }

    [Fact]
    public async Task Register_ClientCertificateOfThePast_IsRefusedBeforeAnythingIsAsked()
    {
        using var past = TlsServer.Certificate(-400, -30);
        var login = new JsonObject
        {
            ["client-certificate-data"] = TlsServer.Embedded(past.ExportCertificatePem()),
            ["client-key-data"] = TlsServer.Embedded(System.Security.Cryptography.X509Certificates.ECDsaCertificateExtensions.GetECDsaPrivateKey(past)!.ExportPkcs8PrivateKeyPem()),
        };

        var refused = await RegisterAsync(Kubeconfig("https://cluster.invalid:6443", null, login));

        Assert.Equal(("check.client_certificate_expired", "Kubeconfig"), (refused.Code, refused.Field));
        Assert.Matches("^[0-9]{4}-[0-9]{2}-[0-9]{2}$", refused.Arguments["day"]?.ToString());
    }

    [Fact]
    public async Task Register_OwnClusterOutsideOfAPod_IsRefused()
    {
        Assert.SkipWhen(k8s.KubernetesClientConfiguration.IsInCluster(), "These tests run in a pod.");

        var refused = await RegisterAsync(new ClusterCredentials(ClusterConnectionKind.InCluster));

        Assert.Equal(("kubeconfig.not_in_cluster", "Connection"), (refused.Code, refused.Field));
    }

    private static async Task AnswerPlainlyAsync(TcpListener listener, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                using var client = await listener.AcceptTcpClientAsync(stop);
                await client.GetStream().WriteAsync("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray(), stop);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                // This client has had enough, or the test is over.
            }
        }
    }

    // Only where nothing is answered its end is waited for.
    private async Task<Refusal> RegisterAsync(ClusterCredentials credentials, TimeSpan? patience = null)
    {
        var vault = new ClusterVault(new EphemeralDataProtectionProvider());
        var options = new KubernetesOptions { ProbeTimeout = patience ?? TimeSpan.FromMinutes(1), AllowedExecPlugins = [Plugin] };
        var probe = new ClusterProbe(new ClusterLines(vault, options), vault, options, new ProjectClusterOptions(), TimeProvider.System);
        await using var database = await TestDatabase.CreateAsync(Provider.Sqlite, server, s => s.AddSingleton<IClusterProbe>(probe));
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);

        var result = await database.Get<ClusterService>().RegisterAsync(admin, new ClusterDraft(Guid.CreateVersion7(), "North", credentials), default);

        Assert.False(result.Succeeded);
        return result.Refusal;
    }

    private static ClusterCredentials Kubeconfig(string address, string? authority, JsonObject? login = null, string? serverName = null)
    {
        var cluster = new JsonObject { ["server"] = address };
        if (authority is not null)
            cluster["certificate-authority-data"] = authority;
        if (serverName is not null)
            cluster["tls-server-name"] = serverName;
        return new ClusterCredentials(ClusterConnectionKind.Kubeconfig, new JsonObject
        {
            ["clusters"] = new JsonArray(new JsonObject { ["name"] = "c", ["cluster"] = cluster }),
            ["users"] = new JsonArray(new JsonObject { ["name"] = "u", ["user"] = login ?? new JsonObject { ["token"] = "abc" } }),
            ["contexts"] = new JsonArray(new JsonObject { ["name"] = "c", ["context"] = new JsonObject { ["cluster"] = "c", ["user"] = "u" } }),
        }.ToJsonString());
    }
}
