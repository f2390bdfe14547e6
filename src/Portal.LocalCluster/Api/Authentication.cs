using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using Portal.LocalCluster.Access;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>
/// Whose token it is: the cluster's own, one of the users' in the options, or a service account's, which is signed and
/// ends. Without a token somebody is anonymous; a wrong one is refused.
/// </summary>
internal sealed class Authentication(ClusterCredentials credentials, LocalClusterOptions options, ObjectRegistry registry, TimeProvider clock)
{
    private const string Prefix = "portal-sa.";

    public Caller Identify(HttpContext context)
    {
        var header = context.Request.Headers[HeaderNames.Authorization].ToString();
        if (header.Length == 0) return Caller.Anonymous;
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && Identify(header["Bearer ".Length..].Trim()) is { } caller
            ? caller
            : throw new ApiException(401, "Unauthorized", "Unauthorized");
    }

    public Caller? Identify(string token)
    {
        if (Same(token, credentials.Token)) return Caller.Admin;
        foreach (var user in options.Users)
        {
            if (Same(token, user.Token)) return new Caller(user.Name, [.. user.Groups, Caller.Authenticated], user.Uid);
        }
        var parts = token.Split('.');
        if (!token.StartsWith(Prefix, StringComparison.Ordinal) || parts.Length != 3) return null;
        if (!Same(Signature(parts[1]), parts[2])) return null;
        var claims = Encoding.UTF8.GetString(Convert.FromHexString(parts[1])).Split('/');
        if (claims.Length != 4 || long.Parse(claims[3], CultureInfo.InvariantCulture) < clock.GetUtcNow().ToUnixTimeSeconds()) return null;
        var (ns, name, uid) = (claims[0], claims[1], claims[2]);
        var account = registry.Store.Find(registry.Catalog.Stored("serviceaccounts")!, ns, name);
        if (account?.Uid != uid) return null; // A token ends with its account.
        return new Caller(Caller.AccountName(ns, name), Caller.AccountGroups(ns), uid);
    }

    public string TokenFor(string ns, string name, string uid, DateTimeOffset until)
    {
        var claims = Convert.ToHexString(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{ns}/{name}/{uid}/{until.ToUnixTimeSeconds()}")));
        return $"{Prefix}{claims}.{Signature(claims)}";
    }

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));

    private string Signature(string claims) =>
        Convert.ToHexString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(credentials.Token), Encoding.ASCII.GetBytes(claims)));
}

/// <summary>The secret of one cluster, kept beside its objects.</summary>
internal sealed record ClusterCredentials(string Token);
