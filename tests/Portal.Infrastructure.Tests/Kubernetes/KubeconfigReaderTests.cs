using Portal.Core.Clusters;
using Portal.Core.Results;
using Portal.Infrastructure.Kubernetes.Sessions;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class KubeconfigReaderTests
{
    private const string Token = "token: abc";

    [Fact]
    public void Read_PlainToken_KeepsWhatIsNeededAndNothingElse()
    {
        var read = Read(Config(Token) + "\nextensions: [{name: odd, extension: {secret: other}}]");

        Assert.Equal("https://cluster.test:6443", read.Value.Server);
        Assert.Contains("abc", read.Value.Kubeconfig, StringComparison.Ordinal);
        Assert.DoesNotContain("other", read.Value.Kubeconfig, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/rm, args: [-rf]}", "kubeconfig.exec")]
    [InlineData("client-certificate: /etc/passwd", "kubeconfig.files")]
    [InlineData("client-key: /etc/shadow", "kubeconfig.files")]
    [InlineData("auth-provider: {name: gcp}", "kubeconfig.auth_provider")]
    [InlineData("client-certificate-data: bm9uZQ==", "kubeconfig.client_certificate_bad")]
    [InlineData("username: admin", "kubeconfig.no_login")]
    [InlineData("token: abc, as: auditor", "kubeconfig.impersonation")]
    [InlineData("token: abc, as-groups: [readers]", "kubeconfig.impersonation")]
    [InlineData("token: abc, as-user-extra: {reason: [audit]}", "kubeconfig.impersonation")]
    [InlineData("token: abc, as-uid: '7'", "kubeconfig.impersonation")]
    public void Read_LoginThatCannotBeUsed_IsRefused(string user, string code) => Assert.Equal(code, Read(Config(user)).Refusal?.Code);

    [Fact]
    public void Read_PluginOnTheList_IsKept()
    {
        var read = KubeconfigReader.Read(Given(Config("exec: {apiVersion: client.authentication.k8s.io/v1, command: kubelogin}")), ["kubelogin"]);

        Assert.Contains("kubelogin", read.Value.Kubeconfig, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("server: https://c:6443, certificate-authority: /etc/ssl/ca.crt", "kubeconfig.files")]
    [InlineData("server: https://c:6443, insecure-skip-tls-verify: true", "kubeconfig.insecure")]
    [InlineData("server: https://c:6443, certificate-authority-data: bm9uZQ==", "kubeconfig.authority_bad")]
    [InlineData("server: http://cluster.example", "kubeconfig.server_plain")]
    [InlineData("server: file:///etc/passwd", "kubeconfig.server_bad")]
    [InlineData("server: nonsense", "kubeconfig.server_bad")]
    [InlineData("server: https://c:6443, proxy-url: 'http://proxy.test:3128'", "kubeconfig.proxy")]
    public void Read_ServerThatCannotBeTrusted_IsRefused(string cluster, string code) =>
        Assert.Equal(code, Read(Config(Token, cluster)).Refusal?.Code);

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(100, 0, "kubeconfig.authority_bad")]
    [InlineData(100, 26, "kubeconfig.authority_bad")]
    public void Read_BundleOfWhichTheSecondCertificateIsCut_IsRefused(int cut, int end, string? code)
    {
        using var certificate = TlsServer.Certificate();
        var pem = certificate.ExportCertificatePem();
        var bundle = pem + "\n" + pem[..^cut] + pem[^end..];

        var config = Config(Token, $"server: https://c:6443, certificate-authority-data: {TlsServer.Embedded(bundle)}");
        var token = new ClusterCredentials(ClusterConnectionKind.Token) { Server = "https://c:6443", Token = "abc", CertificateAuthority = bundle };

        Assert.Equal(code, Read(config).Refusal?.Code);
        Assert.Equal(code, KubeconfigReader.Read(token, []).Refusal?.Code);
    }

    [Theory]
    [InlineData("", "kubeconfig.contexts")]
    [InlineData("three", "kubeconfig.context_unknown")]
    [InlineData("two", null)]
    public void Read_TwoContexts_AsksForOne(string context, string? code)
    {
        var read = KubeconfigReader.Read(Given(Config(Token) + "\n" + "- {name: two, context: {cluster: c, user: u}}") with { Context = context }, []);

        Assert.Equal(code, read.Refusal?.Code);
    }

    [Theory]
    [InlineData("", "kubeconfig.not_yaml")]
    [InlineData("{{{", "kubeconfig.not_yaml")]
    [InlineData("just a text", "kubeconfig.not_yaml")]
    [InlineData("apiVersion: v1\nkind: Config\n", "kubeconfig.no_context")]
    [InlineData("contexts: [{name: a, context: {cluster: gone, user: gone}}]", "kubeconfig.incomplete")]
    [InlineData("contexts: [~]", "kubeconfig.no_context")]
    [InlineData("contexts: [{name: a, context: ~}]", "kubeconfig.no_context")]
    [InlineData("contexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [~]\nusers: [~]", "kubeconfig.incomplete")]
    [InlineData("contexts: [{name: a, context: {cluster: c, user: u}}]\nclusters: [{name: c, cluster: ~}]\nusers: [{name: u, user: ~}]", "kubeconfig.incomplete")]
    [InlineData("contexts: [{name: a, context: {}}]\nclusters: [~]\nusers: [~]", "kubeconfig.incomplete")]
    [InlineData("contexts: 5", "kubeconfig.not_yaml")]
    [InlineData("clusters: {proxy-url: [a]}", "kubeconfig.not_yaml")]
    public void Read_NoKubeconfig_IsRefused(string text, string code) => Assert.Equal(code, Read(text).Refusal?.Code);

    [Fact]
    public void Read_NothingBesideWhatIsMeant_IsPassedOver()
    {
        var read = Read(Config(Token).Replace("[{name", "[~, {name", StringComparison.Ordinal));

        Assert.True(read.Succeeded, read.Refusal?.Code);
    }

    [Fact]
    public void Read_FiveMegabytes_IsRefusedUnread() => Assert.Equal("kubeconfig.large", Read(new string('a', 5 * 1024 * 1024)).Refusal?.Code);

    [Fact]
    public void Credentials_AsText_SayNothing()
    {
        var given = new ClusterCredentials(ClusterConnectionKind.Token, "secret-file") { Token = "secret-token" };

        Assert.DoesNotContain("secret", $"{given} {new ClusterDraft(Guid.Empty, "n", given)}", StringComparison.Ordinal);
    }

    private static Result<(string Server, string Kubeconfig)> Read(string text) => KubeconfigReader.Read(Given(text), []);

    private static ClusterCredentials Given(string text) => new(ClusterConnectionKind.Kubeconfig, text);

    private static string Config(string user, string cluster = "server: 'https://cluster.test:6443'") => string.Create(null,
        $"apiVersion: v1\nkind: Config\nclusters: [{{name: c, cluster: {{{cluster}}}}}]\nusers: [{{name: u, user: {{{user}}}}}]\ncontexts:\n- {{name: one, context: {{cluster: c, user: u}}}}");
}
