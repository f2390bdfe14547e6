using System.Runtime.InteropServices;

namespace Portal.Core.Drift.Statistics;

/// <summary>
/// A 2 x K homogeneity test: both samples are random, no Yates correction, categories empty on both sides dropped.
/// With fewer than two categories there is nothing to test and p is 1.
/// </summary>
/// <param name="Statistic">Pearson's chi-square.</param>
/// <param name="DegreesOfFreedom">K - 1.</param>
/// <param name="P">Upper tail probability.</param>
/// <param name="CramersV">Effect size sqrt(statistic / N), 0 to 1.</param>
/// <param name="PooledCategories">How many rare categories were pooled (pooled test only).</param>
/// <param name="MergedInto">The label the pool itself was joined to because it stayed rare, if any.</param>
public sealed record ChiSquareTest(
    double Statistic, int DegreesOfFreedom, double P, double CramersV, int PooledCategories = 0, string? MergedInto = null)
{
    /// <summary>The smallest expected count below which a category is pooled.</summary>
    public const double SmallestExpected = 5;

    /// <summary>Tests the counts as they are.</summary>
    public static ChiSquareTest Of(ReadOnlySpan<long> reference, ReadOnlySpan<long> current) =>
        OfCells(Cells(reference, current, labels: null));

    /// <summary>
    /// Pools categories with an expected count below 5 on either side into one; a pool that stays below 5 joins the
    /// smallest other category (ties: smallest label).
    /// </summary>
    public static ChiSquareTest Pooled(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, IReadOnlyList<string> labels)
    {
        var cells = Cells(reference, current, labels);
        double r = cells.Sum(c => c.Reference), n = r + cells.Sum(c => c.Current), smaller = Math.Min(r, n - r);
        bool IsRare(Cell cell) => (cell.Reference + cell.Current) * smaller / n < SmallestExpected;

        var kept = cells.Where(c => !IsRare(c)).ToList();
        var rare = cells.Where(IsRare).ToList();
        if (rare.Count == 0) return OfCells(kept);

        var pool = new Cell(null, rare.Sum(c => c.Reference), rare.Sum(c => c.Current));
        string? mergedInto = null;
        if (IsRare(pool) && kept.Count > 0)
        {
            var host = kept.OrderBy(c => c.Reference + c.Current).ThenBy(c => c.Label, CodePointComparer.Instance).First();
            kept.Remove(host);
            pool = pool with { Reference = pool.Reference + host.Reference, Current = pool.Current + host.Current };
            mergedInto = host.Label;
        }

        kept.Add(pool);
        return OfCells(kept) with { PooledCategories = rare.Count, MergedInto = mergedInto };
    }

    private static ChiSquareTest OfCells(List<Cell> cells)
    {
        if (cells.Count < 2) return new(0, 0, 1, 0);
        double r = cells.Sum(c => c.Reference), c = cells.Sum(x => x.Current), n = r + c, statistic = 0;
        foreach (var cell in cells)
        {
            var total = cell.Reference + cell.Current;
            double expectedR = total * r / n, expectedC = total * c / n;
            if (expectedR > 0) statistic += Squared(cell.Reference - expectedR) / expectedR;
            if (expectedC > 0) statistic += Squared(cell.Current - expectedC) / expectedC;
        }

        var freedom = cells.Count - 1;
        return new(statistic, freedom, SurvivalFunctions.ChiSquare(statistic, freedom), Math.Sqrt(statistic / n));
    }

    private static List<Cell> Cells(ReadOnlySpan<long> reference, ReadOnlySpan<long> current, IReadOnlyList<string>? labels)
    {
        var cells = new List<Cell>(reference.Length);
        for (var k = 0; k < reference.Length; k++)
        {
            if (reference[k] + current[k] > 0) cells.Add(new(labels?[k], reference[k], current[k]));
        }

        return cells;
    }

    private static double Squared(double x) => x * x;

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Cell(string? Label, double Reference, double Current);
}
