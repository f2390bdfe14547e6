using System.Text.Json.Nodes;
using Bunit;
using Bunit.TestDoubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Components.Pages.Notebooks;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Workloads;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Notebooks;

public class NotebookPageTests
{
    [Fact]
    public async Task Log_OfAServerThatDoesNotStayUp_IsShownAndIsTheServersOwn()
    {
        var logs = new LogsOfPods();
        var cluster = new SeenCluster { Client = logs };
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var project = await pages.ProjectAsync();
        var id = (await pages.Database.Get<NotebookService>().LaunchAsync(pages.Ana, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;
        await using var db = await pages.Database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        await db.Set<Notebook>().ExecuteUpdateAsync(s => s.SetProperty(n => n.State, WorkloadState.Attention));
        cluster.With(Kinds.Pod, new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "explore-0",
                ["namespace"] = await db.Projects.Select(p => p.Namespace).SingleAsync(),
                ["labels"] = new JsonObject { [Manifest.IdLabel] = id.ToString("D") },
            },
            // A proxy that a mesh has put beside it.
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "server" }, new JsonObject { ["name"] = "istio-proxy" }) },
        });

        var page = pages.Render<NotebookPage>(p => p.Add(x => x.Id, id));

        page.WaitForAssertion(() => Assert.Equal("No module named notebook", page.Find("pre.log").TextContent));
        Assert.Equal($"/api/v1/notebooks/{id}/log", page.Find("a[download]").GetAttribute("href"));
        Assert.Equal("server", logs.Container);
    }

    private sealed class LogsOfPods : UnreachableCluster
    {
        public string? Container { get; private set; }

        public override Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct)
        {
            Container = container;
            return Task.FromResult<Stream>(new MemoryStream("No module named notebook\n"u8.ToArray()));
        }
    }

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
