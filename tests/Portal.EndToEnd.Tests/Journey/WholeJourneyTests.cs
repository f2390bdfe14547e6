using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Journey;

/// <summary>
/// The main job as people do it, each in a browser of their own: an admin gives hardware, a scientist works, a lead decides, an
/// auditor reads it all. Everything is real: cluster objects, Jupyter, a training process, the drift engine. Each button is
/// clicked twice, as impatient people do, and the audit log shows that each thing was done once.
/// </summary>
public class WholeJourneyTests(PortalBrowser browser)
{
    private static readonly LocatorAssertionsToBeVisibleOptions Patient = new() { Timeout = 90_000 };

    [Theory]
    [InlineData("en-US", "Simulated GPU B", false)]
    [InlineData("zh-CN", "Simulated GPU C", true)]
    public async Task MainJob_ByThreePeopleAndAnAuditor_IsDoneInTheBrowser(string language, string accelerators, bool dark)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var say = new Spoken(language);
        var name = $"Journey {language} {Guid.NewGuid():N}"[..20];
        await using var admin = await browser.OpenAsync("admin", language, dark);
        await using var scientist = await browser.OpenAsync("scientist", language, dark);
        await using var lead = await browser.OpenAsync("lead", language, dark);
        await using var auditor = await browser.OpenAsync("auditor", language, dark);

        await MakeTeamAsync(admin.Page, say, name);
        var pool = await MakePoolAsync(admin, say, accelerators, name);
        var project = await OnboardAsync(scientist, say, name);
        await AskAsync(scientist, say, project, accelerators);
        await DecideAsync(lead, say, name);
        await Expect(scientist.Page.GetByText(say.Of<Resources.Quotas>("step.Approved", 2))).ToBeVisibleAsync();
        await Eventually.TrueAsync(async () => await InClusterAsync(project, pool) is ("2", "2"), "the cluster grants 2 units");
        await WriteInNotebookAsync(scientist, say, project);
        await TrainAsync(scientist, say, project, accelerators);
        await Eventually.TrueAsync(async () => await InUseAsync(pool) == 0, "the accelerators are given back");
        await MonitorAsync(scientist, say, project, name);
        await ReadAuditAsync(auditor, say, project);
    }

    private static async Task MakeTeamAsync(IPage page, Spoken say, string name)
    {
        await page.GotoAsync("/teams/new");
        await ReadyAsync(page);
        await page.GetByLabel(say.Of<Resources.Teams>("field.name")).FillAsync(name);
        await page.GetByLabel(say.Of<Resources.Teams>("field.leads")).FillAsync("lead");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Teams>("create") }).DblClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = name })).ToBeVisibleAsync();
        await page.GetByLabel(say.Of<Resources.Members>("names")).FillAsync("scientist");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Members>("add_count", 1) }).DblClickAsync();
        await Expect(page.GetByText("Trial scientist")).ToBeVisibleAsync();
    }

    private static async Task<Guid> MakePoolAsync(PortalPage admin, Spoken say, string accelerators, string team)
    {
        var page = admin.Page;
        await admin.GoAsync("/hardware");
        await page.GetByRole(AriaRole.Link, new() { Name = say.Of<Resources.Hardware>("make.of", accelerators), Exact = true }).ClickAsync();
        await page.GetByLabel(say.Of<Resources.Hardware>("field.price")).FillAsync("2.5");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Hardware>("make"), Exact = true }).DblClickAsync();
        await admin.AtOneOfAsync("hardware");
        await page.GetByLabel(say.Of<Resources.Hardware>("budget.of", team)).FillAsync("3");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Hardware>("budget.save", team) }).DblClickAsync();
        await Expect(page.GetByText(say.Of<Resources.Hardware>("budget.saved", team, 3))).ToBeVisibleAsync();
        return IdIn(page.Url);
    }

    private static async Task<Guid> OnboardAsync(PortalPage scientist, Spoken say, string name)
    {
        var page = scientist.Page;
        await scientist.GoAsync("/projects/new");
        await page.GetByLabel(say.Of<Resources.Projects>("field.name")).FillAsync(name);
        await page.GetByLabel(say.Of<Resources.Projects>("field.team")).ClickAsync(new() { Force = true });
        await page.Locator(".mud-popover-open .mud-list-item").Filter(new() { HasText = name }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Projects>("create") }).DblClickAsync();
        await scientist.AtOneOfAsync("projects");
        // Nothing is reloaded: the steps turn by themselves.
        await Expect(page.Locator("ol.steps > li")).ToHaveCountAsync(6);
        await Expect(page.Locator("ol.steps .badge-succeeded")).ToHaveCountAsync(6, new() { Timeout = 90_000 });
        return IdIn(page.Url);
    }

    private static async Task AskAsync(PortalPage scientist, Spoken say, Guid project, string accelerators)
    {
        var page = scientist.Page;
        await scientist.GoAsync($"/projects/{project}/quota");
        await page.GetByRole(AriaRole.Link, new() { Name = say.Of<Resources.Quotas>("request"), Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Radio, new() { Name = accelerators }).CheckAsync();
        await page.GetByRole(AriaRole.Spinbutton, new() { Name = say.Of<Resources.Quotas>("field.amount") }).FillAsync("2");
        await page.GetByLabel(say.Of<Resources.Quotas>("field.reason")).FillAsync("Retrain the scorecard");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Quotas>("send") }).DblClickAsync();
        // Nobody decides their own request.
        await Expect(page.GetByText(say.Of<Resources.Quotas>("own"))).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Quotas>("approve", 2) })).ToHaveCountAsync(0);
    }

    private static async Task DecideAsync(PortalPage lead, Spoken say, string name)
    {
        await lead.GoAsync("/approvals");
        await lead.Page.GetByRole(AriaRole.Link, new() { Name = say.Of<Resources.Quotas>("decide.of", name) }).ClickAsync();
        await Expect(lead.Page.GetByText("Retrain the scorecard").First).ToBeVisibleAsync();
        await lead.Page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Quotas>("approve", 2) }).DblClickAsync();
        // In the history: the message that appears for a moment says the same in other words, in Chinese with these among them.
        await Expect(lead.Page.Locator("strong", new() { HasText = say.Of<Resources.Quotas>("step.Approved", 2) })).ToBeVisibleAsync();
    }

    private static async Task WriteInNotebookAsync(PortalPage scientist, Spoken say, Guid project)
    {
        var page = scientist.Page;
        await scientist.GoAsync($"/projects/{project}/notebooks");
        await page.GetByRole(AriaRole.Link, new() { Name = say.Of<Resources.Notebooks>("launch"), Exact = true }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(new Uri(page.Url), $"/projects/{project}/notebooks/new").ToString());
        await page.Locator("button[type=submit]").DblClickAsync();
        await scientist.AtOneOfAsync("notebook");
        var open = page.Locator("a.button-primary[target=_blank]");
        await Expect(open).ToBeVisibleAsync(Patient);
        await scientist.ShouldBeSoundAsync();
        var jupyter = await page.RunAndWaitForPopupAsync(() => open.ClickAsync());
        await JupyterPage.ExecuteAsync(jupyter, (await open.GetAttributeAsync("href"))!, Story.Cell, "42");
        await jupyter.CloseAsync();
    }

    private static async Task TrainAsync(PortalPage scientist, Spoken say, Guid project, string accelerators)
    {
        var page = scientist.Page;
        await scientist.GoAsync($"/projects/{project}/training/new");
        await page.GetByLabel(say.Of<Resources.Training>("field.name"), new() { Exact = true }).FillAsync("squares");
        await page.Locator("#code").FillAsync(Story.Program);
        await page.GetByLabel(say.Of<Resources.Workloads>("accelerators.pool")).SelectOptionAsync(new SelectOptionValue { Label = say.Of<Resources.Workloads>("accelerators.offer", accelerators, 2) });
        await page.GetByLabel(say.Of<Resources.Workloads>("accelerators.amount")).FillAsync("2");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Training>("launch.do"), Exact = true }).DblClickAsync();
        await scientist.AtOneOfAsync("training");
        await Expect(page.Locator("h1 .badge-succeeded")).ToBeVisibleAsync(Patient);
        await Expect(page.Locator("pre.log")).ToContainTextAsync("read 40 rows of the notebook");
        await Expect(page.Locator("figure.chart")).ToHaveCountAsync(1);
        await scientist.ShouldBeSoundAsync();
        var download = await page.RunAndWaitForDownloadAsync(() => page.Locator(".files a").ClickAsync());
        Assert.Equal("20540", await File.ReadAllTextAsync(await download.PathAsync()));
    }

    private static async Task MonitorAsync(PortalPage scientist, Spoken say, Guid project, string name)
    {
        var page = scientist.Page;
        await scientist.GoAsync($"/monitoring/new?project={project}");
        await page.GetByLabel(say.Of<Resources.Monitoring>("field.model")).FillAsync("Scorecard");
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Monitoring>("new.create") }).DblClickAsync();
        await scientist.AtOneOfAsync("monitoring");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Scorecard" })).ToBeVisibleAsync();
        await PortalPage.ChooseFileAsync(page.Locator("input[type=file]").First, Story.Applicants("reference.csv", younger: false));
        await Expect(page.GetByText(say.Of<Resources.Monitoring>("reference.done", "reference.csv"))).ToBeVisibleAsync();
        // The page shows the new reference first: it makes the field for data anew.
        await Expect(page.GetByRole(AriaRole.Listitem).Filter(new() { HasText = "reference.csv" }).First).ToBeVisibleAsync();
        await PortalPage.ChooseFileAsync(page.Locator("input[type=file]").Nth(1), Story.Applicants("today.csv", younger: true));
        await Expect(page.Locator(".verdict-drift")).ToContainTextAsync("age", new() { Timeout = 30_000 });
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = name }).First).ToBeVisibleAsync();
        await scientist.ShouldBeSoundAsync();
    }

    private static async Task ReadAuditAsync(PortalPage auditor, Spoken say, Guid project)
    {
        var page = auditor.Page;
        await auditor.GoAsync($"/audit?object={project}");
        string[] actions = ["project.created", "project.ready", "quota.submitted", "quota.approved", "notebook.launched", "training.launched", "monitored_model.created", "monitored_model.data_added"];
        foreach (var action in actions)
            await Expect(page.GetByText(action, new() { Exact = true })).ToHaveCountAsync(1);
        await page.GetByRole(AriaRole.Button, new() { Name = say.Of<Resources.Audit>("verify") }).DblClickAsync();
        await Expect(page.GetByRole(AriaRole.Status).Filter(new() { HasText = say.Around<Resources.Audit>("verify.holds") })).ToBeVisibleAsync();
    }

    private static Task ReadyAsync(IPage page) => page.Locator("html[data-ready]").WaitForAsync(new() { State = WaitForSelectorState.Attached });

    private T Get<T>() where T : notnull => browser.Portal.Services.GetRequiredService<T>();

    private async Task<int> InUseAsync(Guid pool) => (await Get<PoolQueryService>().FindAsync(await browser.Portal.ActorAsync("admin"), pool, default)).Value.Usage.InUse;

    /// <summary>What the project's ResourceQuota and ClusterQueue grant of the pool.</summary>
    private async Task<(string? Quota, string? Queue)> InClusterAsync(Guid project, Guid pool)
    {
        var view = (await Get<ProjectQueryService>().GetAsync(await browser.Portal.ActorAsync("scientist"), project, default)).Value;
        var hardware = (await Get<PoolQueryService>().FindAsync(await browser.Portal.ActorAsync("admin"), pool, default)).Value.Pool;
        JsonNode? quota = null;
        await foreach (var found in Get<IClusters>().All.Single().Client.ListAsync(Kinds.ResourceQuota, view.Namespace, null, default))
            quota = found;
        var queue = await Get<IClusters>().All.Single().Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, view.Namespace), default);
        var nominal = queue.Items("spec", "resourceGroups").SelectMany(g => g.Items("flavors")).Where(f => f.Text("name") == hardware.Slug)
            .SelectMany(f => f.Items("resources")).FirstOrDefault(r => r.Text("name") == hardware.ResourceName);
        return (quota.Text("spec", "hard", "requests." + hardware.ResourceName), nominal.Text("nominalQuota"));
    }

    private static Guid IdIn(string address) => Guid.Parse(new Uri(address).AbsolutePath.Split('/')[2]);
}
