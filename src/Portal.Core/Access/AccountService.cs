using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Access;

/// <summary>What people set for themselves.</summary>
public sealed class AccountService(IDbContextFactory<PortalDb> databases, AccessGate gate)
{
    private static readonly string[] Languages = ["en", "zh-Hans"];

    /// <summary>Remembers the language for the next sign-in, on any machine. An unknown one is <c>account.language</c>.</summary>
    [Requires(Permission.AccountManage)]
    public async Task<Result> SetLanguageAsync(Actor actor, string language, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AccountManage, Scope.Platform, "person", actor.Id, ct) is { } denied)
            return denied;
        if (!Languages.Contains(language))
            return new Refusal("account.language", Field: "Language").With("language", language);
        var person = await db.People.SingleAsync(p => p.Id == actor.Id, ct);
        if (person.Language == language)
            return Result.Done;
        db.Audit(new AuditRecord(actor, "person.language_changed", "person", person.Id).Changed("language", person.Language, language));
        person.Language = language;
        await db.SaveChangesAsync(ct);
        return Result.Done;
    }
}
