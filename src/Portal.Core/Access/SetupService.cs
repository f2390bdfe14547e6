using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>An account to make.</summary>
/// <param name="Password">In clear; only its hash is stored.</param>
public sealed record NewAccount(string UserName, string DisplayName, PlatformRole Role, string Password);

/// <summary>Makes the first accounts of a new installation.</summary>
public sealed class SetupService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, IPasswordHasher<Person> hasher, ILookupNormalizer normalizer)
{
    /// <summary>True while nobody has an account.</summary>
    [Requires(Permission.PeopleManage)]
    public async Task<bool> IsNeededAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await gate.CheckAsync(db, actor, Permission.PeopleManage, Scope.Platform, "person", null, ct) is null
            && !await db.People.AnyAsync(ct);
    }

    /// <summary>Makes the accounts, all or none; refused with <c>setup.done</c> once anybody has one.</summary>
    [Requires(Permission.PeopleManage)]
    public async Task<Result> CreateAccountsAsync(Actor actor, IReadOnlyList<NewAccount> accounts, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PeopleManage, Scope.Platform, "person", null, ct) is { } denied)
            return denied;
        if (await db.People.AnyAsync(ct))
            return new Refusal("setup.done", RefusalKind.Conflict);
        foreach (var account in accounts)
        {
            var person = new Person
            {
                Id = Guid.CreateVersion7(),
                UserName = account.UserName,
                NormalizedUserName = normalizer.NormalizeName(account.UserName),
                DisplayName = account.DisplayName,
                Role = account.Role,
                SecurityStamp = Guid.NewGuid().ToString("N"),
                LockoutEnabled = true,
            };
            person.PasswordHash = hasher.HashPassword(person, account.Password);
            db.People.Add(person);
            db.Audit(new AuditRecord(actor, "person.created", "person", person.Id)
            {
                Details = { ["userName"] = person.UserName, ["role"] = person.Role.ToString() },
            });
        }
        await db.SaveChangesAsync(ct);
        return Result.Done;
    }
}
