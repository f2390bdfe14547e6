using Microsoft.AspNetCore.Http;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>
/// Acting as somebody else, by the Impersonate headers. Allowed by the verb <c>impersonate</c> on all that is taken over, or
/// (constrained, as Kubernetes 1.36 has it) by <c>impersonate:user-info</c> on it and <c>impersonate-on:user-info:VERB</c> on
/// what is then asked for.
/// </summary>
internal sealed class Impersonation(Authorization authorization)
{
    private const string IdentityGroup = "authentication.k8s.io";
    private const string ExtraPrefix = "Impersonate-Extra-";

    /// <returns>Who asks from here on.</returns>
    /// <exception cref="ApiException">403 where the caller may not.</exception>
    public Caller Resolve(HttpContext context, Caller caller, AccessAttributes wanted)
    {
        var headers = context.Request.Headers;
        var user = headers["Impersonate-User"].ToString();
        string[] groups = [.. headers["Impersonate-Group"].OfType<string>()];
        var uid = headers["Impersonate-Uid"].ToString();
        var extras = headers.Where(header => header.Key.StartsWith(ExtraPrefix, StringComparison.OrdinalIgnoreCase)).ToList();
        if (user.Length == 0)
        {
            if (groups.Length == 0 && uid.Length == 0 && extras.Count == 0) return caller;
            throw new ApiException(500, "InternalError", "Internal error occurred: requested impersonation without impersonating a user");
        }
        List<AccessAttributes> taken = [.. Taken(user, groups)];
        if (uid.Length > 0) taken.Add(new AccessAttributes("impersonate", IdentityGroup, "uids", "", uid, Namespace: null));
        foreach (var (key, values) in extras)
            taken.AddRange(values.Select(value => new AccessAttributes("impersonate", IdentityGroup, "userextras", key[ExtraPrefix.Length..].ToLowerInvariant(), value ?? "", Namespace: null)));
        if (!taken.TrueForAll(access => authorization.Allows(caller, access) is not null)) CheckConstrained(caller, user, taken, wanted);
        return new Caller(user, GroupsOf(user, groups), uid, ImpersonatedBy: caller.User);
    }

    private void CheckConstrained(Caller caller, string user, List<AccessAttributes> taken, AccessAttributes wanted)
    {
        var mode = Caller.AccountOf(user) is null ? "user-info" : "serviceaccount";
        foreach (var access in taken.Select(access => access with { Verb = $"impersonate:{mode}", Group = IdentityGroup }).Prepend(wanted with { Verb = $"impersonate-on:{mode}:{wanted.Verb}" }))
        {
            if (authorization.Allows(caller, access) is null) throw Authorization.Refused(access, access.Denial(caller.User));
        }
    }

    private static IEnumerable<AccessAttributes> Taken(string user, string[] groups)
    {
        yield return Caller.AccountOf(user) is var (ns, name)
            ? new AccessAttributes("impersonate", "", "serviceaccounts", "", name, ns)
            : new AccessAttributes("impersonate", "", "users", "", user, Namespace: null);
        foreach (var group in groups) yield return new AccessAttributes("impersonate", "", "groups", "", group, Namespace: null);
    }

    private static IReadOnlyList<string> GroupsOf(string user, string[] groups)
    {
        if (user == Caller.Anonymous.User) return groups.Length == 0 ? Caller.Anonymous.Groups : groups;
        if (groups.Length == 0 && Caller.AccountOf(user) is var (ns, _)) return Caller.AccountGroups(ns);
        return groups.Contains(Caller.Authenticated, StringComparer.Ordinal) ? groups : [.. groups, Caller.Authenticated];
    }
}
