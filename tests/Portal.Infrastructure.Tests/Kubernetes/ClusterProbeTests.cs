using System.Text.Json.Nodes;
using Microsoft.AspNetCore.DataProtection;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Clusters;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ClusterProbeTests(EmbeddedCluster cluster)
{
    private static readonly ClusterVault Vault = new(new EphemeralDataProtectionProvider());
    private static readonly KubernetesOptions Options = new();
    private static readonly ClusterProbe Probe = new(new ClusterLines(Vault, Options), Vault, Options, new ProjectClusterOptions(), TimeProvider.System);

    [Fact]
    public async Task Try_AdministratorOfAServingCluster_LacksNothing()
    {
        var check = await TryAsync(await File.ReadAllTextAsync(cluster.Kubeconfig));

        Assert.True(check.IsSound, $"{check.Problem} {check.Detail} {string.Join(", ", check.Missing)}");
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        Assert.Equal((await world.Client.FindAsync(ClusterCheck.IdentityNamespace, default)).Text("metadata", "uid"), check.Identity);
    }

    [Fact]
    public async Task Try_AccountsWithoutAndWithHalfTheRights_AreToldApart()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        using var reader = await ReaderAccount.CreateAsync(world, cluster.Kubeconfig);
        var kubeconfig = await File.ReadAllTextAsync(reader.Kubeconfig);

        var without = await TryAsync(kubeconfig);
        await reader.MayReadAsync("secrets", "nodes", "pods");
        var half = await TryAsync(kubeconfig);

        Assert.Equal("check.no_rights", without.Problem);
        Assert.Equal(("", ""), (half.Problem, half.Identity));
        Assert.Contains("patch clusterqueues.kueue.x-k8s.io", half.Missing);
        Assert.DoesNotContain("list nodes", half.Missing);
        // What only pages would show is no fault.
        Assert.Equal(["list services", "watch services"], half.MissingOptional.Where(r => r.EndsWith(" services", StringComparison.Ordinal)));
        Assert.DoesNotContain("list services", half.Missing);
    }

    [Fact]
    public async Task Try_WrongToken_IsUnauthorized() =>
        Assert.Equal("check.unauthorized", (await TryAsync(await WithAsync((_, user) => user["token"] = "wrong"))).Problem);

    [Fact]
    public async Task Try_NothingListens_IsRefused()
    {
        // One that has to be root's, and is nobody's.
        const string Server = "https://127.0.0.1:1";

        var check = await TryAsync(await WithAsync((server, _) => server["server"] = Server));

        Assert.Equal(("check.refused", Server), (check.Problem, check.Arguments["server"]));
    }

    [Theory]
    [InlineData(-400, -30, "check.certificate_expired")]
    [InlineData(-1, 30, "check.wrong_authority")]
    public async Task Try_CertificateThatIsNotTrusted_SaysWhy(int from, int until, string problem)
    {
        await using var server = new TlsServer(TlsServer.Certificate(from, until), null);

        var check = await TryAsync(await WithAsync((c, _) => c["server"] = server.Address));

        Assert.Equal(problem, check.Problem);
    }

    [Theory]
    [InlineData("v1.20.2", true)]
    [InlineData("v1.25.16", true)]
    [InlineData("v1.26.0+k3s1", false)]
    [InlineData("v1.36.2", false)]
    [InlineData("", false)]
    public void Version_OlderThanWhatThePortalNeeds_IsKnown(string version, bool tooOld) => Assert.Equal(tooOld, ClusterProbe.IsTooOld(version));

    [Fact]
    public void Vault_SealedWithOtherKeys_OpensNothing()
    {
        var other = new ClusterVault(new EphemeralDataProtectionProvider());

        Assert.Equal("text", Vault.Open(Vault.Seal("text")));
        Assert.DoesNotContain("text", Vault.Seal("text"), StringComparison.Ordinal);
        Assert.Null(other.Open(Vault.Seal("text")));
    }

    private static Task<ClusterCheck> TryAsync(string kubeconfig)
    {
        var read = Probe.Read(new ClusterCredentials(ClusterConnectionKind.Kubeconfig, kubeconfig));
        Assert.True(read.Succeeded, read.Refusal?.Code);
        return Probe.TryAsync(new ClusterRegistration
        {
            Connection = ClusterConnectionKind.Kubeconfig,
            Server = read.Value.Server,
            Credentials = read.Value.Credentials,
        }, default);
    }

    private async Task<string> WithAsync(Action<JsonObject, JsonObject> change)
    {
        var config = Testing.Schemas.YamlDocuments.Read(await File.ReadAllTextAsync(cluster.Kubeconfig))[0];
        change(config["clusters"]![0]!["cluster"]!.AsObject(), config["users"]![0]!["user"]!.AsObject());
        return config.ToJsonString();
    }
}
