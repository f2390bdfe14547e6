using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Core.Tokens;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class PeopleCases : MatrixCases
{
    private const string Version = "seeded";

    public PeopleCases()
    {
        Case<PeopleService>(nameof(PeopleService.ListAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListAsync(actor, new ListQuery(), default));
        Case<PeopleService>(nameof(PeopleService.CreateAsync), Towards.Platform, async (s, actor, _) => await s.CreateAsync(
            actor, new PersonDraft(Guid.CreateVersion7(), "newcomer", "Newcomer", PlatformRole.Scientist), "Correct-horse-9", default));
        Case<PeopleService>(nameof(PeopleService.SetRoleAsync), Towards.Platform, (s, actor, target) =>
            s.SetRoleAsync(actor, target["person"], Version, PlatformRole.Lead, default));
        Case<PeopleService>(nameof(PeopleService.SetDisabledAsync), Towards.Platform, (s, actor, target) =>
            s.SetDisabledAsync(actor, target["person"], Version, true, default));
        Case<PeopleService>(nameof(PeopleService.ResetPasswordAsync), Towards.Platform, (s, actor, target) =>
            s.ResetPasswordAsync(actor, target["person"], Version, "Correct-horse-9", default));

        Case<AccountService>(nameof(AccountService.SetLanguageAsync), Towards.Platform, (s, actor, _) => s.SetLanguageAsync(actor, "en", default));
        Case<SetupService>(nameof(SetupService.IsNeededAsync), Towards.Platform, async (s, actor, _) =>
        {
            await s.IsNeededAsync(actor, default);
            return Result.Done;
        });
        Case<SetupService>(nameof(SetupService.CreateAccountsAsync), Towards.Platform, (s, actor, _) =>
            s.CreateAccountsAsync(actor, [new("first", "First", PlatformRole.Admin, "Correct-horse-9")], default), "setup.done");

        Case<ApiTokenService>(nameof(ApiTokenService.CreateAsync), Towards.Platform, async (s, actor, _) =>
            await s.CreateAsync(actor, "laptop", 30, default));
        Case<ApiTokenService>(nameof(ApiTokenService.ListAsync), Towards.Platform, async (s, actor, _) =>
            await s.ListAsync(actor, default));
        Case<ApiTokenService>(nameof(ApiTokenService.RevokeAsync), Towards.Platform, (s, actor, target) =>
            s.RevokeAsync(actor, target["token"], default), "token.not_found");
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        await using var db = await database.OpenAsync();
        var guest = await db.People.SingleAsync(p => p.UserName == target.Name + "-guest");
        (guest.ConcurrencyStamp, guest.PasswordHash) = (Version, "seeded");
        await db.SaveChangesAsync();
        target["person"] = guest.Id;
    }
}
