using Portal.Core.Drift.Sketches;

namespace Portal.Core.Tests.Drift;

public class SketchMergeTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void NumericWindows_InAnySplitAndOrder_GiveTheSameAnswer(int seed)
    {
        var random = new Random(seed);
        var reference = NumericReference.Build(
            "x", Samples.OfShape(random, seed, 3000).Select(v => v!.Value).ToArray(), new(0, 10));
        var rows = Samples.OfShape(random, (seed + 1) % 5, 2000).Select((v, i) => i % 50 == 0 ? double.NaN : v!.Value * 3).ToArray();

        var whole = Compare(reference, rows, [rows.Length]);
        for (var attempt = 0; attempt < 10; attempt++)
        {
            var cuts = Enumerable.Range(0, random.Next(1, 40)).Select(_ => random.Next(rows.Length)).Append(rows.Length).Order().ToArray();
            var merged = Compare(reference, rows, cuts, random);
            Assert.Equal(whole.CurrentCounts, merged.CurrentCounts);
            Assert.Equal(whole.Current, merged.Current);
            Assert.Equal(whole.Kolmogorov, merged.Kolmogorov);
            Assert.Equal(whole.Distances, merged.Distances);
            Assert.Equal(whole.W1!.Value, merged.W1!.Value, 12);
            Assert.Equal(whole.CurrentStatistics, merged.CurrentStatistics);
        }
    }

    [Fact]
    public void CategoricalWindows_MergedAndStored_KeepCountsAndNewNames()
    {
        var reference = CategoricalReference.Build("x", [new("a", 600), new("b", 400)], 5);
        var first = (CategoricalSketch)reference.NewWindow();
        var second = (CategoricalSketch)reference.NewWindow();
        for (var i = 0; i < 100; i++)
        {
            first.Add(i % 2 == 0 ? "a" : "c");
            second.Add(i % 4 == 0 ? null : "b");
        }

        second.Merge(first);
        var drift = reference.Compare(reference.ReadWindow(second.ToBytes()));
        Assert.Equal([50L, 75L, 50L], drift.CurrentCounts!);
        Assert.Equal(["c"], drift.NewCategories!.Names);
        Assert.Equal(25, drift.Current.Missing);
    }

    [Fact]
    public void StoredNumericWindow_OfThreeThousandRows_StaysSmall()
    {
        var random = new Random(7);
        var reference = NumericReference.Build("x", Samples.Normal(random, 10_000).Select(v => v!.Value).ToArray(), new(0, 0));
        var window = (NumericSketch)reference.NewWindow();
        window.Add(Samples.Normal(random, 3000).Select(v => v!.Value).ToArray());
        Assert.InRange(window.ToBytes().Length, 1, 6000);
        Assert.InRange(reference.NewWindow().ToBytes().Length, 1, 700);
    }

    [Fact]
    public void TailsOutsideTheReference_KeepTheirQuantiles()
    {
        var random = new Random(9);
        var reference = NumericReference.Build("x", Samples.Normal(random, 1000).Select(v => v!.Value).ToArray(), new(0, 0));
        var window = (NumericSketch)reference.NewWindow();
        window.Add(Samples.Normal(random, 5000, 80, 3).Select(v => v!.Value).ToArray());
        var drift = reference.Compare(window);
        Assert.Equal(80, drift.CurrentStatistics!.Q50, 0.5);
        Assert.Equal(80 + 3 * 1.645, drift.CurrentStatistics.Q95, 0.5);
    }

    private static Portal.Core.Drift.Reports.FeatureDrift Compare(FeatureReference reference, double[] rows, int[] cuts, Random? order = null)
    {
        var windows = new List<FeatureSketch>();
        var start = 0;
        foreach (var cut in cuts)
        {
            var window = (NumericSketch)reference.NewWindow();
            window.Add(rows[start..cut]);
            windows.Add(window);
            start = cut;
        }

        var merged = reference.NewWindow();
        foreach (var window in windows.OrderBy(_ => order?.Next() ?? 0)) merged.Merge(window);
        return reference.Compare(merged);
    }
}
