namespace Portal.Core.Drift.Statistics;

/// <summary>False discovery rate control over the features of one report. Benjamini and Hochberg (1995).</summary>
public static class BenjaminiHochberg
{
    /// <summary>Adjusted p-values in input order: q_(i) = min over j &gt;= i of m p_(j) / j, at most 1.</summary>
    public static double[] Adjust(IReadOnlyList<double> pValues)
    {
        var count = pValues.Count;
        var order = Enumerable.Range(0, count).OrderBy(i => pValues[i]).ToArray();
        var adjusted = new double[count];
        var least = 1d;
        for (var rank = count; rank >= 1; rank--)
        {
            var index = order[rank - 1];
            least = Math.Min(least, count * pValues[index] / rank);
            adjusted[index] = least;
        }

        return adjusted;
    }
}
