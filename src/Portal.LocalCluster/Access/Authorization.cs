using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Access;

/// <summary>Role-based access control: what is asked for is recorded, and refused unless a role allows it.</summary>
internal sealed class Authorization(RuleBook book, RequestRecord record)
{
    /// <exception cref="ApiException">403, in the words of the real server.</exception>
    public void Check(Caller caller, AccessAttributes access)
    {
        var allowed = Allows(caller, access) is not null;
        record.Add(caller, access, allowed);
        if (!allowed) throw Refused(access, access.Denial(caller.User));
    }

    /// <summary>Why it is allowed; null when it is not.</summary>
    public string? Allows(Caller caller, AccessAttributes access) => caller.IsMaster ? "" : book.Reason(caller, access);

    public static ApiException Refused(AccessAttributes access, string why)
    {
        if (access.Path is not null) return new ApiException(403, "Forbidden", "forbidden: " + why, []);
        var details = new JsonObject();
        if (access.Name.Length > 0) details["name"] = access.Name;
        if (access.Group.Length > 0) details["group"] = access.Group;
        details["kind"] = access.Resource;
        var what = access.Group.Length == 0 ? access.Resource : $"{access.Resource}.{access.Group}";
        return new ApiException(403, "Forbidden", $"{what}{(access.Name.Length == 0 ? "" : $" \"{access.Name}\"")} is forbidden: {why}", details);
    }
}
