using Bunit;
using Portal.Components.Shared;
using Portal.Components.Shared.Charts;
using Portal.Core.Results;

namespace Portal.Components.Tests.Shared;

public class SharedComponentTests : PortalContext
{
    [Fact]
    public void Badge_OfEveryState_SaysAWord()
    {
        foreach (var state in Enum.GetValues<Badge>())
            Assert.Contains(state.ToString(), Render<StateBadge>(p => p.Add(b => b.State, state)).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyStates_OfEveryKind_LookDifferent() =>
        Assert.Equal(Enum.GetValues<EmptyKind>().Length, Enum.GetValues<EmptyKind>().Select(k =>
            Render<EmptyState>(p => p.Add(e => e.Kind, k).Add(e => e.Title, "x")).Find("svg").InnerHtml).Distinct().Count());

    [Fact]
    public void Page_OfWhatIsGone_LooksUnlikeAForbiddenOneAndLeadsOn()
    {
        var gone = Render<RefusedPage>(p => p.Add(x => x.With, Refusal.NotFound("notebook")));
        var denied = Render<RefusedPage>(p => p.Add(x => x.With, new Refusal("access.denied", RefusalKind.Forbidden)));

        Assert.Equal("There is nothing here", gone.Find(".empty-gone .empty-title").TextContent);
        Assert.Contains("There is no such notebook", gone.Find(".empty-text").TextContent, StringComparison.Ordinal);
        Assert.Equal("/", gone.Find("a").GetAttribute("href"));
        Assert.NotEmpty(denied.FindAll(".empty-notallowed"));
    }

    [Fact]
    public void Reason_WithDetails_FoldsThem()
    {
        var reason = Render<ReasonText>(p => p.Add(r => r.Text, "It waits.").Add(r => r.Details, "0/3 nodes"));

        Assert.False(reason.Find("details").HasAttribute("open"));
        Assert.Equal("0/3 nodes", reason.Find("pre").TextContent);
    }

    [Fact]
    public void Error_OfAnException_NeverShowsItsText()
    {
        var panel = Render<ErrorPanel>(p => p.Add(e => e.Exception, new InvalidOperationException("secret text")));

        Assert.DoesNotContain("secret text", panel.Markup, StringComparison.Ordinal);
        Assert.NotEmpty(panel.Find("code").TextContent);
    }

    [Fact]
    public async Task Chart_AsTable_ShowsTheNumbers()
    {
        var model = new LineChart("Accuracy", "%", "Step", ["1", "2"], [new ChartSeries("train", [91.5, null])]);
        var chart = Render<Chart>(p => p.Add(c => c.Model, model));

        await chart.Find("button").ClickAsync(new());

        Assert.Equal(["91.5", "–"], chart.FindAll("td").Select(c => c.TextContent.Trim()));
        Assert.Equal(["Step", "train"], chart.FindAll("thead th").Select(c => c.TextContent));
    }

    [Fact]
    public async Task Button_ClickedTwice_WorksOnce()
    {
        var runs = 0;
        var gate = new TaskCompletionSource();
        var button = Render<BusyButton>(p => p.Add(b => b.OnClick, async () =>
        {
            runs++;
            await gate.Task;
        }));

        var first = button.Find("button").ClickAsync(new());
        await button.Find("button").ClickAsync(new());
        gate.SetResult();
        await first;

        Assert.Equal(1, runs);
    }
}
