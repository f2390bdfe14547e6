using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>A person's place in a team or project, for showing.</summary>
public sealed record Membership<TRole>(Guid PersonId, string UserName, string DisplayName, bool Disabled, TRole Role)
    where TRole : struct, Enum;

/// <summary>What is asked for one person.</summary>
/// <param name="UserName">User name or mail address, in any case.</param>
/// <param name="Role">The role they shall have, or null to take them out.</param>
public sealed record MemberChange<TRole>(string UserName, TRole? Role) where TRole : struct, Enum;

/// <summary>What really changes for one person.</summary>
public sealed record MemberStep<TRole>(Guid PersonId, string UserName, TRole? Before, TRole? After) where TRole : struct, Enum;

/// <summary>Somebody named in a list of changes.</summary>
public sealed record NamedPerson(Guid Id, string UserName, string? NormalizedEmail, bool Disabled);

/// <summary>Who is meant by the names that people type or paste.</summary>
public static class NamedPeople
{
    /// <summary>The people whose user name or mail address is among <paramref name="names"/>.</summary>
    public static async Task<IReadOnlyList<NamedPerson>> FindPeopleAsync(this PortalDb db, IEnumerable<string> names, CancellationToken ct)
    {
        var wanted = names.Select(Normalize).Distinct().ToArray();
        return await db.People.AsNoTracking()
            .Where(p => wanted.Contains(p.NormalizedUserName!) || wanted.Contains(p.NormalizedEmail!))
            .Select(p => new NamedPerson(p.Id, p.UserName!, p.NormalizedEmail, p.Disabled))
            .ToListAsync(ct);
    }

    /// <summary>The form in which names are compared.</summary>
    public static string Normalize(string name) =>
        TextRules.HasForbidden(name) ? "" : name.Trim().Normalize().ToUpperInvariant();
}
