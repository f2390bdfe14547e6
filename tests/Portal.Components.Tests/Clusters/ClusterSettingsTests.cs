using Bunit;
using Microsoft.AspNetCore.Components.Forms;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Clusters;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Results;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Clusters;

public class ClusterSettingsTests
{
    [Fact]
    public async Task Save_WithAKubeconfigPasted_KeepsItAndFollowsOnlyTheNewState()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, new SeenCluster());
        var old = await ViewAsync(pages);
        var settings = pages.Render<ClusterSettings>(p => p.Add(x => x.View, old));
        var way = settings.FindComponent<CredentialFields>().Instance.Form;
        way.Kubeconfig = "apiVersion: v1";
        Form(settings).Region = " eu-west ";

        await SaveAsync(settings);
        // What the page draws before it has loaded what was saved, and then after.
        settings.Render(p => p.Add(x => x.View, old));
        Assert.Equal(" eu-west ", Form(settings).Region);
        var saved = await ViewAsync(pages);
        settings.Render(p => p.Add(x => x.View, saved));

        Assert.Equal(("eu-west", saved.Row.Generation), (Form(settings).Region, Form(settings).Generation));
        Assert.Equal("apiVersion: v1", settings.FindComponent<CredentialFields>().Instance.Form.Kubeconfig);
    }

    [Fact]
    public async Task Save_AfterOthersReconnectedIt_IsNotRefused()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, new SeenCluster());
        var view = await ViewAsync(pages);
        var settings = pages.Render<ClusterSettings>(p => p.Add(x => x.View, view));
        Form(settings).Region = "eu-west";
        await using (var db = await pages.Database.OpenAsync())
            await db.Set<ClusterRegistration>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Generation, c => c.Generation + 1));

        var reconnected = await ViewAsync(pages);
        settings.Render(p => p.Add(x => x.View, reconnected));
        await SaveAsync(settings);

        Assert.Empty(settings.FindAll(".form-error"));
        Assert.Equal("eu-west", (await ViewAsync(pages)).Row.Region);
    }

    [Theory]
    [InlineData("ControlPlaneRanges")]
    [InlineData("PortalRanges")]
    [InlineData("Region")]
    public async Task Refusal_OfAField_StandsAtTheFieldAlone(string field)
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var form = new ClusterForm { Refused = new Refusal("text.empty", Field: field) };

        Assert.Empty(pages.Render<Refused>(p => p.Add(x => x.Form, form)).FindAll("[role=alert]"));
        Assert.Single(pages.Render<ClusterFields>(p => p.Add(x => x.Form, form)).FindAll(".mud-input-helper-text.mud-input-error"));
    }

    [Fact]
    public async Task File_AfterARefusal_TakesTheRefusalAboveTheFormAway()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, new SeenCluster());
        var view = await ViewAsync(pages);
        var settings = pages.Render<ClusterSettings>(p => p.Add(x => x.View, view));
        var fields = settings.FindComponent<CredentialFields>();
        fields.Instance.Form.Refused = new Refusal("registration.same_cluster").With("name", "Edge");
        settings.Render();
        Assert.Single(settings.FindAll(".form-error"));

        settings.FindComponent<InputFile>().UploadFiles(InputFileContent.CreateFromText("apiVersion: v1", "config"));

        settings.WaitForAssertion(() => Assert.Empty(settings.FindAll(".form-error")));
        Assert.Equal("apiVersion: v1", fields.Instance.Form.Kubeconfig);
    }

    [Fact]
    public async Task Reconnect_ThatLeadsElsewhere_IsConfirmedForWhatWasTriedAlone()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, new SeenCluster());
        await pages.ProjectAsync();
        await using (var db = await pages.Database.OpenAsync())
        {
            var row = await db.Set<ClusterRegistration>().SingleAsync();
            (row.Connection, row.Credentials, row.Check) = (ClusterConnectionKind.Kubeconfig, "before", ClusterCheck.None with { Identity = "uid-of-before" });
            await db.SaveChangesAsync();
        }
        var view = await ViewAsync(pages);
        var settings = pages.Render<ClusterSettings>(p => p.Add(x => x.View, view));
        var way = settings.FindComponent<CredentialFields>().Instance.Form;
        way.Kubeconfig = "rebuilt";
        Assert.Single(Ways(settings));

        await Ways(settings)[0].ClickAsync(new());
        way.Kubeconfig = "typed since";
        await Ways(settings)[1].ClickAsync(new());

        Assert.Equal("before", await CredentialsAsync(pages));
        await Ways(settings)[1].ClickAsync(new());
        Assert.Equal("typed since", await CredentialsAsync(pages));
    }

    private static IReadOnlyList<AngleSharp.Dom.IElement> Ways(IRenderedComponent<ClusterSettings> settings) =>
        settings.FindAll("section[aria-labelledby=credentials-title] .form-actions button");

    private static async Task<string> CredentialsAsync(ProjectPages pages)
    {
        await using var db = await pages.Database.OpenAsync();
        return await db.Set<ClusterRegistration>().Select(c => c.Credentials).SingleAsync();
    }

    private static ClusterForm Form(IRenderedComponent<ClusterSettings> settings) => settings.FindComponent<ClusterFields>().Instance.Form;

    private static Task SaveAsync(IRenderedComponent<ClusterSettings> settings) =>
        settings.InvokeAsync(() => settings.FindAll("button").Single(b => b.TextContent.Trim() == "Save").ClickAsync(new()));

    private static async Task<ClusterView> ViewAsync(ProjectPages pages)
    {
        await using var db = await pages.Database.OpenAsync();
        var row = await db.Set<ClusterRegistration>().AsNoTracking().SingleAsync();
        row.Connection = ClusterConnectionKind.Kubeconfig;
        return new ClusterView(row, 0, 0)
        {
            State = ClusterState.Ready,
            Disputed = false,
            Age = TimeSpan.Zero,
            Version = "v1.34.0",
            Features = [],
            Room = null,
        };
    }
}
