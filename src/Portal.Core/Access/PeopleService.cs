using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>Accounts and platform roles. Nobody changes their own role or disables themselves; an enabled admin always stays.</summary>
public sealed class PeopleService(IDbContextFactory<PortalDb> databases, AccessGate gate, IPasswordHasher<Person> passwords)
{
    /// <summary>A page of people by name; everybody signed in may look somebody up.</summary>
    [Requires(Permission.PeopleView)]
    public async Task<Result<Page<PersonRow>>> ListAsync(Actor actor, ListQuery query, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PeopleView, Scope.Platform, "person", null, ct) is { } denied)
            return denied;
        var people = db.People.AsNoTracking();
        if (TextRules.SearchTerm(query.Search) is { } term)
        {
            people = people.Where(p => p.DisplayName.ToLower().Contains(term) || p.UserName!.ToLower().Contains(term)
                || p.Email!.ToLower().Contains(term));
        }
        var total = query.Cursor is null ? await people.CountAsync(ct) : (int?)null;
        var rows = await Ordered(people, query).Take(query.Limit + 1)
            .Select(p => new PersonRow(p.Id, p.UserName!, p.DisplayName, p.Email, p.Role, p.Disabled, p.PasswordHash != null, p.ConcurrencyStamp!))
            .ToListAsync(ct);
        var more = rows.Count > query.Limit;
        if (more)
            rows.RemoveAt(query.Limit);
        var cursorable = query is { Sort: null or "", Descending: false };
        return new Page<PersonRow>(rows, total, more && cursorable ? KeyCursor.Of(rows[^1].UserName.ToUpperInvariant()) : null);
    }

    /// <summary>
    /// Makes an account with a first password, which is stored hashed and nowhere else. A second call with the id of
    /// <paramref name="draft"/> changes nothing and returns it.
    /// </summary>
    [Requires(Permission.PeopleManage)]
    public async Task<Result<Guid>> CreateAsync(Actor actor, PersonDraft draft, string password, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PeopleManage, Scope.Platform, "person", null, ct) is { } denied)
            return denied;
        if (PersonRules.Check(draft, password) is { } bad)
            return bad;
        if (await db.People.AnyAsync(p => p.Id == draft.Id, ct))
            return draft.Id;
        var person = New(draft);
        person.PasswordHash = passwords.HashPassword(person, password);
        if (await db.People.AnyAsync(p => p.NormalizedUserName == person.NormalizedUserName, ct))
            return await FindMadeAsync(person, ct);
        db.People.Add(person);
        db.Audit(new AuditRecord(actor, "person.created", "person", person.Id)
        {
            Details = { ["userName"] = person.UserName, ["displayName"] = person.DisplayName, ["role"] = person.Role.ToString() },
        });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException)
        {
            // Two requests with one name, or one form sent twice: the unique index lets one through.
            return await FindMadeAsync(person, ct);
        }
        return person.Id;
    }

    /// <summary>Changes somebody's platform role.</summary>
    /// <param name="version"><see cref="PersonRow.Version"/> as it was shown.</param>
    [Requires(Permission.PeopleManage)]
    public Task<Result> SetRoleAsync(Actor actor, Guid id, string version, PlatformRole role, CancellationToken ct) =>
        ChangeAsync(actor, id, version, "person.role_changed", (person, record) =>
        {
            record.Changed("role", person.Role.ToString(), role.ToString());
            person.Role = role;
            return Enum.IsDefined(role) ? null : new Refusal("person.role_unknown", Field: "Role");
        }, ct);

    /// <summary>Locks an account out of everything, at once and in every open page, or lets it in again. Its history stays.</summary>
    /// <param name="version"><see cref="PersonRow.Version"/> as it was shown.</param>
    [Requires(Permission.PeopleManage)]
    public Task<Result> SetDisabledAsync(Actor actor, Guid id, string version, bool disabled, CancellationToken ct) =>
        ChangeAsync(actor, id, version, disabled ? "person.disabled" : "person.enabled", (person, record) =>
        {
            record.Changed("disabled", person.Disabled, disabled);
            person.Disabled = disabled;
            return null;
        }, ct);

    /// <summary>
    /// Gives somebody who forgot theirs a new first password, signs them out everywhere and lets them try again at once. Who signs in
    /// elsewhere has no password here: <c>person.no_password</c>.
    /// </summary>
    /// <param name="version"><see cref="PersonRow.Version"/> as it was shown.</param>
    /// <param name="password">In clear; only its hash is stored.</param>
    [Requires(Permission.PeopleManage)]
    public Task<Result> ResetPasswordAsync(Actor actor, Guid id, string version, string password, CancellationToken ct) =>
        ChangeAsync(actor, id, version, "person.password_reset", (person, record) =>
        {
            if (PersonRules.CheckPassword(password) is { } bad)
                return bad;
            if (person.PasswordHash is null)
                return new Refusal("person.no_password", RefusalKind.Conflict).With("name", person.UserName!);
            record.Details["signedOut"] = true;
            person.PasswordHash = passwords.HashPassword(person, password);
            (person.AccessFailedCount, person.LockoutEnd) = (0, null);
            return null;
        }, ct);

    private async Task<Result> ChangeAsync(
        Actor actor, Guid id, string version, string action, Func<Person, AuditRecord, Refusal?> apply, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.PeopleManage, Scope.Platform, "person", id, ct) is { } denied)
            return denied;
        // The last admin is a rule over several rows: the transaction holds the audit head's lock while it is checked,
        // so that two admins cannot take the role from each other at once.
        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        await db.LockAuditAsync(ct);
        if (await db.People.SingleOrDefaultAsync(p => p.Id == id, ct) is not { } person)
            return Refusal.NotFound("person");
        var record = new AuditRecord(actor, action, "person", id) { Details = { ["userName"] = person.UserName } };
        if (apply(person, record) is { } bad)
            return bad;
        if (record.Details.Count == 1)
            return Result.Done;
        if (id == actor.Id)
            return new Refusal("person.self", RefusalKind.Forbidden);
        if (person.ConcurrencyStamp != version)
            return new Refusal("person.stale", RefusalKind.Conflict);
        if (!await db.People.AnyAsync(p => p.Id != id && p.Role == PlatformRole.Admin && !p.Disabled, ct)
            && (person.Role != PlatformRole.Admin || person.Disabled))
        {
            return new Refusal("person.last_admin", RefusalKind.Conflict);
        }
        person.ConcurrencyStamp = Guid.NewGuid().ToString("N");
        // Identity signs out every cookie that carries the former stamp.
        person.SecurityStamp = Guid.NewGuid().ToString("N");
        db.Audit(record);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return Result.Done;
    }

    private static IQueryable<Person> Ordered(IQueryable<Person> people, ListQuery query)
    {
        if (KeyCursor.Text(query.Cursor) is { } after)
            return people.Where(p => string.Compare(p.NormalizedUserName, after) > 0).OrderBy(p => p.NormalizedUserName);
        IOrderedQueryable<Person> ordered = (query.Sort, query.Descending) switch
        {
            ("Role", false) => people.OrderBy(p => p.Role).ThenBy(p => p.NormalizedUserName),
            ("Role", true) => people.OrderByDescending(p => p.Role).ThenBy(p => p.NormalizedUserName),
            ("DisplayName", false) => people.OrderBy(p => p.DisplayName).ThenBy(p => p.NormalizedUserName),
            ("DisplayName", true) => people.OrderByDescending(p => p.DisplayName).ThenBy(p => p.NormalizedUserName),
            (_, true) => people.OrderByDescending(p => p.NormalizedUserName),
            _ => people.OrderBy(p => p.NormalizedUserName),
        };
        return ordered.Skip(query.Skip);
    }

    private static Person New(PersonDraft draft) => new()
    {
        Id = draft.Id,
        UserName = draft.UserName.Trim(),
        NormalizedUserName = draft.UserName.Trim().ToUpperInvariant(),
        DisplayName = draft.DisplayName.Trim().Normalize(),
        Email = draft.Email.Trim() is { Length: > 0 } mail ? mail : null,
        NormalizedEmail = draft.Email.Trim() is { Length: > 0 } address ? address.ToUpperInvariant() : null,
        Role = draft.Role,
        SecurityStamp = Guid.NewGuid().ToString("N"),
        LockoutEnabled = true,
    };

    private async Task<Result<Guid>> FindMadeAsync(Person person, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        return await db.People.AnyAsync(p => p.Id == person.Id, ct)
            ? person.Id : new Refusal("person.name_taken", RefusalKind.Conflict, "UserName").With("name", person.UserName);
    }
}
