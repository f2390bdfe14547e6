using Bunit;
using MudBlazor;
using Portal.Components.Layout;
using Portal.Components.Tests.Projects;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Quotas;

namespace Portal.Components.Tests.Layout;

public class NotificationsMenuTests
{
    [Fact]
    public async Task Count_OfWhatWasSeen_DoesNotComeBack()
    {
        await using var pages = await ProjectPages.CreateAsync(PlatformRole.Admin);
        await RequestAsync(pages);
        var menu = pages.Render<NotificationsMenu>();
        menu.WaitForAssertion(() => Assert.Equal("1", menu.Find(".top-count").TextContent));

        pages.Database.Clock.Advance(TimeSpan.FromMinutes(1));
        await menu.InvokeAsync(() => menu.FindComponent<MudMenu>().Instance.OpenChanged.InvokeAsync(true));
        Assert.Empty(menu.FindAll(".top-count"));
        pages.Database.Clock.Advance(TimeSpan.FromMinutes(1));
        var drawn = menu.RenderCount;
        pages.Database.Get<IChangeFeed>().Publish(new RowChange(nameof(QuotaRequest), Guid.NewGuid(), null, false));

        menu.WaitForAssertion(() => Assert.True(menu.RenderCount > drawn), TimeSpan.FromSeconds(20));
        Assert.Empty(menu.FindAll(".top-count"));
        var kept = pages.JSInterop.VerifyInvoke("localStorage.setItem");

        // Another circuit of the same browser, and one more request.
        pages.JSInterop.Setup<string?>("localStorage.getItem", kept.Arguments[0]!).SetResult((string?)kept.Arguments[1]);
        var again = pages.Render<NotificationsMenu>();
        again.WaitForAssertion(() => Assert.NotEmpty(again.FindAll("button")));
        Assert.Empty(again.FindAll(".top-count"));
        await RequestAsync(pages);
        again.WaitForAssertion(() => Assert.Equal("1", again.Find(".top-count").TextContent), TimeSpan.FromSeconds(20));
    }

    private static async Task RequestAsync(ProjectPages pages)
    {
        var hardware = pages.Database.Get<HardwareService>();
        var name = $"A{Guid.NewGuid():N}"[..8];
        var pool = (await hardware.CreateAsync(pages.Ana, new PoolDraft(Guid.CreateVersion7(), name, $"example.com/{name.ToLowerInvariant()}", 8, 1), default)).Value;
        var ben = await pages.Database.PersonAsync(name);
        await using (var db = await pages.Database.OpenAsync())
        {
            db.Add(new Portal.Core.Teams.TeamMember { TeamId = pages.Team, PersonId = ben.Id, Role = TeamRole.Member });
            await db.SaveChangesAsync();
        }
        var project = (await pages.Database.Get<Portal.Core.Projects.ProjectService>().CreateAsync(ben, new(Guid.CreateVersion7(), name, pages.Team), default)).Value;
        var now = pages.Database.Clock.GetUtcNow();
        var sent = await pages.Database.Get<QuotaService>().SubmitAsync(ben, new QuotaDraft(Guid.CreateVersion7(), project, pool, 1, now, now.AddDays(7), "Retrain"), default);
        Assert.True(sent.Succeeded, sent.Refusal?.Code);
    }
}
