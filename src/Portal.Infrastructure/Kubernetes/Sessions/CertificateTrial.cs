using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Portal.Core.Clusters;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>
/// Looks at the certificate of a server that was not trusted, to say why. Nothing is sent over that connection: the handshake
/// alone shows the certificate.
/// </summary>
internal static class CertificateTrial
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<ClusterCheck> LookAsync(string address, string? serverName, string detail, CancellationToken ct)
    {
        if (!Uri.TryCreate(address, UriKind.Absolute, out var server))
            return Finding("check.wrong_authority", detail, address, "");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(Patience);
        (DateTime From, DateTime Until, bool Name)? seen = null;
        var (reached, answered) = (false, false);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(server.Host, server.Port, deadline.Token);
            reached = true;
            await using var tls = new SslStream(client.GetStream(), leaveInnerStreamOpen: false, (_, certificate, _, errors) =>
            {
                using var shown = certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData());
                if (shown is not null)
                    seen = (shown.NotBefore.ToUniversalTime(), shown.NotAfter.ToUniversalTime(), !errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch));
                return false;
            });
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = serverName ?? server.Host }, deadline.Token);
        }
        catch (Exception e) when (e is AuthenticationException or IOException or SocketException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            // Refused on purpose once it was seen.
            answered = reached && e is not OperationCanceledException;
        }
        var now = DateTime.UtcNow;
        return seen switch
        {
            { } old when old.Until < now => Finding("check.certificate_expired", detail, address, KubeconfigReader.Day(old.Until)),
            { } young when young.From > now => Finding("check.certificate_early", detail, address, KubeconfigReader.Day(young.From)),
            { Name: false } => Finding("check.certificate_name", detail, address, ""),
            // It showed none: no authority could be right for it.
            null when answered => Finding("check.not_tls", detail, address, ""),
            _ => Finding("check.wrong_authority", detail, address, ""),
        };
    }

    private static ClusterCheck Finding(string problem, string detail, string server, string day) =>
        ClusterCheck.Failed(problem, detail, ("server", server), ("day", day));
}
