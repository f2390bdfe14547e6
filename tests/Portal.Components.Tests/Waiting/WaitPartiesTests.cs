using Bunit;
using Portal.Components.Pages.Waiting;
using Portal.Components.Tests.Shared;
using Portal.Core.Waiting;

namespace Portal.Components.Tests.Waiting;

public class WaitPartiesTests : PortalContext
{
    [Fact]
    public void Line_OfWhoIsAhead_SaysForHowLongItWaits()
    {
        var now = new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

        var list = Render<WaitParties>(p => p.Add(x => x.Now, now).Add(x => x.Resource, "nvidia.com/gpu").Add(x => x.Text, "ahead")
            .Add(x => x.Lines, [new WaitPartyLine("Fraud", "Risk", false, 2, 0, now.AddMinutes(-5))]));

        Assert.Contains("asks for 2, has waited 5 min", list.Find("li").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_OfWhoHoldsTheNodes_SaysNothingOfSinceWhen()
    {
        var list = Render<WaitParties>(p => p.Add(x => x.Now, DateTimeOffset.UnixEpoch).Add(x => x.Resource, "nvidia.com/gpu").Add(x => x.Text, "holds")
            .Add(x => x.Lines, [new WaitPartyLine("Fraud", "Risk", false, 2, 0, null)]));

        Assert.EndsWith("holds 2", list.Find("li").TextContent.Trim(), StringComparison.Ordinal);
    }
}
