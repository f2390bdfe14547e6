using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace Portal.Infrastructure.Kubernetes.Sessions;

/// <summary>Keeps credentials of clusters unreadable at rest, under the installation's data protection keys.</summary>
internal sealed class ClusterVault(IDataProtectionProvider protection)
{
    private readonly IDataProtector _protector = protection.CreateProtector("Portal.Clusters.Credentials.v1");

    /// <summary>The kubeconfig, encrypted.</summary>
    public string Seal(string kubeconfig) => _protector.Protect(kubeconfig);

    /// <summary>The kubeconfig's text, or null when the keys that it was sealed with are gone.</summary>
    public string? Open(string credentials)
    {
        try
        {
            return credentials.Length == 0 ? null : _protector.Unprotect(credentials);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
