using Bunit;
using MudBlazor;
using Portal.Components.Pages.Quotas;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Quotas;

namespace Portal.Components.Tests.Quotas;

public class RequestQuotaPageTests
{
    [Fact]
    public async Task Refusal_OfTheSending_StaysUntilTheFormIsChanged()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var admin = await pages.Database.PersonAsync("admin", PlatformRole.Admin);
        var pool = (await pages.Database.Get<HardwareService>().CreateAsync(
            admin, new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m), default)).Value;
        var project = await pages.ProjectAsync();
        var page = pages.Render<RequestQuotaPage>(p => p.Add(x => x.ProjectId, project));
        page.WaitForElement("form");

        await page.Find("form").SubmitAsync();
        var refusal = page.Find(".form-error").TextContent;
        var looks = page.FindComponent<ForecastPanel>().RenderCount;
        pages.Database.Get<IChangeFeed>().Publish(new RowChange(nameof(HardwarePool), pool, null, false));

        page.WaitForAssertion(() => Assert.True(page.FindComponent<ForecastPanel>().RenderCount > looks), TimeSpan.FromSeconds(20));
        Assert.Equal(refusal, page.Find(".form-error").TextContent);
        var reason = page.FindComponents<MudTextField<string>>().Single(f => f.Instance.Label == "Reason");
        await reason.Find("textarea").ChangeAsync(new() { Value = "Retrain the scorecard" });
        Assert.Empty(page.FindAll(".form-error"));
    }

    [Fact]
    public async Task Request_AfterAGrantOfTheProject_SaysThatItFollowsIt()
    {
        await using var pages = await ProjectPages.CreateAsync();
        var admin = await pages.Database.PersonAsync("admin", PlatformRole.Admin);
        var pool = (await pages.Database.Get<HardwareService>().CreateAsync(
            admin, new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 2.5m), default)).Value;
        var (project, now) = (await pages.ProjectAsync(), pages.Database.Clock.GetUtcNow());
        var first = new QuotaDraft(Guid.CreateVersion7(), project, pool, 8, now, now.AddDays(14), "Retrain the scorecard");
        var next = first with { Id = Guid.CreateVersion7(), From = first.Until, Until = now.AddDays(28) };
        var quotas = pages.Database.Get<QuotaService>();
        await quotas.SubmitAsync(pages.Ana, first, default);
        var seen = (await pages.Database.Get<QuotaQueryService>().GetAsync(admin, first.Id, default)).Value.ContentHash;
        await pages.Database.Get<QuotaDecisionService>().ApproveAsync(admin, new QuotaDecision(first.Id, seen, ""), 8, default);
        await quotas.SubmitAsync(pages.Ana, next, default);

        var page = pages.Render<QuotaPage>(p => p.Add(x => x.Id, next.Id));

        page.WaitForAssertion(() => Assert.Contains("takes over its units: 8", page.Markup), TimeSpan.FromSeconds(20));
    }
}
