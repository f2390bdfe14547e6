using System.Text.Json;
using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Tests.Drift;

public class EdgeCaseTests
{
    public static readonly TheoryData<string, double?[], double?[]> Sides = new()
    {
        { "both empty", [], [] },
        { "no reference", [], [1, 2, 3] },
        { "no current", [1, 2, 3], [] },
        { "all missing", [null, null], [null, null, null] },
        { "missing now", [1, 2, 3, 4], [null, null] },
        { "one value each", [1], [2] },
        { "infinities", [1, double.PositiveInfinity, 2], [double.NegativeInfinity, 1] },
        { "only infinities", [double.PositiveInfinity], [double.NegativeInfinity] },
        { "negative zero", [0.0, -0.0, 0.0, 0.0, 0.0, 0.0], [-0.0, 0.0] },
        { "subnormal", [5e-324, 1e-323, 0, 2e-310, 3e-310], [1e-310, 0, -5e-324] },
        { "huge", [1e308, -1e308, 1.7e308, 3], [-1.7e308, 1.7e308, 0] },
        { "huge now", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [1e308, -1e308, 5] },
        { "neighbouring doubles", [1, Math.BitIncrement(1), 1, Math.BitIncrement(1), 1, 1, 1, 1, 1, 1], [Math.BitDecrement(1), 1] },
    };

    [Theory]
    [MemberData(nameof(Sides))]
    public void OddSides_GiveNumbersThatJsonCanHold(string name, double?[] reference, double?[] current)
    {
        Assert.NotEmpty(name);
        var exact = NumericComparison.Compare("x", reference, current);
        var built = Build(reference);
        var window = (NumericSketch)built.NewWindow();
        foreach (var value in current) window.Add([value ?? double.NaN]);
        var sketched = built.Compare(built.ReadWindow(window.ToBytes()));

        foreach (var drift in new[] { exact, sketched })
        {
            var text = JsonSerializer.Serialize(new { drift, decision = DriftPolicy.Decide([drift]) });
            Assert.DoesNotContain("NaN", text, StringComparison.Ordinal);
        }

        Assert.Equal(exact.Status, sketched.Status);
        Assert.Equal(exact.CurrentCounts, sketched.CurrentCounts);
        Assert.Equal(exact.OutOfRange, sketched.OutOfRange);
    }

    [Fact]
    public void NegativeZero_IsZero()
    {
        var drift = NumericComparison.Compare("x", [.. Enumerable.Repeat<double?>(0.0, 100)], [.. Enumerable.Repeat<double?>(-0.0, 100)]);
        Assert.Equal([100L, 0L], drift.CurrentCounts!);
    }

    [Fact]
    public void Categories_DifferByCaseSpaceAndEmptiness()
    {
        var drift = CategoricalComparison.Compare("x", ["a", "A", " a", "", null], ["", "A", "b", null]);
        Assert.Equal(["", " a", "A", "a"], drift.Categories);
        Assert.Equal([1L, 0L, 1L, 0L, 1L], drift.CurrentCounts!);
        Assert.Equal(["b"], drift.NewCategories!.Names);
    }

    [Fact]
    public void Categories_AreOrderedByCodePoint()
    {
        var drift = CategoricalComparison.Compare("x", ["\U0001F600", "\uFF21", "a"], ["a"]);
        Assert.Equal(["a", "\uFF21", "\U0001F600"], drift.Categories);
    }

    [Fact]
    public void ReferenceCategoryNamedLikeTheNewBin_IsACategory()
    {
        var drift = CategoricalComparison.Compare("x", ["__new__", "a"], ["__new__", "other"]);
        Assert.Equal([1L, 0L, 1L], drift.CurrentCounts!);
    }

    [Theory]
    [InlineData(8, "8.0")]
    [InlineData(-0.5, "-0.5")]
    [InlineData(1e-5, "1e-05")]
    [InlineData(1e15, "1000000000000000.0")]
    [InlineData(1e16, "1e+16")]
    public void NumberLabels_ReadBackAsRealNumbers(double value, string label) => Assert.Equal(label, NumberLabel.Of(value));

    private static FeatureReference Build(double?[] rows)
    {
        var finite = rows.OfType<double>().Where(double.IsFinite).Select(v => v + 0.0).ToArray();
        long missing = rows.Count(r => r is null);
        return FeatureReference.FromBytes("x", NumericReference.Build("x", finite, new(0, missing, rows.Length - missing - finite.Length)).ToBytes());
    }
}
