using Bunit;
using Microsoft.EntityFrameworkCore;
using Portal.Components.Pages.Hardware;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;

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

    private static async Task<Guid> PoolAsync(ProjectPages pages) =>
        (await pages.Database.Get<HardwareService>().CreateAsync(pages.Ana, new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m), default)).Value;
}
