using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Hardware;

/// <summary>An admin opens a pool's lending, sees before who gains, who loses and what changes in the cluster, and saves it.</summary>
public sealed class LendingJourneyTests(PortalBrowser browser) : IAsyncDisposable
{
    private readonly List<Guid> _granted = [];

    /// <summary>Gives the units back: other tests ask for some of the same pool.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var id in _granted)
            await Get<QuotaService>().ReleaseAsync(await ActorAsync("scientist"), id, default);
    }

    [Fact]
    public async Task Lending_Saved_ReachesTheQueuesAfterAPreview()
    {
        await using var admin = await browser.OpenAsync("admin");
        var (project, pool) = await GrantedAsync(2);

        await admin.GoAsync($"/hardware/{pool.Id}");
        await admin.Page.GetByRole(AriaRole.Radio, new() { Name = "Lend and borrow" }).First.CheckAsync();
        var row = admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = project.Name });
        await Expect(row.Filter(new() { HasText = "0 → 2" }).First).ToBeVisibleAsync();
        var lending = admin.Page.GetByRole(AriaRole.Region, new() { Name = "Lending" });
        await lending.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(lending.GetByText("May be lent", new() { Exact = false }).First).ToBeVisibleAsync();
        // A plan of what is no longer in the form is not shown.
        await admin.Page.GetByRole(AriaRole.Radio, new() { Name = "Never lend" }).First.CheckAsync();
        await Expect(lending.GetByText("May be lent", new() { Exact = false })).ToHaveCountAsync(0);
        await admin.Page.GetByRole(AriaRole.Radio, new() { Name = "Lend and borrow" }).First.CheckAsync();
        await lending.GetByRole(AriaRole.Button, new() { Name = "Show" }).ClickAsync();
        await Expect(lending.GetByText("May be lent", new() { Exact = false }).First).ToBeVisibleAsync();
        await admin.ShouldBeSoundAsync();
        await lending.ScrollIntoViewIfNeededAsync();
        await admin.PictureAsync("lending");
        await lending.GetByRole(AriaRole.Button, new() { Name = "Save lending" }).ClickAsync();

        await Eventually.TrueAsync(async () => await LendsAsync(project, pool) == "2", "the queue lends 2 units");
        Assert.Equal("Any", (await QueueAsync(project)).Text("spec", "preemption", "reclaimWithinCohort"));
    }

    [Fact]
    public async Task Lending_InChineseOnANarrowDarkScreen_IsSound()
    {
        await using var admin = await browser.OpenAsync("admin", "zh-CN", dark: true, width: 768);
        var (_, pool) = await GrantedAsync(1);

        await admin.GoAsync($"/hardware/{pool.Id}");
        await admin.Page.GetByRole(AriaRole.Radio, new() { Name = "互相借用" }).First.CheckAsync();
        await Expect(admin.Page.GetByText("谁得益，谁受损")).ToBeVisibleAsync();

        await admin.ShouldBeSoundAsync();
        await admin.Page.GetByText("谁得益，谁受损").ScrollIntoViewIfNeededAsync();
        await admin.PictureAsync("lending-zh-dark-768");
    }

    [Fact]
    public async Task Frozen_ByTheLead_IsSaidOnTheProjectWithTheReason()
    {
        await using var lead = await browser.OpenAsync("lead");
        var (project, _) = await GrantedAsync(1);

        await lead.GoAsync($"/projects/{project.Id}/settings");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Freeze" }).ClickAsync();
        await lead.Page.GetByLabel("Reason, shown to its members").FillAsync("Budget review");
        await lead.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Freeze" }).ClickAsync();

        await Expect(lead.Page.GetByText("Budget review", new() { Exact = false }).First).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => (await QueueAsync(project)).Text("spec", "stopPolicy") == "Hold", "the queue holds");
        await lead.ShouldBeSoundAsync();
        await lead.PictureAsync("frozen");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Let it go on" }).ClickAsync();
        await Eventually.TrueAsync(async () => (await QueueAsync(project)).Text("spec", "stopPolicy") == "None", "the queue goes on");
    }

    [Fact]
    public async Task Dispute_OnTheResourcesTab_IsLeftToTheOther()
    {
        await using var lead = await browser.OpenAsync("lead");
        var (project, _) = await GrantedAsync(1);
        var dispute = await DisputedAsync(project);

        await lead.GoAsync($"/projects/{project.Id}/resources");
        await Expect(lead.Page.GetByText("kubectl-edit holds")).ToBeVisibleAsync();
        await lead.ShouldBeSoundAsync();
        await lead.Page.GetByText("kubectl-edit holds").ScrollIntoViewIfNeededAsync();
        await lead.PictureAsync("dispute");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Leave it" }).ClickAsync();

        await Expect(lead.Page.GetByText("They are left to the other", new() { Exact = false })).ToBeVisibleAsync();
        await using var db = await Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        Assert.Equal(DisputeDecision.Leave, await db.Set<ObjectDispute>().Where(d => d.Id == dispute).Select(d => d.Decision).SingleAsync());
    }

    [Fact]
    public async Task Settings_OfAProject_SayWhatWillChange()
    {
        await using var scientist = await browser.OpenAsync("scientist");
        var (project, _) = await GrantedAsync(1);

        await scientist.GoAsync($"/projects/{project.Id}/settings");
        var (other, plan) = (scientist.Page.Locator("input[name=size][value=L]"), scientist.Page.GetByText("Pods at one time"));
        await other.CheckAsync(new() { Force = true });
        await scientist.Page.GetByRole(AriaRole.Button, new() { Name = "Show the changes", Exact = true }).ClickAsync();
        await Expect(plan).ToBeVisibleAsync();
        // A plan of what is no longer in the form is not shown.
        await scientist.Page.Locator("input[name=size][value=M]").CheckAsync(new() { Force = true });
        await Expect(plan).ToHaveCountAsync(0);
        await other.CheckAsync(new() { Force = true });
        await scientist.Page.GetByRole(AriaRole.Button, new() { Name = "Show the changes", Exact = true }).ClickAsync();

        await Expect(plan).ToBeVisibleAsync();
        await Expect(scientist.Page.GetByText("would not be applied")).ToHaveCountAsync(0);
        await scientist.ShouldBeSoundAsync();
        await plan.ScrollIntoViewIfNeededAsync();
        await scientist.PictureAsync("what-will-change");
    }

    private T Get<T>() where T : notnull => browser.Portal.Services.GetRequiredService<T>();

    private Task<Actor> ActorAsync(string account) => browser.Portal.ActorAsync(account);

    private async Task<(ProjectView Project, HardwarePool Pool)> GrantedAsync(int units)
    {
        var pool = await OfferedPool.MakeAsync(browser.Portal, sample: true);
        var granted = await GrantedProject.MakeAsync(browser.Portal, pool, units, "Lending");
        _granted.Add(granted.Request);
        return (granted.Project, pool);
    }

    private async Task<Guid> DisputedAsync(ProjectView project)
    {
        await using var db = await Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();
        var dispute = new ObjectDispute
        {
            OwnerKind = "Project",
            OwnerId = project.Id,
            ProjectId = project.Id,
            ObjectKind = "ResourceQuota",
            Namespace = project.Namespace,
            Name = ProjectManifests.LimitsName,
            Conflicts = [new FieldConflict("kubectl-edit", ".spec.hard.requests.cpu")],
            Since = DateTimeOffset.UtcNow,
        };
        db.Add(dispute);
        await db.SaveChangesAsync();
        return dispute.Id;
    }

    private async Task<System.Text.Json.Nodes.JsonObject?> QueueAsync(ProjectView project) =>
        await Get<IClusters>().All.Single().Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace), default);

    private async Task<string?> LendsAsync(ProjectView project, HardwarePool pool) =>
        (await QueueAsync(project)).Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors")).Where(f => f.Text("name") == pool.Slug)
            .SelectMany(f => f.Items("resources")).FirstOrDefault(r => r.Text("name") == pool.ResourceName).Text("lendingLimit");
}
