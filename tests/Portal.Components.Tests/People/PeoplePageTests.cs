using Bunit;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using MudBlazor;
using Portal.Components.Pages.People;
using Portal.Components.Shared.Lists;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Results;

namespace Portal.Components.Tests.People;

public class PeoplePageTests
{
    [Fact]
    public async Task NewPassword_OfAnAccountOfThePortal_IsShownOnceAndTheNextChangeFollows()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var draft = new PersonDraft(Guid.CreateVersion7(), "ben", "Ben", PlatformRole.Scientist);
        Assert.Null((await pages.Database.Get<PeopleService>().CreateAsync(pages.Ana, draft, "Correct-horse-9-battery", default)).Refusal);
        var dialogs = pages.Render<MudDialogProvider>();
        var page = pages.Render<PeoplePage>();
        page.WaitForElement("select");

        // The others of this world sign in elsewhere.
        var asked = Assert.Single(page.FindAll("button"), b => b.TextContent.StartsWith("New password", StringComparison.Ordinal)).ClickAsync(new());
        await dialogs.WaitForElement(".mud-button-filled").ClickAsync(new());
        await asked;
        var password = page.Find("code.secret").TextContent;
        await page.InvokeAsync(() => page.Find("select[aria-label='Role of Ben']").ChangeAsync(new() { Value = nameof(PlatformRole.Auditor) }));

        await using var db = await pages.Database.OpenAsync();
        var person = await db.People.SingleAsync(p => p.UserName == "ben");
        Assert.Equal(PasswordVerificationResult.Success, new PasswordHasher<Person>().VerifyHashedPassword(person, person.PasswordHash!, password));
        Assert.Equal(PlatformRole.Auditor, person.Role);
        await page.FindAll("button").Single(b => b.TextContent == "I have handed it over").ClickAsync(new());
        Assert.DoesNotContain(password, page.Markup, StringComparison.Ordinal);
    }
}
