using Bunit;
using Microsoft.EntityFrameworkCore;
using MudBlazor;
using Portal.Components.Pages.Quotas;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Quotas;

namespace Portal.Components.Tests.Quotas;

public class DecisionPanelTests
{
    [Fact]
    public async Task Approve_WithAnEmptiedAmount_SendsWhatTheButtonSays()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        var (ben, project) = await pages.OfSomebodyElseAsync();
        var pool = (await pages.Database.Get<HardwareService>().CreateAsync(
            pages.Ana, new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m), default)).Value;
        var now = pages.Database.Clock.GetUtcNow();
        var draft = new QuotaDraft(Guid.CreateVersion7(), project, pool, 4, now, now.AddDays(7), "Retrain");
        Assert.Null((await pages.Database.Get<QuotaService>().SubmitAsync(ben, draft, default)).Refusal);
        var page = pages.Render<QuotaPage>(p => p.Add(x => x.Id, draft.Id));
        page.WaitForElement("form");

        await page.InvokeAsync(() => page.FindComponent<MudNumericField<decimal?>>().Find("input").InputAsync(new() { Value = "" }));
        Assert.Contains("4", page.Find("button[type=submit]").TextContent, StringComparison.Ordinal);
        await page.InvokeAsync(() => page.FindComponent<DecisionPanel>().Find("form").SubmitAsync());

        await using var db = await pages.Database.OpenAsync();
        Assert.Equal(4, (await db.Set<QuotaRequest>().SingleAsync()).GrantedAmount);
    }
}
