using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.EndToEnd.Tests.Browser;
using Portal.EndToEnd.Tests.Hardware;
using Portal.Testing.Waiting;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Quotas;

/// <summary>A scientist asks, a lead decides in another browser, and the project's ceilings in the cluster follow.</summary>
public class QuotaJourneyTests(PortalBrowser browser)
{
    [Fact]
    public async Task Request_ApprovedByTheLead_ChangesQuotaAndQueueInTheCluster()
    {
        await using var scientist = await browser.OpenAsync("scientist");
        await using var lead = await browser.OpenAsync("lead");
        var (project, pool, name) = await StageAsync();

        await scientist.GoAsync($"/projects/{project}/quota");
        await scientist.ShouldBeSoundAsync();
        await scientist.Page.GetByRole(AriaRole.Link, new() { Name = "Request quota" }).ClickAsync();
        await Expect(scientist.Page.GetByText("A lead of the team", new() { Exact = false })).ToBeVisibleAsync();
        await scientist.Page.Locator($"input[name=pool][value='{pool.Id}']").CheckAsync();
        await scientist.Page.GetByRole(AriaRole.Spinbutton, new() { Name = "Units" }).FillAsync("2");
        await scientist.Page.GetByLabel("Reason").FillAsync("Retrain the scorecard");
        await scientist.ShouldBeSoundAsync();
        await scientist.Page.GetByRole(AriaRole.Button, new() { Name = "Send request" }).ClickAsync();
        await Expect(scientist.Page.GetByText("This is your own request", new() { Exact = false })).ToBeVisibleAsync();
        await Expect(scientist.Page.GetByRole(AriaRole.Button, new() { Name = "Approve", Exact = false })).ToHaveCountAsync(0);

        await lead.GoAsync("/approvals");
        await lead.ShouldBeSoundAsync();
        await lead.Page.GetByRole(AriaRole.Link, new() { Name = "Look and decide: " + name }).ClickAsync();
        await Expect(lead.Page.GetByText("Retrain the scorecard").First).ToBeVisibleAsync();
        await lead.ShouldBeSoundAsync();
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Approve 2" }).DblClickAsync();

        // The scientist's page moves on by itself.
        await Expect(scientist.Page.GetByText("Approved: 2")).ToBeVisibleAsync();
        // The queue says what is the project's own; where the pool lends, the namespace may hold more than that.
        await Eventually.TrueAsync(async () => await InClusterAsync(project, pool) is ({ } quota, "2") && int.Parse(quota, CultureInfo.InvariantCulture) >= 2,
            "the cluster grants 2 units");
        var view = (await Get<PoolQueryService>().FindAsync(await ActorAsync("scientist"), pool.Id, default)).Value;
        // Other projects hold units of the same pool.
        Assert.InRange(view.Pool.Ledger.Granted, 2, view.Pool.Ledger.Capacity);
    }

    [Fact]
    public async Task Request_Unfitting_IsToldBeforeItIsSent()
    {
        await using var scientist = await browser.OpenAsync("scientist", "zh-CN");
        var (project, _, _) = await StageAsync();

        await scientist.GoAsync($"/projects/{project}/quota/new");
        var units = scientist.Page.GetByRole(AriaRole.Spinbutton, new() { Name = "数量" });
        await units.FillAsync("1000000000");
        await Expect(scientist.Page.GetByText("而该资源池总共只有", new() { Exact = false })).ToBeVisibleAsync();
        await units.FillAsync("1.5");
        await Expect(scientist.Page.GetByText("1.5 不是整数", new() { Exact = false })).ToBeVisibleAsync();
        await scientist.ShouldBeSoundAsync();
    }

    private T Get<T>() where T : notnull => browser.Portal.Services.GetRequiredService<T>();

    private Task<Actor> ActorAsync(string account) => browser.Portal.ActorAsync(account);

    /// <summary>A team of the lead and the scientist, a project of the scientist's, and a pool of what the nodes offer.</summary>
    private async Task<(Guid Project, HardwarePool Pool, string Name)> StageAsync()
    {
        var (admin, scientist) = (await ActorAsync("admin"), await ActorAsync("scientist"));
        var name = "Quota journey " + Guid.NewGuid().ToString("N")[..6];
        var team = await Get<TeamService>().CreateAsync(
            admin, new TeamDraft(Guid.CreateVersion7(), name) { Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)] }, default);
        var project = await Get<ProjectService>().CreateAsync(scientist, new ProjectDraft(Guid.CreateVersion7(), name, team.Value), default);
        var pool = await OfferedPool.MakeAsync(browser.Portal, sample: true);
        Assert.True((await Get<HardwareService>().SetBudgetAsync(admin, pool.Id, team.Value, 4, default)).Succeeded);
        return (project.Value, pool, name);
    }

    private async Task<(string? Quota, string? Queue)> InClusterAsync(Guid project, HardwarePool pool)
    {
        var view = (await Get<ProjectQueryService>().GetAsync(await ActorAsync("scientist"), project, default)).Value;
        var cluster = Get<IClusters>().All.Single().Client;
        JsonNode? quota = null;
        await foreach (var found in cluster.ListAsync(Kinds.ResourceQuota, view.Namespace, null, default))
            quota = found;
        var queue = await cluster.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, view.Namespace), default);
        var nominal = queue.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors")).Where(f => f.Text("name") == pool.Slug)
            .SelectMany(f => f.Items("resources")).FirstOrDefault(r => r.Text("name") == pool.ResourceName);
        return (quota.Text("spec", "hard", "requests." + pool.ResourceName), nominal.Text("nominalQuota"));
    }
}
