using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Portal.LocalCluster;

/// <summary>
/// The certificate of the API server, made at the first start and named in the kubeconfig. Not against anybody on the
/// wire, there is none on loopback: kubectl sends a token over TLS only, and refuses to over plain HTTP.
/// </summary>
internal static class ServerCertificate
{
    private static readonly TimeSpan Renewal = TimeSpan.FromDays(30);

    public static X509Certificate2 In(string directory, string address, TimeProvider clock)
    {
        var path = Path.Combine(directory, "tls.pem");
        if (File.Exists(path))
        {
            var pem = File.ReadAllText(path);
            var kept = X509Certificate2.CreateFromPem(pem, pem);
            if (kept.NotAfter > clock.GetUtcNow().Add(Renewal).UtcDateTime && kept.MatchesHostname(address)) return kept;
            kept.Dispose();
        }
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=portal-local-cluster", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(address));
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: true, hasPathLengthConstraint: true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyCertSign, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var now = clock.GetUtcNow();
        var made = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(5));
        PrivateFile.Write(path, made.ExportCertificatePem() + "\n" + key.ExportPkcs8PrivateKeyPem() + "\n");
        return made;
    }
}
