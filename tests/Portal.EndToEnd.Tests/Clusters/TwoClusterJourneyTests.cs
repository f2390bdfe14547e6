using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Clusters;
using Portal.Testing.Waiting;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Clusters;

/// <summary>A second cluster comes, takes a project and a pool, and is gone: on a portal of its own, since others count on one cluster.</summary>
public sealed class TwoClusterJourneyTests(PortalBrowser browser) : IAsyncLifetime
{
    private const string Far = "Far";

    private EmbeddedCluster? _far;
    private RunningPortal? _portal;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
            await _portal.DisposeAsync();
        if (_far is not null)
            await _far.DisposeAsync();
    }

    [Fact]
    public async Task SecondCluster_RegisteredInTheBrowser_TakesAProjectAndItsLossSlowsNothing()
    {
        _far = new EmbeddedCluster();
        await _far.InitializeAsync();
        _portal = await RunningPortal.StartAsync("Embedded", sample: false);
        await using var admin = await browser.OpenAsync("admin", at: _portal);
        await using var scientist = await browser.OpenAsync("scientist", at: _portal);
        await StageAsync();

        await RegisterAsync(admin);
        await MakePoolAsync(admin);
        var project = await MakeProjectAsync(scientist);
        await using var undecided = await browser.OpenAsync("scientist", at: _portal);
        await undecided.GoAsync("/projects/new");
        await Expect(undecided.Page.GetByText("It fits, with", new() { Exact = false })).ToBeVisibleAsync();
        await LoseAsync();
        // A form that stands open follows what is free.
        await Expect(undecided.Page.GetByText("It fits, but what it has free is not known now.")).ToBeVisibleAsync();
        await ShowsItsAgeAsync(admin, scientist, project);
    }

    private async Task RegisterAsync(PortalPage admin)
    {
        var page = admin.Page;
        await admin.GoAsync("/clusters/new");
        await page.GetByLabel("Name").FillAsync(Far);
        await PortalPage.ChooseFileAsync(page.GetByLabel("Kubeconfig file"), new()
        {
            Name = "far.kubeconfig",
            MimeType = "application/yaml",
            Buffer = await File.ReadAllBytesAsync(_far!.Kubeconfig, TestContext.Current.CancellationToken),
        });
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Kubeconfig" })).ToHaveValueAsync(new Regex("certificate-authority", RegexOptions.None, TimeSpan.FromSeconds(1)));
        await page.GetByRole(AriaRole.Button, new() { Name = "Register a cluster" }).ClickAsync();

        await Expect(page.GetByText("It answers, and the account may do all that is needed")).ToBeVisibleAsync();
        // What it can do shows by itself once it was asked.
        await Expect(page.GetByRole(AriaRole.Row).Filter(new() { HasText = "clusterqueues.kueue.x-k8s.io" })).ToContainTextAsync("v1beta2");
        await page.GetByLabel("Region").FillAsync("far");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.Locator("dl.facts").First).ToContainTextAsync("far");
        // Had the form kept what it was filled from, the next change would be refused as stale.
        await Expect(page.GetByLabel("Region")).ToHaveValueAsync("far");
        await admin.PictureAsync("cluster-registered");
    }

    private async Task<Guid> MakeProjectAsync(PortalPage scientist)
    {
        var page = scientist.Page;
        await scientist.GoAsync("/projects/new");
        await page.GetByLabel("Name").FillAsync("Vision far");
        await Expect(page.GetByText("It will live on")).ToBeVisibleAsync();
        await page.GetByLabel("Hardware pool that it will ask for").First.ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item").Filter(new() { HasText = "Far accelerators (8 free)" }).ClickAsync();
        await Expect(page.GetByText("The chosen pool is in another cluster.", new() { Exact = false })).ToBeVisibleAsync();
        await page.GetByLabel("Region").FillAsync("nowhere");
        await Expect(page.GetByText("None of the 2 clusters takes this project", new() { Exact = false })).ToBeVisibleAsync();
        await scientist.PictureAsync("placement-none");
        await page.GetByLabel("Region").FillAsync("far");
        var placement = page.GetByRole(AriaRole.Region, new() { Name = "Where it will live" });
        await Expect(placement.GetByText("It will live on Far")).ToBeVisibleAsync();
        await Expect(placement.GetByText("The only cluster that fits", new() { Exact = false })).ToBeVisibleAsync();
        await Expect(placement.GetByText("It stands in near, and the project asks for far.", new() { Exact = false })).ToBeVisibleAsync();
        await scientist.ShouldBeSoundAsync();
        await scientist.PictureAsync("placement");
        await PictureInChineseAsync("/projects/new", "placement-zh");
        await page.GetByRole(AriaRole.Button, new() { Name = "Create project" }).ClickAsync();

        await scientist.AtOneOfAsync("projects");
        await Expect(page.GetByText("Chosen when the project was made", new() { Exact = false })).ToBeVisibleAsync();
        await scientist.PictureAsync("project-home");
        await PictureInChineseAsync(new Uri(page.Url).AbsolutePath, "project-home-zh");
        var id = Guid.Parse(page.Url.Split('/')[^1]);
        var project = (await Get<ProjectQueryService>().GetAsync(await _portal!.ActorAsync("scientist"), id, default)).Value;
        var space = new ObjectKey(Kinds.Namespace, null, project.Namespace);
        await Eventually.TrueAsync(async () => await ClientOf(Far).FindAsync(space, default) is not null, "the namespace in the second cluster");
        var other = Get<IClusters>().All.Single(c => c.Name != Far);
        Assert.Null(await other.Client.FindAsync(space, default));
        return id;
    }

    private async Task MakePoolAsync(PortalPage admin)
    {
        var page = admin.Page;
        await admin.GoAsync("/hardware/new");
        await page.GetByLabel("Cluster").First.ClickAsync();
        await page.Locator(".mud-popover-open .mud-list-item").Filter(new() { HasText = "Far · far" }).ClickAsync();
        await Expect(page.GetByText("accelerated", new() { Exact = true })).ToBeVisibleAsync();
        await page.GetByLabel("Name").FillAsync("Far accelerators");
        await admin.ShouldBeSoundAsync();
        await admin.PictureAsync("pool-new");
        await PictureInChineseAsync("/hardware/new", "pool-new-zh", "admin");
        await page.GetByRole(AriaRole.Button, new() { Name = "Make pool" }).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "Far accelerators" })).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Link, new() { Name = Far, Exact = true })).ToBeVisibleAsync();
        await admin.PictureAsync("pool");
        await admin.GoAsync("/hardware");
        await Expect(page.GetByText("in Far", new() { Exact = false }).First).ToBeVisibleAsync();
        await admin.PictureAsync("hardware");
        await PictureInChineseAsync("/hardware", "hardware-zh", "admin");
    }

    private async Task LoseAsync()
    {
        var far = _far!;
        _far = null;
        await far.DisposeAsync();
    }

    private async Task ShowsItsAgeAsync(PortalPage admin, PortalPage scientist, Guid project)
    {
        // A page that waited for the cluster as long as a request to it may take would not be there in the time that a browser gives it.
        foreach (var path in new[] { $"/projects/{project}", $"/projects/{project}/resources", "/projects/new", "/projects" })
            await scientist.GoAsync(path);
        foreach (var path in new[] { "/clusters", "/hardware" })
            await admin.GoAsync(path);

        // The pages stay open: the word comes by itself.
        await Expect(scientist.Page.GetByText("What the cluster “Far” shows is", new() { Exact = false })).ToBeVisibleAsync();
        await admin.GoAsync("/hardware");
        await admin.PictureAsync("hardware-lost");
        await Expect(admin.Page.GetByText("The cluster “Far” has been silent", new() { Exact = false })).ToBeVisibleAsync();
        await admin.GoAsync("/clusters");
        await Expect(admin.Page.GetByRole(AriaRole.Row).Filter(new() { HasText = Far })).ToContainTextAsync("Silent");
        await admin.ShouldBeSoundAsync();
        await admin.PictureAsync("clusters-lost");
        await PictureInChineseAsync("/clusters", "clusters-lost-zh", "admin");
    }

    private async Task PictureInChineseAsync(string path, string name, string account = "scientist")
    {
        if (Environment.GetEnvironmentVariable("PORTAL_SCREENSHOTS") is not { Length: > 0 })
            return;
        await using var window = await browser.OpenAsync(account, "zh-CN", dark: true, width: 768, at: _portal);
        await window.GoAsync(path);
        await window.ShouldFitAsync();
        await window.PictureAsync(name);
    }

    /// <summary>A team of the scientist's, and a region for the cluster that is there already.</summary>
    private async Task StageAsync()
    {
        var admin = await _portal!.ActorAsync("admin");
        var team = new TeamDraft(Guid.CreateVersion7(), "Vision") { Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)] };
        Assert.True((await Get<TeamService>().CreateAsync(admin, team, default)).Succeeded);
        var near = (await Get<ClusterQueryService>().GetAsync(admin, ClusterRegistration.ConfiguredId, default)).Value.Row;
        var content = new ClusterContent(near.Name) { Region = "near", DataClasses = near.DataClasses };
        Assert.True((await Get<ClusterService>().EditAsync(admin, near.Id, near.Generation, content, default)).Succeeded);
    }

    private T Get<T>() where T : notnull => _portal!.Services.GetRequiredService<T>();

    private IClusterClient ClientOf(string cluster) => Get<IClusters>().All.Single(c => c.Name == cluster).Client;
}
