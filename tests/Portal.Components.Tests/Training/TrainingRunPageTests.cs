using System.Text.Json.Nodes;
using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Training;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Training;

public class TrainingRunPageTests
{
    [Fact]
    public async Task Run_OnSeveralNodes_ShowsTheAcceleratorsOfAll()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var id = await RunAsync(pages, await pages.ProjectAsync(), pages.Ana);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));
        var list = pages.Render<RunList>(p => p.Add(x => x.Load, (query, state, ct) =>
            pages.Database.Get<TrainingList>().ForPersonAsync(pages.Ana, query, state, ct)));

        page.WaitForAssertion(() => Assert.Contains("8 (4 × 2)", page.Markup, StringComparison.Ordinal));
        list.WaitForAssertion(() => Assert.Contains("8 (4 × 2)", list.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stop_OfSomebodyElses_IsThereForAnAdminWhoMayNotLaunch()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var (ben, project) = await pages.OfSomebodyElseAsync();
        var id = await RunAsync(pages, project, ben);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));

        page.WaitForAssertion(() => Assert.Contains(page.FindAll("button"), b => b.TextContent.Trim() == "Stop"));
        Assert.DoesNotContain("/training/new", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OnUnitsThatOthersLent_SaysThatItMayBeStoppedOnItsPageAndInItsRow()
    {
        var cluster = new SeenCluster();
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var (project, lender) = (await pages.ProjectAsync(), await pages.ProjectAsync("Fraud"));
        var id = await RunAsync(pages, project, pages.Ana);
        await BorrowsAsync(pages, cluster, project, lender);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));
        var list = pages.Render<RunList>(p => p.Add(x => x.Load, (query, state, ct) =>
            pages.Database.Get<TrainingList>().ForPersonAsync(pages.Ana, query, state, ct)));

        page.WaitForAssertion(() => Assert.StartsWith("Runs on 2 borrowed of Big cards, from Fraud · Risk. It may be stopped", page.Find("[role=note]").TextContent, StringComparison.Ordinal));
        Assert.Contains("queued again", page.Find("[role=note]").TextContent, StringComparison.Ordinal);
        list.WaitForAssertion(() => Assert.Contains("2 of Big cards borrowed: may be stopped when asked back", list.Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Run_OnUnitsOfAQueueThatIsNoProjects_IsSaidToBorrowOfOthers()
    {
        var cluster = new SeenCluster();
        await using var pages = await ProjectPages.CreateAsync(cluster: cluster);
        var (project, lender) = (await pages.ProjectAsync(), await pages.ProjectAsync("Fraud"));
        var id = await RunAsync(pages, project, pages.Ana);
        await BorrowsAsync(pages, cluster, project, lender, lenderHasQueue: false);

        var page = pages.Render<TrainingRunPage>(p => p.Add(x => x.Id, id));

        page.WaitForAssertion(() => Assert.StartsWith("Runs on 2 borrowed of Big cards, from other projects. It", page.Find("[role=note]").TextContent, StringComparison.Ordinal));
    }

    // Three units run on one of its own; the lender has four, whether its project has a place in that queue or not.
    private static async Task BorrowsAsync(ProjectPages pages, SeenCluster cluster, Guid project, Guid lender, bool lenderHasQueue = true)
    {
        await using var db = await pages.Database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        db.Add(new HardwarePool { Name = "Big cards", Slug = "cards", ClusterId = cluster.Id, ResourceName = "nvidia.com/gpu", CreatedBy = pages.Ana.Id });
        await db.SaveChangesAsync();
        foreach (var (name, of, units) in new[] { ("mine", project, 1), ("theirs", lender, 4) })
        {
            var ns = await db.Projects.Where(p => p.Id == of).Select(p => p.Namespace).SingleAsync();
            cluster.With(Kinds.ClusterQueue, Json($$"""
                {"metadata":{"name":"{{name}}"},"spec":{"cohortName":"team","preemption":{"reclaimWithinCohort":"Any"},"resourceGroups":[{"coveredResources":["nvidia.com/gpu"],
                "flavors":[{"name":"cards","resources":[{"name":"nvidia.com/gpu","nominalQuota":"{{units}}"}]}]}]} }
                """)).With(Kinds.LocalQueue, Json($$"""{"metadata":{"name":"default","namespace":"{{ns}}"},"spec":{"clusterQueue":"{{(of == project || lenderHasQueue ? name : "another")}}"} }"""));
            if (of == project)
            {
                cluster.With(Kinds.Workload, Json($$"""
                    {"metadata":{"name":"w","namespace":"{{ns}}","creationTimestamp":"2026-03-02T09:00:00Z","ownerReferences":[{"name":"fraud","uid":"u"}]},"spec":{"queueName":"default","active":true},
                    "status":{"admission":{"clusterQueue":"mine","podSetAssignments":[{"name":"main","count":1,"flavors":{"nvidia.com/gpu":"cards"},"resourceUsage":{"nvidia.com/gpu":"3"} }]},
                    "conditions":[{"type":"QuotaReserved","status":"True","lastTransitionTime":"2026-03-02T09:00:00Z"}]} }
                    """));
            }
        }
    }

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();

    private static async Task<Guid> RunAsync(ProjectPages pages, Guid project, Actor by)
    {
        await using var db = await pages.Database.OpenAsync();
        var run = new TrainingRun
        {
            ProjectId = project,
            Name = "fraud",
            ObjectName = "fraud",
            SizeId = "small",
            ImageId = "sklearn",
            CreatedBy = by.Id,
            CreatedAt = pages.Database.Clock.GetUtcNow(),
            State = WorkloadState.Running,
            Accelerators = 2,
            Nodes = 4,
        };
        db.Add(run);
        await db.SaveChangesAsync();
        return run.Id;
    }
}
