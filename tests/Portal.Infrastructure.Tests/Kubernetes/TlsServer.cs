using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Portal.Infrastructure.Tests.Kubernetes;

/// <summary>Something that listens with a certificate of its own and says one thing to whoever asks, or nothing.</summary>
internal sealed class TlsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly X509Certificate2 _certificate;
    private readonly string? _answer;
    private readonly Task _serving;

    /// <param name="answer">The body of every answer; null to leave every question unanswered.</param>
    public TlsServer(X509Certificate2 certificate, string? answer)
    {
        (_certificate, _answer) = (certificate, answer);
        _listener.Start();
        _serving = ListenAsync();
    }

    public string Address => $"https://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    /// <summary>In PEM and Base64, as kubeconfigs have it.</summary>
    public string Authority => Embedded(_certificate.ExportCertificatePem());

    public static string Embedded(string pem) => Convert.ToBase64String(Encoding.ASCII.GetBytes(pem));

    /// <summary>Signs itself; valid between days from now.</summary>
    public static X509Certificate2 Certificate(int fromDays = -1, int untilDays = 30, string? name = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + (name ?? "127.0.0.1"), key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (name is null)
            names.AddIpAddress(IPAddress.Loopback);
        else
            names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(fromDays), DateTimeOffset.UtcNow.AddDays(untilDays));
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _serving;
        _listener.Dispose();
        _certificate.Dispose();
        _stop.Dispose();
    }

    private async Task ListenAsync()
    {
        var open = new List<Task>();
        try
        {
            while (true)
                open.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
        await Task.WhenAll(open);
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using (client)
            {
                await using var tls = new SslStream(client.GetStream());
                await tls.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = _certificate }, _stop.Token);
                var buffer = new byte[16 * 1024];
                while (await tls.ReadAsync(buffer, _stop.Token) > 0)
                {
                    if (_answer is not null)
                        await tls.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {_answer.Length}\r\n\r\n{_answer}"), _stop.Token);
                }
            }
        }
        catch (Exception e) when (e is IOException or AuthenticationException or OperationCanceledException)
        {
            // The client does not trust it, has had enough, or the test is over.
        }
    }
}
