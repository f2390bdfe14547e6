using Bunit;
using Bunit.TestDoubles;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using Portal.Components.Pages.Hardware;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Testing.Cluster;

namespace Portal.Components.Tests.Hardware;

public class PoolPageTests
{
    [Fact]
    public async Task Save_OfOneFormAfterTheOther_IsNotRefusedAsSomebodyElses()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var pool = await PoolAsync(pages);
        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));
        page.WaitForElement("input[type=radio]");

        await LendAsync(LendingMode.Lend);
        await SaveSettingsAsync("A100 of all");
        await LendAsync(LendingMode.LendAndBorrow);
        await SaveSettingsAsync("A100 of everybody");

        Assert.Empty(page.FindAll(".form-error"));
        await using var after = await pages.Database.OpenAsync();
        var row = await after.Set<HardwarePool>().SingleAsync();
        Assert.Equal(("A100 of everybody", LendingMode.LendAndBorrow, 5), (row.Name, row.Lending.Default.Mode, row.Generation));

        async Task LendAsync(LendingMode mode)
        {
            // Found and pressed at once: what the page reloads meanwhile draws it anew.
            await page.InvokeAsync(() => page.FindAll("input[type=radio]")[(int)mode].ChangeAsync(new() { Value = "on" }));
            await page.InvokeAsync(() => page.FindComponent<PoolLendingPanel>().Find("form").SubmitAsync());
        }

        async Task SaveSettingsAsync(string name)
        {
            var settings = page.FindComponent<PoolSettings>();
            await settings.InvokeAsync(() => settings.FindComponent<PoolFields>().Instance.Form.Name = name);
            await page.InvokeAsync(() => settings.Find("form").SubmitAsync());
        }
    }

    [Fact]
    public async Task Save_WithAnEmptiedNumber_IsRefusedAndChangesNothing()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var pool = await PoolAsync(pages);
        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));
        page.WaitForElement("input[type=radio]");
        var settings = page.FindComponent<PoolSettings>();
        var form = settings.FindComponent<PoolFields>().Instance.Form;

        (form.Capacity, form.PricePerHour) = (null, 2.5m);
        await settings.Find("form").SubmitAsync();
        Assert.Contains("whole number of units", settings.Find(".form-error").TextContent, StringComparison.Ordinal);
        (form.Capacity, form.PricePerHour) = (8, null);
        await settings.Find("form").SubmitAsync();
        Assert.Contains("Type a price", settings.Find(".form-error").TextContent, StringComparison.Ordinal);

        await using var after = await pages.Database.OpenAsync();
        var row = await after.Set<HardwarePool>().Include(p => p.Ledger).SingleAsync();
        Assert.Equal((8, 2.5m), (row.Ledger.Capacity, row.PricePerHour));
    }

    [Fact]
    public async Task Nodes_OfOtherTaintsThanThePoolNames_AreWarnedOfAndTakenOver()
    {
        var cluster = new SeenCluster().WithNode("n1", "nvidia.com/gpu", 8, ("rack", "1"), "gpu").WithNode("n2", "nvidia.com/gpu", 4, ("accelerator", "a100"), "other");
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, cluster);
        var pool = await PoolAsync(pages, ("rack", "1"));
        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));
        var settings = page.WaitForComponent<PoolSettings>();
        Assert.Contains("gpu=true:NoSchedule", page.Find("[role=note]").TextContent, StringComparison.Ordinal);

        // Of its own nodes only the taints: it knows them by another label than a proposal would name.
        await settings.FindAll("button").Single(b => b.TextContent.Contains("(units: 8)", StringComparison.Ordinal)).ClickAsync(new());
        await page.InvokeAsync(() => settings.Find("form").SubmitAsync());
        var own = await RowAsync(pages);
        page.WaitForAssertion(() => Assert.Empty(page.FindAll("[role=note].banner-warning")));
        await page.InvokeAsync(() => settings.FindAll("button").Single(b => b.TextContent.Contains("(units: 4)", StringComparison.Ordinal)).ClickAsync(new()));
        await page.InvokeAsync(() => settings.Find("form").SubmitAsync());
        var others = await RowAsync(pages);

        Assert.Equal(("rack=1", "gpu=true:NoSchedule"), Nodes(own));
        Assert.Equal(("accelerator=a100", "other=true:NoSchedule"), Nodes(others));

        static (string, string) Nodes(HardwarePool pool) => (string.Join(',', pool.NodeLabels.Select(l => $"{l.Key}={l.Value}")), string.Join(',', pool.Taints));
    }

    [Fact]
    public async Task Lending_OnAClusterWithoutKueue_SaysWhatItNeeds()
    {
        var cluster = new SeenCluster { Capabilities = new ClusterCapabilities("v1.36.2", [], IsEmbedded: false) };
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin, cluster);
        var pool = await PoolAsync(pages);

        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));

        page.WaitForAssertion(() => Assert.Contains("has no Kueue", page.FindComponent<PoolLendingPanel>().Markup, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nodes_OfAClusterThatNeverAnswered_AreNotSaidToBeNone()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var away = await pages.Database.ClusterAsync("Edge");
        var draft = new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m) { ClusterId = away };
        var pool = (await pages.Database.Get<HardwareService>().CreateAsync(pages.Ana, draft, default)).Value;

        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));

        page.WaitForAssertion(() => Assert.Contains("“Edge” has not answered", page.Find("[role=note]").TextContent, StringComparison.Ordinal));
        Assert.DoesNotContain("No node carries", page.Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Remove_OfAPoolThatIsUsed_SaysByWhat_AndOfAFreeOneAsksAndLeads()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var pool = await PoolAsync(pages);
        var hardware = pages.Database.Get<HardwareService>();
        await hardware.SetBudgetAsync(pages.Ana, pool, pages.Team, 2, default);
        var used = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));
        used.WaitForAssertion(() => Assert.Contains("team budgets: 1", used.Markup, StringComparison.Ordinal));
        Assert.True(used.Find(".button-danger").HasAttribute("disabled"));
        await hardware.SetBudgetAsync(pages.Ana, pool, pages.Team, 0, default);
        var dialogs = pages.Render<MudDialogProvider>();
        var page = pages.Render<PoolPage>(p => p.Add(x => x.Id, pool));

        page.WaitForAssertion(() => Assert.False(page.Find(".button-danger").HasAttribute("disabled")));
        var asked = page.Find(".button-danger").ClickAsync(new());
        await dialogs.WaitForElement(".mud-button-filled").ClickAsync(new());
        await asked;

        Assert.EndsWith("/hardware", pages.Services.GetRequiredService<BunitNavigationManager>().Uri, StringComparison.Ordinal);
        Assert.Equal(PoolState.Removing, (await RowAsync(pages)).State);
    }

    private static async Task<HardwarePool> RowAsync(ProjectPages pages)
    {
        await using var db = await pages.Database.OpenAsync();
        return await db.Set<HardwarePool>().SingleAsync();
    }

    private static async Task<Guid> PoolAsync(ProjectPages pages, params (string Key, string Value)[] labels) =>
        (await pages.Database.Get<HardwareService>().CreateAsync(
            pages.Ana, new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m) { NodeLabels = labels.ToDictionary(l => l.Key, l => l.Value) }, default)).Value;
}
