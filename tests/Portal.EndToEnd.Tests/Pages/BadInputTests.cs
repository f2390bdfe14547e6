using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Pages;

/// <summary>What people get wrong: a clear sentence, nothing lost of what they typed, nothing half made.</summary>
public class BadInputTests(PortalBrowser browser)
{
    [Theory]
    [InlineData("kube-system")]
    [InlineData("   ")]
    [InlineData(null)]
    public async Task Project_WithABadName_KeepsTheFormAndIsMadeOnceWhenItIsRight(string? bad)
    {
        await browser.SampleAsync();
        bad ??= new string('x', 300);
        var good = $"Größe 信用 {Guid.NewGuid():N}"[..20];
        await using var window = await browser.OpenAsync("lead");
        var page = window.Page;
        await window.GoAsync("/projects/new");
        await Eventually.TrueAsync(async () =>
        {
            await page.GetByLabel("Name", new() { Exact = true }).FillAsync("probe");
            return await page.GetByText("ml-probe").IsVisibleAsync();
        }, "the form listens");
        await page.GetByLabel("Region").FillAsync("eu-west");
        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(bad);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project" }).ClickAsync();

        await Expect(page.Locator(".mud-input-error").First).ToBeVisibleAsync();
        await Expect(page).ToHaveURLAsync(new Uri(browser.Portal.Address, "/projects/new").ToString());
        await Expect(page.GetByLabel("Name", new() { Exact = true })).ToHaveValueAsync(bad);
        await Expect(page.GetByLabel("Region")).ToHaveValueAsync("eu-west");
        await window.ShouldBeSoundAsync();

        await page.GetByLabel("Name", new() { Exact = true }).FillAsync(good);
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project" }).DblClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = good })).ToBeVisibleAsync();
        await using var db = await OpenAsync();
        Assert.Equal("eu-west", (await db.Projects.SingleAsync(p => p.Name == good, TestContext.Current.CancellationToken)).Region);
    }

    [Fact]
    public async Task Settings_InTwoTabs_TellTheSecondAndKeepWhatItTyped()
    {
        await browser.SampleAsync();
        var scientist = await browser.Portal.ActorAsync("scientist");
        var draft = new ProjectDraft(Guid.CreateVersion7(), $"Two tabs {Guid.NewGuid():N}"[..18], SampleTrial.Team);
        var project = (await browser.Portal.Services.GetRequiredService<ProjectService>().CreateAsync(scientist, draft, default)).Value;
        await using var first = await browser.OpenAsync("scientist");
        await using var second = await browser.OpenAsync("scientist");
        await first.GoAsync($"/projects/{project}/settings");
        await second.GoAsync($"/projects/{project}/settings");
        await second.Page.GetByLabel("Description").FillAsync("typed in the second tab");

        await first.Page.GetByLabel("Region").FillAsync("eu-north");
        await first.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(first.Page.GetByText("The project was saved.")).ToBeVisibleAsync();
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();

        await Expect(second.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await Expect(second.Page.GetByLabel("Description")).ToHaveValueAsync("typed in the second tab");
        await Expect(second.Page.GetByLabel("Region")).ToHaveValueAsync("eu-north");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(second.Page.GetByText("The project was saved.")).ToBeVisibleAsync();
        await using var db = await OpenAsync();
        var row = await db.Projects.SingleAsync(p => p.Id == project, TestContext.Current.CancellationToken);
        Assert.Equal(("eu-north", "typed in the second tab"), (row.Region, row.Description));
        await using var history = await browser.OpenAsync("auditor", "zh-CN", width: 768);
        await history.GoAsync($"/audit?object={project}");
        await Expect(history.Page.GetByText("typed in the second tab")).ToBeVisibleAsync();
        await history.ShouldFitAsync();
    }

    [Theory]
    [InlineData("teams", "Cost centre")]
    [InlineData("clusters", "Labels")]
    public async Task Form_InTwoTabs_TellsTheSecondAndKeepsWhatItTyped(string place, string field)
    {
        await browser.SampleAsync();
        var id = place == "teams" ? await TeamAsync() : ClusterRegistration.ConfiguredId;
        await using var first = await browser.OpenAsync("admin");
        await using var second = await browser.OpenAsync("admin");
        await first.GoAsync($"/{place}/{id}");
        await second.GoAsync($"/{place}/{id}");
        await FillAsync(second.Page, field, "second=1");
        await FillAsync(first.Page, field, "first=1");

        await first.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).Last.ClickAsync();
        await Eventually.TrueAsync(async () => await EditsAsync(id) == 1, "the first was saved");
        await second.Page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).Last.ClickAsync();

        await Expect(second.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await Expect(second.Page.GetByLabel(field)).ToHaveValueAsync("second=1");
        Assert.Equal(1, await EditsAsync(id));
    }

    [Fact]
    public async Task Role_ThatIsRefused_GoesBackToWhatIsSo()
    {
        // On a portal of its own: a change of any account would let the page read this one again.
        await using var portal = await RunningPortal.StartAsync("None");
        await using var window = await browser.OpenAsync("admin", at: portal);
        var person = (await portal.Services.GetRequiredService<PeopleService>().CreateAsync(
            Actor.Setup, new PersonDraft(Guid.CreateVersion7(), "role-refused", "role-refused", PlatformRole.Auditor), PortalPage.Password, default)).Value;
        await window.GoAsync("/people?q=role-refused");
        var role = window.Page.Locator("select[aria-label$='role-refused']");
        await Expect(role).ToHaveValueAsync(nameof(PlatformRole.Auditor));
        // Somebody else changes the account, and the page has not heard of it.
        await using (var db = await portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync())
            await db.People.Where(p => p.Id == person).ExecuteUpdateAsync(s => s.SetProperty(p => p.ConcurrencyStamp, $"{Guid.NewGuid()}"), TestContext.Current.CancellationToken);

        await role.SelectOptionAsync(nameof(PlatformRole.Lead));

        await Expect(window.Page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await Expect(role).ToHaveValueAsync(nameof(PlatformRole.Auditor));
    }

    // The form listens once the page is live; what is typed before that is kept by the field alone.
    private static async Task FillAsync(IPage page, string field, string text)
    {
        await page.GetByLabel(field).FillAsync(text);
        await page.GetByLabel(field).BlurAsync();
    }

    private async Task<Guid> TeamAsync()
    {
        var admin = await browser.Portal.ActorAsync("admin");
        var draft = new TeamDraft(Guid.CreateVersion7(), $"Two tabs {Guid.NewGuid():N}"[..18]) { Members = [new("lead", TeamRole.Lead)] };
        return (await browser.Portal.Services.GetRequiredService<TeamService>().CreateAsync(admin, draft, default)).Value;
    }

    private async Task<int> EditsAsync(Guid id)
    {
        await using var db = await OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.ObjectId == id && (e.Action == "team.edited" || e.Action == "cluster.edited"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("age,amount\n30,1\n31\n")]
    [InlineData("age,amount\n")]
    public async Task Reference_FromABadFile_IsRefusedInWordsAndThePageGoesOn(string text)
    {
        await browser.SampleAsync();
        await using var window = await browser.OpenAsync("scientist");
        var page = window.Page;
        await window.GoAsync($"/monitoring/new?project={SampleTrial.Project}");
        await page.GetByLabel("Model").FillAsync($"Bad file {Guid.NewGuid():N}"[..18]);
        await page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).DblClickAsync();
        await window.AtOneOfAsync("monitoring");
        var input = page.Locator("input[type=file]").First;

        await PortalPage.ChooseFileAsync(input, new FilePayload { Name = "bad.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) });
        await Expect(page.GetByRole(AriaRole.Alert).First).ToBeVisibleAsync();
        await window.ShouldBeSoundAsync();
        await PortalPage.ChooseFileAsync(input, new FilePayload { Name = "good.csv", MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes("age,amount\n30,1\n31,2\n") });

        await Expect(page.GetByText("The reference was built from good.csv.")).ToBeVisibleAsync();
    }

    private Task<PortalDb> OpenAsync() => browser.Portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
}
