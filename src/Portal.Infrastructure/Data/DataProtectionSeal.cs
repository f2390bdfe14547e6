using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using Portal.Core.Data;

namespace Portal.Infrastructure.Data;

/// <summary>Seals under the installation's data protection keys, which every part of the portal reads.</summary>
internal sealed class DataProtectionSeal(IDataProtectionProvider protection) : IRowSeal
{
    private readonly IDataProtector _protector = protection.CreateProtector("Portal.Rows.Secrets.v1");

    public string Seal(string text) => _protector.Protect(text);

    public string? Open(string sealedText)
    {
        try
        {
            return sealedText.Length == 0 ? null : _protector.Unprotect(sealedText);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
