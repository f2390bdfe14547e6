using Portal.Core.Drift.Binning;
using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Reports;

/// <summary>Compares categorical samples; "" is a value, null is missing.</summary>
public static class CategoricalComparison
{
    /// <summary>Above so many categories a column is an identifier rather than a feature.</summary>
    public const int MostCategories = 1000;

    /// <summary>Compares two samples of labels.</summary>
    public static FeatureDrift Compare(string feature, IReadOnlyList<string?> reference, IReadOnlyList<string?> current)
    {
        var known = new SortedDictionary<string, long>(CodePointComparer.Instance);
        foreach (var label in reference.OfType<string>()) known[label] = known.GetValueOrDefault(label) + 1;

        var categories = known.Keys.ToArray();
        var index = categories.Select((label, i) => (label, i)).ToDictionary(p => p.label, p => p.i, StringComparer.Ordinal);
        var counts = new long[categories.Length + 1];
        var unseen = new SortedSet<string>(CodePointComparer.Instance);
        foreach (var label in current.OfType<string>())
        {
            if (index.TryGetValue(label, out var at))
            {
                counts[at]++;
                continue;
            }

            counts[^1]++;
            unseen.Add(label);
        }

        return Compare(feature, Side(reference), Side(current), categories, [.. known.Values, 0], counts, [.. unseen]);
    }

    /// <summary>Compares counts over the reference categories and a last bin for new ones.</summary>
    internal static FeatureDrift Compare(
        string feature, SideCounts reference, SideCounts current,
        IReadOnlyList<string> categories, long[] referenceCounts, long[] currentCounts, IReadOnlyList<string> newNames)
    {
        var status = FeatureDrift.StatusOf(reference.Values, current.Values);
        var isIdentifier = categories.Count > MostCategories || categories.Count > reference.Values / 2d;
        var drift = new FeatureDrift
        {
            Feature = feature,
            Kind = FeatureKind.Categorical,
            Status = status == FeatureStatus.Ok && isIdentifier ? FeatureStatus.HighCardinality : status,
            Reference = reference,
            Current = current,
            Missing = MissingTest.Of(reference.Missing, reference.Rows, current.Missing, current.Rows),
            Categories = categories,
            ReferenceCounts = referenceCounts,
            CurrentCounts = currentCounts,
            NewCategories = new(
                currentCounts[^1],
                current.Values == 0 ? null : (double)currentCounts[^1] / current.Values,
                newNames,
                [.. categories.Where((_, i) => currentCounts[i] == 0)],
                referenceCounts.Count(c => c == 1)),
        };
        return status == FeatureStatus.NoData ? drift : drift with
        {
            Distances = Distances.Between(referenceCounts, currentCounts),
            ChiSquare = ChiSquareTest.Of(referenceCounts, currentCounts),
            ChiSquarePooled = ChiSquareTest.Pooled(referenceCounts, currentCounts, [.. categories, NumberLabel.New]),
        };
    }

    private static SideCounts Side(IReadOnlyList<string?> side)
    {
        var missing = side.Count(label => label is null);
        return new(side.Count - missing, missing);
    }
}
