using Bunit;
using Bunit.TestDoubles;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Components.Pages.Notebooks;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Notebooks;

namespace Portal.Components.Tests.Notebooks;

public class NotebookPageTests
{
    [Fact]
    public async Task Delete_OnItsOwnPage_LeadsToTheListOfTheProject()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        var id = (await pages.Database.Get<NotebookService>().LaunchAsync(pages.Ana, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;
        var dialogs = pages.Render<MudDialogProvider>();
        var page = pages.Render<NotebookPage>(p => p.Add(x => x.Id, id));

        var asked = page.WaitForElement("button[aria-label^='Delete']").ClickAsync(new());
        await dialogs.WaitForElement(".mud-button-filled").ClickAsync(new());
        await asked;

        Assert.EndsWith($"/projects/{project}/notebooks", pages.Services.GetRequiredService<BunitNavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Equal(NotebookIntent.Deleted, (await pages.Database.Get<NotebookService>().GetAsync(pages.Ana, id, default)).Value.Notebook.Intent);
    }

    [Fact]
    public async Task Stop_OfSomebodyElses_IsForAnAdminWhoMayDoNothingElse()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var (ben, project) = await pages.OfSomebodyElseAsync();
        var id = (await pages.Database.Get<NotebookService>().LaunchAsync(ben, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;
        var page = pages.Render<NotebookPage>(p => p.Add(x => x.Id, id));

        var stop = page.WaitForElement(".row-tight button");
        Assert.StartsWith("Stop", Assert.Single(page.FindAll(".row-tight button, .row-tight a")).TextContent.Trim(), StringComparison.Ordinal);
        await stop.ClickAsync(new());

        Assert.Equal(NotebookIntent.Stopped, (await pages.Database.Get<NotebookService>().GetAsync(pages.Ana, id, default)).Value.Notebook.Intent);
    }
}
