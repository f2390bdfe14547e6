using Portal.Core.Drift.Sketches;

namespace Portal.Core.Monitoring;

/// <summary>Reference and current data over the same bins, as a page shows them.</summary>
/// <param name="Edges">Bin edges of a numeric feature, one more than shares.</param>
/// <param name="Labels">Categories of a categorical feature; the last may stand for new ones.</param>
/// <param name="Reference">Share of the reference values per bin.</param>
/// <param name="Current">Share of the current values per bin.</param>
public sealed record Distribution(
    IReadOnlyList<double>? Edges, IReadOnlyList<string>? Labels, IReadOnlyList<double> Reference, IReadOnlyList<double> Current)
{
    private const int Bins = 32;
    private const int MostLabels = 30;

    /// <summary>Draws a window beside its reference; null when a side is empty.</summary>
    internal static Distribution? Of(FeatureReference reference, FeatureSketch window)
    {
        if (reference.Self.Counts.Values == 0 || window.Counts.Values == 0) return null;
        return reference switch
        {
            NumericReference { Binning.Mode: Drift.Binning.BinningMode.Discrete } discrete => Discrete(discrete, (NumericSketch)window),
            NumericReference numeric => Numeric(numeric, (NumericSketch)window),
            _ => Categorical((CategoricalReference)reference, (CategoricalSketch)window),
        };
    }

    // Equal-width bins over the bulk of both sides; what lies beyond is in the outermost ones.
    private static Distribution Numeric(NumericReference reference, NumericSketch window)
    {
        var (low, high) = reference.Bulk(window);
        if (!(high > low)) (low, high) = (low - 0.5, low + 0.5);
        double[] edges = [.. Enumerable.Range(0, Bins + 1).Select(k => low + (high - low) * k / Bins)];
        return new(edges, null, reference.Shares((NumericSketch)reference.Self, edges), reference.Shares(window, edges));
    }

    private static Distribution Discrete(NumericReference reference, NumericSketch window)
    {
        var drift = reference.Compare(window);
        string[] labels = [.. drift.Binning!.Points.Select(p => p.ToString("G6", System.Globalization.CultureInfo.InvariantCulture)), Drift.Binning.NumberLabel.New];
        return Cut(labels, drift.ReferenceCounts!, drift.CurrentCounts!);
    }

    private static Distribution Categorical(CategoricalReference reference, CategoricalSketch window)
    {
        var self = (CategoricalSketch)reference.Self;
        return Cut([.. reference.Categories, Drift.Binning.NumberLabel.New], [.. self.CategoryCounts], [.. window.CategoryCounts]);
    }

    private static Distribution Cut(string[] labels, long[] reference, long[] current)
    {
        double r = reference.Sum(), c = current.Sum();
        var shown = Enumerable.Range(0, labels.Length)
            .Where(i => i < labels.Length - 1 || reference[i] + current[i] > 0)
            .OrderByDescending(i => Math.Max(reference[i] / r, current[i] / c)).Take(MostLabels).Order().ToArray();
        return new(null, [.. shown.Select(i => labels[i])], [.. shown.Select(i => reference[i] / r)], [.. shown.Select(i => current[i] / c)]);
    }
}
