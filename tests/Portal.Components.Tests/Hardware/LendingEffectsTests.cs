using AngleSharp.Dom;
using Bunit;
using Portal.Components.Pages.Hardware;
using Portal.Components.Tests.Shared;
using Portal.Core.Hardware.Lending;

namespace Portal.Components.Tests.Hardware;

public class LendingEffectsTests : PortalContext
{
    private static readonly LendingHolder Risk = new(Guid.NewGuid(), "Credit risk", Guid.NewGuid(), "Risk", 8);
    private static readonly LendingHolder Fraud = new(Guid.NewGuid(), "Fraud", Guid.NewGuid(), "Payments", 4, 6);

    private static readonly PoolLending Open = new() { Default = new LendingPolicy { Mode = LendingMode.LendAndBorrow } };

    [Fact]
    public void Pool_ThatNobodyHolds_SaysSoWithoutATable()
    {
        var effects = Render<LendingEffects>(p => p.Add(x => x.Preview, new LendingPreview([])));

        Assert.Empty(effects.FindAll("table"));
        Assert.Contains("nobody gains or loses", effects.Find("p").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_ThatChanges_ShowsBeforeAndAfter_AndOneThatStaysOneNumber()
    {
        var effects = Render<LendingEffects>(p => p.Add(x => x.Preview, LendingPreview.Compare(16, PoolLending.None, Open, [Risk, Fraud])));

        Assert.Equal(["8", "8 → 12", "0 → 4", "0 → 8"], Numbers(Row(effects, "Credit risk")));

        effects.Render(p => p.Add(x => x.Preview, LendingPreview.Compare(16, Open, Open, [Risk, Fraud])));

        Assert.Equal(["8", "12", "4", "8"], Numbers(Row(effects, "Credit risk")));
        Assert.Contains("No change", Row(effects, "Credit risk").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void Line_OfWhoBorrowsNow_SaysWhatMayBeStopped()
    {
        var patient = new PoolLending { Default = Open.Default with { Reclaim = false } };

        var effects = Render<LendingEffects>(p => p.Add(x => x.Preview, LendingPreview.Compare(16, patient, Open, [Risk, Fraud])));

        Assert.Contains("2 ", Row(effects, "Fraud").QuerySelector(".warning-text")!.TextContent, StringComparison.Ordinal);
        Assert.Null(Row(effects, "Credit risk").QuerySelector(".warning-text"));
    }

    [Fact]
    public void Line_OfCoresMemoryOrAnotherPool_NamesItAndCountsInItsUnit()
    {
        var line = LendingPreview.Compare(16, PoolLending.None, PoolLending.None, [Risk]).Lines.Single();

        var effects = Render<LendingEffects>(p => p.Add(x => x.Preview, new LendingPreview(
        [
            line,
            line with { Pool = "Second GPU" },
            line with { Resource = LentResource.Cores, Before = line.Before with { Nominal = 2500, MayBorrow = 6000 }, After = line.After with { Nominal = 2500 } },
            line with { Resource = LentResource.Memory, Before = line.Before with { Nominal = 4096, MayBorrow = 2048 }, After = line.After with { Nominal = 4096 } },
        ])));

        var rows = effects.FindAll("tbody tr");
        Assert.Contains("in the pool Second GPU", rows[1].TextContent, StringComparison.Ordinal);
        Assert.Contains("processor cores", rows[2].TextContent, StringComparison.Ordinal);
        Assert.Equal(["2.5", "8.5 → 2.5"], Numbers(rows[2]).Take(2));
        Assert.Contains("memory", rows[3].TextContent, StringComparison.Ordinal);
        Assert.Equal(["4 GiB", "6 GiB → 4 GiB"], Numbers(rows[3]).Take(2));
    }

    [Fact]
    public void Projects_WhoseCoresOrMemoryChange_AreTheTenLargestUntilTheOthersAreUnfolded()
    {
        var line = LendingPreview.Compare(16, PoolLending.None, PoolLending.None, [Risk]).Lines.Single();
        // The last has the fewest cores, and the most memory.
        var lines = Enumerable.Range(1, 13).SelectMany(i => (LendingLine[])[Of(i, LentResource.Cores, 1000 * (20 - i)), Of(i, LentResource.Memory, i == 13 ? 65536 : 1024)]);

        var effects = Render<LendingEffects>(p => p.Add(x => x.Preview, new LendingPreview([line, .. lines])));

        Assert.Equal(["Credit risk", .. Enumerable.Range(1, 9).Append(13).SelectMany(i => (string[])[$"p{i:00}", $"p{i:00}"])], Names());
        Assert.Equal(("and 3 more projects", "false"), (effects.Find("button").TextContent.Trim(), effects.Find("button").GetAttribute("aria-expanded")));

        effects.Find("button").Click();

        Assert.Equal(27, Names().Count());
        Assert.Equal("true", effects.Find("button").GetAttribute("aria-expanded"));

        LendingLine Of(int number, LentResource resource, int more) => line with
        {
            Holder = Risk with { ProjectId = new Guid(number, 0, 0, new byte[8]), Project = $"p{number:00}" },
            Resource = resource,
            After = line.After with { MayBorrow = line.Before.MayBorrow + more },
        };
        IEnumerable<string> Names() => effects.FindAll("tbody .row-name").Select(n => n.TextContent);
    }

    private static IElement Row(IRenderedComponent<LendingEffects> effects, string project) =>
        effects.FindAll("tbody tr").Single(r => r.QuerySelector(".row-name")!.TextContent == project);

    private static IEnumerable<string> Numbers(IElement row) => row.QuerySelectorAll("td.number").Select(n => n.TextContent.Trim());
}
