using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Portal.Accounts;

namespace Portal.Integration.Tests.Accounts;

public class TooManyPagesTests(PortalFixture fixture)
{
    [Fact]
    public async Task Page_BeyondOnesShare_SaysSoAndTakesNoCircuit()
    {
        var ct = TestContext.Current.CancellationToken;
        var circuits = fixture.Portal.Services.GetRequiredService<OpenCircuits>();
        var limit = fixture.Portal.Services.GetRequiredService<CircuitLimits>().PerPerson;
        var auditor = (await fixture.Portal.ActorAsync("auditor")).Id;
        using var client = await fixture.Portal.BrowserAsync("auditor");
        client.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        for (var i = 0; i < limit; i++)
            Assert.True(circuits.TryEnter(auditor, $"page {i}"));

        using var full = await client.GetAsync("/", ct);
        circuits.Leave(auditor, "page 0");
        using var free = await client.GetAsync("/", ct);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, full.StatusCode);
        var text = await full.Content.ReadAsStringAsync(ct);
        Assert.Contains("Too many pages are open", text, StringComparison.Ordinal);
        Assert.DoesNotContain("blazor.web", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, free.StatusCode);
        for (var i = 1; i < limit; i++)
            circuits.Leave(auditor, $"page {i}");
    }
}
