using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Projects.Objects;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Projects;

public class ResourcesTabTests
{
    [Fact]
    public async Task Tab_ThatStandsOpen_ShowsWhatTheClusterMakesThoughNoRowChanges()
    {
        var cluster = new SeenCluster();
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var project = await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        var context = await pages.ContextAsync(project);
        var tab = pages.Render<ResourcesTab>(p => p.AddCascadingValue(context));
        tab.WaitForAssertion(() => Assert.NotEmpty(tab.FindAll(".empty")));

        cluster.With(Kinds.Namespace, new JsonObject
        {
            ["kind"] = "Namespace",
            ["metadata"] = new JsonObject { ["name"] = "ml-credit-risk", ["labels"] = new JsonObject { [Manifest.IdLabel] = project.ToString("D") } },
        });

        tab.WaitForAssertion(() => Assert.Contains("ml-credit-risk", tab.Find("summary").TextContent, StringComparison.Ordinal), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task Tab_WithTwoOfOneNameInTwoGroups_ShowsBoth()
    {
        var cluster = new SeenCluster();
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var project = await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
        {
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
            var ns = await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync();
            foreach (var type in (ResourceType[])[HardwareProfileManifests.Versions[0], HardwareProfileManifests.Dashboard])
                cluster.With(type, Manifest.Create(type, ns, "cards", new ReconcileOwner("Project", project)));
        }
        var context = await pages.ContextAsync(project);

        var tab = pages.Render<ResourcesTab>(p => p.AddCascadingValue(context));

        tab.WaitForAssertion(() => Assert.Equal(2, tab.FindAll("summary").Count));
        // What is drawn again is told apart by its key.
        tab.Render(_ => { });
        Assert.Equal(2, tab.FindAll("summary").Count);
    }
}
