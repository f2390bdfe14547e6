using Bunit;
using MudBlazor;
using Portal.Components.Pages.Projects;
using Portal.Components.Pages.Projects.Settings;
using Portal.Core.Projects;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Projects;

public class SettingsTabTests
{
    [Fact]
    public async Task Save_DataClassThatTheClusterMayNotHold_SaysSoAtTheField()
    {
        var cluster = new SeenCluster();
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        await using (var db = await pages.Database.OpenAsync())
        {
            (await db.FindAsync<Portal.Core.Clusters.ClusterRegistration>(cluster.Id))!.DataClasses = [DataClass.Internal];
            await db.SaveChangesAsync();
        }
        var project = await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
        {
            (await db.FindAsync<Project>(project))!.ClusterId = cluster.Id;
            await db.SaveChangesAsync();
        }
        var context = await pages.ContextAsync(project);
        var tab = pages.Render<SettingsTab>(p => p.AddCascadingValue(context));

        var field = tab.FindComponent<MudSelect<DataClass>>();
        await tab.InvokeAsync(() => field.Instance.ValueChanged.InvokeAsync(DataClass.Restricted));
        await tab.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());

        tab.WaitForAssertion(() => Assert.Contains("Seen", tab.Find(".mud-input-helper-text.mud-input-error").TextContent, StringComparison.Ordinal));
        Assert.Empty(tab.FindAll(".form-error"));
    }

    [Fact]
    public async Task Save_RefusalOfWhatTheFormDoesNotShow_StandsAboveIt()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var context = await pages.ContextAsync(await pages.ProjectAsync());
        var tab = pages.Render<SettingsTab>(p => p.AddCascadingValue(context));

        await tab.InvokeAsync(() => tab.FindComponent<ProjectFields>().Instance.Form.Size = (ProjectSize)99);
        await tab.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new());

        tab.WaitForAssertion(() => Assert.NotEmpty(tab.Find(".form-error").TextContent));
    }

    [Fact]
    public async Task Save_AfterAColleagueWhosePageHasNotArrived_IsMeantTheSecondTime()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var project = await pages.ProjectAsync();
        var context = await pages.ContextAsync(project);
        var tab = pages.Render<SettingsTab>(p => p.AddCascadingValue(context));
        await tab.InvokeAsync(() => tab.FindComponent<ProjectFields>().Instance.Form.Region = "eu-west");
        await pages.Database.Get<ProjectService>().EditAsync(
            pages.Ana, project, context.Project.Generation, new ProjectContent("Credit risk") { DataClass = context.Project.DataClass, Description = "theirs" }, default);

        await SaveAsync();
        Assert.NotEmpty(tab.Find(".form-error").TextContent);
        await SaveAsync();

        Assert.Empty(tab.FindAll(".form-error"));
        var after = (await pages.ContextAsync(project)).Project;
        Assert.Equal(("eu-west", "theirs"), (after.Region, after.Description));

        Task SaveAsync() => tab.InvokeAsync(() => tab.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new()));
    }
}
