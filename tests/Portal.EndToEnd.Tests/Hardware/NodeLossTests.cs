using System.Globalization;
using k8s;
using k8s.Models;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;
using Portal.Core.Hardware;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Web;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Hardware;

/// <summary>Reality becomes smaller than what was promised: nodes go, and whoever decides on their pool is told. On a portal of its own, whose nodes nobody else needs.</summary>
public sealed class NodeLossTests(PortalBrowser browser) : IAsyncLifetime
{
    private RunningPortal? _portal;

    public async ValueTask InitializeAsync() => _portal = await RunningPortal.StartAsync("Embedded");

    public async ValueTask DisposeAsync()
    {
        if (_portal is not null)
            await _portal.DisposeAsync();
    }

    [Fact]
    public async Task Nodes_GoneUnderGrantedUnits_AreShownAsOvercommittedUntilTheyAreBack()
    {
        await using var admin = await browser.OpenAsync("admin", at: _portal);
        var pool = await OfferedPool.MakeAsync(_portal!, sample: false);
        var granted = await GrantedProject.MakeAsync(_portal!, pool, 2, "Promised");
        var warning = admin.Page.GetByText("Granted: 2; on nodes that are ready and not cordoned: 0. That is 2 too many", new() { Exact = false });
        await admin.GoAsync($"/hardware/{pool.Id}");
        await Expect(admin.Page.GetByRole(AriaRole.Heading, new() { Name = pool.Name })).ToBeVisibleAsync();
        await Expect(warning).ToHaveCountAsync(0);

        await SetReadyAsync(pool, "Unknown");

        // Nothing is loaded again: the page hears of it.
        await Expect(warning).ToBeVisibleAsync();
        await admin.ShouldBeSoundAsync();
        await admin.PictureAsync("overcommitted");
        await using (var narrow = await browser.OpenAsync("admin", "zh-CN", dark: true, width: 768, at: _portal))
        {
            await narrow.GoAsync($"/hardware/{pool.Id}");
            await Expect(narrow.Page.GetByText("已批出 2 个，但就绪且可调度的节点上只有 0 个", new() { Exact = false })).ToBeVisibleAsync();
            await narrow.ShouldBeSoundAsync();
            await narrow.ShouldFitAsync();
            await narrow.PictureAsync("overcommitted-zh-dark-768");
        }
        await using (var scientist = await browser.OpenAsync("scientist", at: _portal))
        {
            await scientist.GoAsync($"/projects/{granted.Project.Id}/quota/new");
            await Expect(scientist.Page.GetByRole(AriaRole.Radio, new() { Name = pool.Name })).ToBeVisibleAsync();
            await Expect(scientist.Page.GetByText("only 0 on nodes that are ready and not cordoned")).ToBeVisibleAsync();
            await scientist.ShouldBeSoundAsync();
            await scientist.PictureAsync("overcommitted-request");
        }

        await SetReadyAsync(pool, "True");
        await Expect(warning).ToHaveCountAsync(0);
    }

    // As the node controller of a real cluster writes it when a kubelet no longer answers.
    private async Task SetReadyAsync(HardwarePool pool, string status)
    {
        var kubeconfig = Path.Combine(_portal!.Folder, "cluster", "kubeconfig");
        using var client = new Kubernetes(KubernetesClientConfiguration.BuildConfigFromConfigFile(kubeconfig));
        var now = DateTime.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        var patch = $$$"""{"status":{"conditions":[{"type":"Ready","status":"{{{status}}}","reason":"NodeStatusUnknown","message":"Kubelet stopped posting node status.","lastHeartbeatTime":"{{{now}}}","lastTransitionTime":"{{{now}}}"}]}}""";
        var pools = (await _portal.Services.GetRequiredService<PoolQueryService>().PoolsAsync(await _portal.ActorAsync("admin"), default)).Value;
        foreach (var node in pools.Single(p => p.Pool.Id == pool.Id).Usage.Nodes)
            await client.CoreV1.PatchNodeStatusAsync(new V1Patch(patch, V1Patch.PatchType.MergePatch), node.Name, cancellationToken: TestContext.Current.CancellationToken);
    }
}
