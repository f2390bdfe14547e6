using k8s;
using k8s.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Core.Training;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Ownership;

/// <summary>Where people see that others hold fields of notebooks', runs' and the platform's objects, and decide it.</summary>
public sealed class DisputeJourneyTests(PortalBrowser browser) : IAsyncDisposable
{
    private readonly List<Guid> _made = [];

    /// <summary>Takes the disputes away: other tests look at the same pages.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_made.Count == 0)
            return;
        await using var db = await OpenAsync();
        db.RemoveRange(await db.Set<ObjectDispute>().Where(d => _made.Contains(d.Id)).ToListAsync());
        await db.SaveChangesAsync();
    }

    [Fact]
    public async Task Field_ThatSomebodyElseSet_IsSeenAndTakenOverByTheLead()
    {
        await using var lead = await browser.OpenAsync("lead");
        var project = await ProjectAsync();
        var held = lead.Page.GetByText("kubectl-edit holds", new() { Exact = false });
        await lead.GoAsync($"/projects/{project.Id}/resources");
        await Expect(lead.Page.GetByText("project-limits").First).ToBeVisibleAsync();
        await Expect(held).ToHaveCountAsync(0);

        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(Path.Combine(browser.Portal.Folder, "cluster", "kubeconfig")));
        var patch = new V1Patch("""{"spec":{"hard":{"requests.cpu":"9999"}}}""", V1Patch.PatchType.MergePatch);
        await client.CoreV1.PatchNamespacedResourceQuotaAsync(patch, "project-limits", project.Namespace, fieldManager: "kubectl-edit");

        // Nothing is loaded again: the page hears of it.
        await Expect(held).ToBeVisibleAsync();
        await Expect(lead.Page.GetByText(".spec.hard.requests.cpu")).ToBeVisibleAsync();
        await lead.ShouldBeSoundAsync();
        await lead.PictureAsync("dispute-real");
        Assert.Equal("9999", await CoresAsync(client, project));
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();
        await lead.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();

        await Expect(held).ToHaveCountAsync(0);
        Assert.Equal("8", await CoresAsync(client, project));
    }

    [Fact]
    public async Task Dispute_OfANotebook_IsDecidedOnItsPageByTheLead()
    {
        await using var lead = await browser.OpenAsync("lead");
        await using var scientist = await browser.OpenAsync("scientist", "zh-CN", dark: true, width: 768);
        var notebook = await browser.SampleAsync();
        var dispute = await DisputedAsync(nameof(Notebook), notebook, SampleTrial.Project, "StatefulSet", "sample", "kubectl-scale", ".spec.replicas");

        await scientist.GoAsync($"/notebook/{notebook}");
        await Expect(scientist.Page.GetByText("kubectl-scale 持有")).ToBeVisibleAsync();
        await scientist.ShouldBeSoundAsync();
        await scientist.ShouldFitAsync();
        await scientist.PictureAsync("dispute-notebook-zh-dark-768");
        await lead.GoAsync($"/notebook/{notebook}");
        await Expect(lead.Page.GetByText("kubectl-scale holds")).ToBeVisibleAsync();
        await lead.ShouldBeSoundAsync();
        await lead.PictureAsync("dispute-notebook");
        await using (var list = await browser.OpenAsync("scientist"))
        {
            await list.GoAsync($"/projects/{SampleTrial.Project}/notebooks");
            await Expect(list.Page.GetByText("Held by another")).ToBeVisibleAsync();
            await list.ShouldBeSoundAsync();
            await list.PictureAsync("dispute-notebooks");
        }
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Leave it" }).ClickAsync();

        await Expect(lead.Page.GetByText("They are left to the other", new() { Exact = false })).ToBeVisibleAsync();
        // The other's page moves on by itself.
        await Expect(scientist.Page.GetByText("已留给对方", new() { Exact = false })).ToBeVisibleAsync();
        Assert.Equal(DisputeDecision.Leave, await DecisionAsync(dispute));
    }

    [Fact]
    public async Task Dispute_OfARun_IsTakenOverOnItsPage()
    {
        await using var lead = await browser.OpenAsync("lead");
        await browser.SampleAsync();
        var dispute = await DisputedAsync(nameof(TrainingRun), SampleTrial.Run, SampleTrial.Project, "ConfigMap", "run-sample", "kubectl-edit", ".data.main.py");

        await lead.GoAsync("/training");
        await Expect(lead.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = "Held by another" })).ToHaveCountAsync(1);
        await lead.GoAsync($"/training/{SampleTrial.Run}");
        await lead.ShouldBeSoundAsync();
        await lead.PictureAsync("dispute-run");
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();
        await lead.Page.GetByRole(AriaRole.Dialog).GetByRole(AriaRole.Button, new() { Name = "Take over" }).ClickAsync();

        await Expect(lead.Page.GetByText("The portal takes them over at its next pass", new() { Exact = false })).ToBeVisibleAsync();
        Assert.Equal(DisputeDecision.TakeOver, await DecisionAsync(dispute));
    }

    [Theory]
    [InlineData("en-US", false, 1280, "kubectl-edit holds", "Leave it", "Held by another", "dispute-cluster")]
    [InlineData("zh-CN", true, 768, "kubectl-edit 持有", "留给对方", "由他人持有", "dispute-cluster-zh-dark-768")]
    public async Task Dispute_OfThePlatform_IsDecidedByTheAdminOnTheClustersPage(
        string language, bool dark, int width, string holds, string leave, string badge, string picture)
    {
        await using var admin = await browser.OpenAsync("admin", language, dark, width);
        await using var auditor = await browser.OpenAsync("auditor", language, dark, width);
        await browser.SampleAsync();
        var dispute = await DisputedAsync("Team", Guid.CreateVersion7(), null, "Cohort", "team-x", "kubectl-edit", ".spec.fairSharing.weight");

        await auditor.GoAsync("/clusters");
        await Expect(auditor.Page.GetByRole(AriaRole.Row).GetByText(badge)).ToBeVisibleAsync();
        await auditor.ShouldFitAsync();
        await auditor.PictureAsync(picture + "-list");
        await auditor.GoAsync($"/clusters/{ClusterRegistration.ConfiguredId}");
        await Expect(auditor.Page.GetByText(holds)).ToBeVisibleAsync();
        await Expect(auditor.Page.GetByRole(AriaRole.Button, new() { Name = leave })).ToHaveCountAsync(0);
        await admin.GoAsync($"/clusters/{ClusterRegistration.ConfiguredId}");
        await Expect(admin.Page.GetByText(holds)).ToBeVisibleAsync();
        await admin.ShouldBeSoundAsync();
        await admin.ShouldFitAsync();
        await admin.PictureAsync(picture);
        await admin.Page.GetByRole(AriaRole.Button, new() { Name = leave }).ClickAsync();

        await Expect(admin.Page.GetByRole(AriaRole.Button, new() { Name = leave })).ToHaveCountAsync(0);
        Assert.Equal(DisputeDecision.Leave, await DecisionAsync(dispute));
    }

    [Fact]
    public async Task Dispute_OfAPoolsFlavor_IsOnThePoolsPageForTheAdminAlone()
    {
        await using var admin = await browser.OpenAsync("admin");
        await using var scientist = await browser.OpenAsync("scientist");
        await browser.SampleAsync();
        await DisputedAsync(nameof(HardwarePool), SampleTrial.Pool, null, "ResourceFlavor", "pool-x", "argocd-controller", ".spec.nodeLabels");

        await admin.GoAsync($"/hardware/{SampleTrial.Pool}");
        await Expect(admin.Page.GetByText("argocd-controller holds")).ToBeVisibleAsync();
        await admin.PictureAsync("dispute-pool");
        await scientist.GoAsync($"/hardware/{SampleTrial.Pool}");

        await Expect(scientist.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToBeVisibleAsync();
        await Expect(scientist.Page.GetByText("argocd-controller holds")).ToHaveCountAsync(0);
    }

    private async Task<ProjectView> ProjectAsync()
    {
        var (admin, lead) = (await browser.Portal.ActorAsync("admin"), await browser.Portal.ActorAsync("lead"));
        var name = $"Disputed {Guid.NewGuid():N}"[..16];
        var team = await Get<TeamService>().CreateAsync(
            admin, new TeamDraft(Guid.CreateVersion7(), name) { Members = [new("lead", TeamRole.Lead)] }, default);
        var made = await Get<ProjectService>().CreateAsync(lead, new ProjectDraft(Guid.CreateVersion7(), name, team.Value), default);
        ProjectView? project = null;
        await Eventually.TrueAsync(
            async () => (project = (await Get<ProjectQueryService>().GetAsync(lead, made.Value, default)).Value).State == ProjectState.Ready, "the project is ready");
        return project!;
    }

    private static async Task<string> CoresAsync(Kubernetes client, ProjectView project) =>
        (await client.CoreV1.ReadNamespacedResourceQuotaAsync("project-limits", project.Namespace)).Spec.Hard["requests.cpu"].ToString();

    private T Get<T>() where T : notnull => browser.Portal.Services.GetRequiredService<T>();

    private Task<PortalDb> OpenAsync() => browser.Portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    private async Task<Guid> DisputedAsync(string ownerKind, Guid owner, Guid? project, string kind, string name, string manager, string field)
    {
        var dispute = new ObjectDispute
        {
            ClusterId = ClusterRegistration.ConfiguredId,
            OwnerKind = ownerKind,
            OwnerId = owner,
            ProjectId = project,
            ObjectKind = kind,
            Namespace = project is null ? "" : "ml-x",
            Name = name,
            Conflicts = [new FieldConflict(manager, field)],
            Since = DateTimeOffset.UtcNow,
        };
        await using var db = await OpenAsync();
        db.Add(dispute);
        await db.SaveChangesAsync();
        _made.Add(dispute.Id);
        return dispute.Id;
    }

    private async Task<DisputeDecision> DecisionAsync(Guid id)
    {
        await using var db = await OpenAsync();
        return await db.Set<ObjectDispute>().Where(d => d.Id == id).Select(d => d.Decision).SingleAsync();
    }
}
