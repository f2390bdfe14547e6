using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.EndToEnd.Tests.Browser;
using Portal.Testing.Waiting;
using static Microsoft.Playwright.Assertions;

namespace Portal.EndToEnd.Tests.Account;

/// <summary>An open page belongs to one person, for as long as that person may be here.</summary>
public partial class SessionTests(PortalBrowser browser)
{
    [Fact]
    public async Task Page_OfAPersonWhoIsDisabled_IsSignedOutByItself()
    {
        var person = await browser.PersonAsync("leaver");
        await using var window = await browser.OpenAsync(null);
        await window.SignInAsync("leaver");
        var admin = await browser.Portal.ActorAsync("admin");

        var people = browser.Portal.Services.GetRequiredService<PeopleService>();
        await using (var db = await OpenAsync())
        {
            var version = await db.People.Where(p => p.Id == person).Select(p => p.ConcurrencyStamp!).SingleAsync(TestContext.Current.CancellationToken);
            Assert.True((await people.SetDisabledAsync(admin, person, version, disabled: true, default)).Succeeded);
        }

        await Expect(window.Page).ToHaveURLAsync(SignInAddress());
    }

    [Fact]
    public async Task Page_ThatReconnectsWithAnothersCookie_IsSignedOutAndAudited()
    {
        var person = await browser.PersonAsync("first-here");
        await browser.PersonAsync("second-here");
        await using var window = await browser.OpenAsync(null);
        await window.SignInAsync("first-here");
        var other = await window.Page.Context.NewPageAsync();
        await new PortalPage(window.Page.Context, other).SignInAsync("second-here");

        await window.Page.EvaluateAsync("() => Blazor._internal.forceCloseConnection()");

        await Expect(window.Page).ToHaveURLAsync(SignInAddress());
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await OpenAsync();
            return await db.AuditEntries.AnyAsync(e => e.Action == "person.identity_changed" && e.ActorId == person && e.Denied);
        }, "the exchange is audited");
    }

    private Task<PortalDb> OpenAsync() => browser.Portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    [GeneratedRegex("/sign-in", RegexOptions.None, 1000)]
    private static partial Regex SignInAddress();
}
