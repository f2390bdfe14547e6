using System.Runtime.InteropServices;

namespace Portal.Core.Drift.Performance;

/// <summary>Rows that share one score, with the weight of positives and negatives among them.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ScoreGroup(double Positives, double Negatives)
{
    /// <summary>Groups by equal score, best score first.</summary>
    public static List<ScoreGroup> Descending(IReadOnlyList<double> scores, Func<int, double> positive, Func<int, double> negative)
    {
        var order = Enumerable.Range(0, scores.Count).OrderByDescending(i => scores[i]).ToArray();
        var groups = new List<ScoreGroup>();
        for (var k = 0; k < order.Length; k++)
        {
            var (p, n) = (positive(order[k]), negative(order[k]));
            if (k > 0 && scores[order[k]] == scores[order[k - 1]]) groups[^1] = new(groups[^1].Positives + p, groups[^1].Negatives + n);
            else groups.Add(new(p, n));
        }

        return groups;
    }

    /// <summary>Trapezoid area over the groups; null when a class is absent.</summary>
    public static double? AreaUnderCurve(List<ScoreGroup> groups)
    {
        double tp = 0, fp = 0, area = 0;
        foreach (var group in groups)
        {
            area += group.Negatives * (tp + group.Positives / 2);
            tp += group.Positives;
            fp += group.Negatives;
        }

        return tp > 0 && fp > 0 ? area / (tp * fp) : null;
    }

    /// <summary>Sum of precision times the step of recall; null without positives.</summary>
    public static double? AveragePrecision(List<ScoreGroup> groups)
    {
        double total = groups.Sum(g => g.Positives), tp = 0, rows = 0, sum = 0;
        if (total == 0) return null;
        foreach (var group in groups)
        {
            tp += group.Positives;
            rows += group.Positives + group.Negatives;
            if (rows > 0) sum += group.Positives / total * (tp / rows);
        }

        return sum;
    }
}
