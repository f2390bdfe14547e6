using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>
/// Who asks: the holder of the cluster's own token, or a service account by a signed token that ends. Impersonation is
/// for the first only.
/// </summary>
internal sealed class Authentication(ClusterCredentials credentials, ObjectRegistry registry, TimeProvider clock)
{
    private const string Prefix = "portal-sa.";

    public static readonly Caller Admin = new("local-admin", ["system:masters", "system:authenticated"]);

    public Caller Identify(HttpContext context)
    {
        var header = context.Request.Headers[HeaderNames.Authorization].ToString();
        if (!header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) || Identify(header["Bearer ".Length..].Trim()) is not { } caller)
            throw new ApiException(401, "Unauthorized", "Unauthorized");
        var user = context.Request.Headers["Impersonate-User"].ToString();
        if (user.Length == 0) return caller;
        if (!caller.Groups.Contains("system:masters", StringComparer.Ordinal))
        {
            throw new ApiException(
                403, "Forbidden", $"users \"{user}\" is forbidden: User \"{caller.User}\" cannot impersonate resource \"users\" in API group \"\" at the cluster scope");
        }
        return new Caller(user, [.. context.Request.Headers["Impersonate-Group"].OfType<string>(), "system:authenticated"]);
    }

    public Caller? Identify(string token)
    {
        if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(token), Encoding.UTF8.GetBytes(credentials.Token))) return Admin;
        var parts = token.Split('.');
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || parts.Length != 3) return null;
        if (!CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(Signature(parts[1])), Encoding.ASCII.GetBytes(parts[2]))) return null;
        var claims = Encoding.UTF8.GetString(Convert.FromHexString(parts[1])).Split('/');
        if (claims.Length != 4 || long.Parse(claims[3], CultureInfo.InvariantCulture) < clock.GetUtcNow().ToUnixTimeSeconds()) return null;
        var (ns, name, uid) = (claims[0], claims[1], claims[2]);
        var account = registry.Store.Find(registry.Catalog.Stored("serviceaccounts")!, ns, name);
        if (account?.Uid != uid) return null; // A token ends with its account.
        return new Caller(
            $"system:serviceaccount:{ns}:{name}", ["system:serviceaccounts", $"system:serviceaccounts:{ns}", "system:authenticated"], uid);
    }

    public string TokenFor(string ns, string name, string uid, DateTimeOffset until)
    {
        var claims = Convert.ToHexString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ns}/{name}/{uid}/{until.ToUnixTimeSeconds()}")));
        return $"{Prefix}{claims}.{Signature(claims)}";
    }

    private string Signature(string claims) =>
        Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(credentials.Token), Encoding.ASCII.GetBytes(claims)));
}

/// <summary>The secret of one cluster, kept beside its objects.</summary>
internal sealed record ClusterCredentials(string Token);
