using AngleSharp.Html.Dom;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Components.Pages.People;
using Portal.Components.Shared;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;

namespace Portal.Components.Tests.People;

public class PeoplePageTests
{
    [Fact]
    public async Task Role_ThatIsRefused_GoesBackToWhatIsSo()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var page = pages.Render<PeoplePage>();
        page.WaitForElement("select[aria-label$='lead']");
        // Somebody else changes the account; told is nobody, so the page shows the older one.
        await using (var db = await pages.Database.OpenAsync())
            await db.People.Where(p => p.UserName == "lead").ExecuteUpdateAsync(s => s.SetProperty(p => p.ConcurrencyStamp, "another"));

        Select().Value = nameof(PlatformRole.Admin);
        await page.Find("select[aria-label$='lead']").ChangeAsync(new() { Value = nameof(PlatformRole.Admin) });

        Assert.Equal(ToastKind.Error, Assert.Single(pages.Services.GetRequiredService<Toasts>().Shown).Kind);
        page.WaitForAssertion(() => Assert.Equal(nameof(PlatformRole.Scientist), Select().Value));

        IHtmlSelectElement Select() => (IHtmlSelectElement)page.Find("select[aria-label$='lead']");
    }
}
