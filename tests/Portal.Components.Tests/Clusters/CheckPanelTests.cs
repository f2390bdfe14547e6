using Bunit;
using Portal.Components.Pages.Clusters;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Clusters;

public class CheckPanelTests
{
    [Fact]
    public async Task Panel_OfAnAccountThatLacksOptionalRights_NamesThemAndNoFault()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, new SeenCluster());
        var row = new ClusterRegistration
        {
            CheckedAt = DateTimeOffset.UnixEpoch,
            Check = new ClusterCheck("", "", []) { MissingOptional = ["list routes.route.openshift.io"] },
        };
        var view = new ClusterView(row, 0, 0) { State = ClusterState.Ready, Disputed = false, Age = null, Version = "", Features = [], Room = null };

        var panel = pages.Render<CheckPanel>(p => p.Add(x => x.View, view).Add(x => x.Manages, false));

        Assert.Equal("list routes.route.openshift.io", panel.Find("details code").TextContent);
        Assert.Equal("Optional rights that the account does not have: 1", panel.Find("details summary").TextContent);
        Assert.Contains("the account may do all that is needed", panel.Markup, StringComparison.Ordinal);
    }
}
