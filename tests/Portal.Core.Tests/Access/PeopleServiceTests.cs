using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access;

public class PeopleServiceTests(PostgresServer server)
{
    private const string Password = "Correct-horse-9-battery";

    [Theory, EachProvider]
    public async Task Create_SentTwice_MakesOneAccountWithAHashedPassword(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var draft = new PersonDraft(Guid.CreateVersion7(), "ana", "Ana", PlatformRole.Scientist) { Email = "ana@example.test" };
        var service = database.Get<PeopleService>();

        var results = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => service.CreateAsync(admin, draft, Password, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        await using var db = await database.OpenAsync();
        var person = await db.People.SingleAsync(p => p.Id == draft.Id);
        Assert.Equal(PasswordVerificationResult.Success,
            new PasswordHasher<Person>().VerifyHashedPassword(person, person.PasswordHash!, Password));
        var entry = await db.AuditEntries.SingleAsync();
        Assert.DoesNotContain(Password, entry.Details);
        Assert.DoesNotContain(person.PasswordHash!, entry.Details);
    }

    [Theory, EachProvider]
    public async Task Create_BadInput_IsRefusedWithItsField(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var service = database.Get<PeopleService>();
        (string UserName, string DisplayName, string Email, string Password, string Code)[] bad =
        [
            ("", "Ana", "", Password, "text.empty"),
            ("ana smith", "Ana", "", Password, "person.user_name_invalid"),
            ("安娜", "Ana", "", Password, "person.user_name_invalid"),
            (new string('a', 101), "Ana", "", Password, "text.long"),
            ("ana", "", "", Password, "text.empty"),
            ("ana", "A\0na", "", Password, "text.control"),
            ("ana", "Ana", "ana@@x", Password, "person.email_invalid"),
            ("ana", "Ana", "", "short", "person.password_short"),
            ("ADMIN", "Ana", "", Password, "person.name_taken"),
        ];
        foreach (var b in bad)
        {
            var draft = new PersonDraft(Guid.CreateVersion7(), b.UserName, b.DisplayName, PlatformRole.Scientist) { Email = b.Email };
            Assert.Equal(b.Code, (await service.CreateAsync(admin, draft, b.Password, default)).Refusal?.Code);
        }
    }

    [Theory, EachProvider]
    public async Task SetRole_OwnRole_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        await database.PersonAsync("second", PlatformRole.Admin);
        var service = database.Get<PeopleService>();
        var version = (await RowAsync(service, admin, "admin")).Version;

        Assert.Equal("person.self", (await service.SetRoleAsync(admin, admin.Id, version, PlatformRole.Auditor, default)).Refusal?.Code);
        Assert.Equal("person.self", (await service.SetDisabledAsync(admin, admin.Id, version, true, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task SetRole_FromStalePage_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var ana = await database.PersonAsync("ana");
        var service = database.Get<PeopleService>();
        var version = (await RowAsync(service, admin, "ana")).Version;

        Assert.Null((await service.SetRoleAsync(admin, ana.Id, version, PlatformRole.Lead, default)).Refusal);
        Assert.Null((await service.SetRoleAsync(admin, ana.Id, version, PlatformRole.Lead, default)).Refusal);
        Assert.Equal("person.stale", (await service.SetRoleAsync(admin, ana.Id, version, PlatformRole.Admin, default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task TwoAdmins_DisablingEachOtherAtOnce_OneStays(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var one = await database.PersonAsync("one", PlatformRole.Admin);
        var two = await database.PersonAsync("two", PlatformRole.Admin);
        var service = database.Get<PeopleService>();
        var versions = ((await RowAsync(service, one, "one")).Version, (await RowAsync(service, one, "two")).Version);

        await Task.WhenAll(
            service.SetDisabledAsync(one, two.Id, versions.Item2, true, default),
            service.SetDisabledAsync(two, one.Id, versions.Item1, true, default));

        await using var db = await database.OpenAsync();
        Assert.Equal(1, await db.People.CountAsync(p => !p.Disabled));
    }

    [Theory, EachProvider]
    public async Task Disabled_CanDoNothingAtOnce(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var ana = await database.PersonAsync("ana");
        var service = database.Get<PeopleService>();
        await service.SetDisabledAsync(admin, ana.Id, (await RowAsync(service, admin, "ana")).Version, true, default);

        Assert.Equal("access.denied", (await service.ListAsync(ana, new ListQuery(), default)).Refusal?.Code);
    }

    [Theory, EachProvider]
    public async Task ResetPassword_OfAnAccountOfThePortal_LetsInWithTheNewOneAndSignsOut(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var service = database.Get<PeopleService>();
        var draft = new PersonDraft(Guid.CreateVersion7(), "ana", "Ana", PlatformRole.Scientist);
        await service.CreateAsync(admin, draft, Password, default);
        await using (var locked = await database.OpenAsync())
        {
            await locked.People.Where(p => p.Id == draft.Id).ExecuteUpdateAsync(s => s
                .SetProperty(p => p.AccessFailedCount, 4).SetProperty(p => p.LockoutEnd, database.Clock.GetUtcNow().AddHours(1)).SetProperty(p => p.SecurityStamp, "old"));
        }
        var row = await RowAsync(service, admin, "ana");

        Assert.Equal("person.password_short", await CodeAsync(draft.Id, row.Version, "short"));
        Assert.Null(await CodeAsync(draft.Id, row.Version, "Another-horse-9-battery"));
        Assert.Equal("person.stale", await CodeAsync(draft.Id, row.Version, "Another-horse-9-battery"));

        await using var db = await database.OpenAsync();
        var person = await db.People.SingleAsync(p => p.Id == draft.Id);
        Assert.Equal(PasswordVerificationResult.Success,
            new PasswordHasher<Person>().VerifyHashedPassword(person, person.PasswordHash!, "Another-horse-9-battery"));
        Assert.Equal((0, null), (person.AccessFailedCount, person.LockoutEnd));
        Assert.NotEqual("old", person.SecurityStamp);
        var entry = await db.AuditEntries.SingleAsync(e => e.Action == "person.password_reset");
        Assert.DoesNotContain("Another-horse", entry.Details);

        async Task<string?> CodeAsync(Guid id, string version, string password) =>
            (await service.ResetPasswordAsync(admin, id, version, password, default)).Refusal?.Code;
    }

    [Theory, EachProvider]
    public async Task ResetPassword_OfWhoSignsInElsewhere_OrOfOneself_IsRefused(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        await database.PersonAsync("second", PlatformRole.Admin);
        var service = database.Get<PeopleService>();
        var made = (await service.CreateAsync(admin, new PersonDraft(Guid.CreateVersion7(), "third", "Third", PlatformRole.Admin), Password, default)).Value;
        var (second, third) = (await RowAsync(service, admin, "second"), await RowAsync(service, admin, "third"));

        Assert.Equal((false, true), (second.HasPassword, third.HasPassword));
        Assert.Equal("person.no_password", (await service.ResetPasswordAsync(admin, second.Id, second.Version, Password, default)).Refusal?.Code);
        Assert.Equal("person.self", (await service.ResetPasswordAsync(new Actor(made, "third"), made, third.Version, Password, default)).Refusal?.Code);
    }

    private static async Task<PersonRow> RowAsync(PeopleService service, Actor actor, string name) =>
        (await service.ListAsync(actor, new ListQuery(), default)).Value.Items.Single(p => p.UserName == name);
}
