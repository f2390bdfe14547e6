namespace Portal.Components.Shared.Charts;

/// <summary>What a <see cref="Chart"/> shows, as numbers; colours, axes and words for screen readers follow from it.</summary>
/// <param name="Title">Heading, and the name for screen readers.</param>
/// <param name="Unit">Unit of the values, or null for plain numbers.</param>
public abstract record ChartModel(string Title, string? Unit)
{
    /// <summary>The same numbers as rows.</summary>
    internal abstract ChartTable Table();

    /// <summary>What <c>js/chart.js</c> draws.</summary>
    internal abstract object Spec();
}

/// <summary>One named row of values; null is a gap.</summary>
public sealed record ChartSeries(string Name, IReadOnlyList<double?> Values);

/// <summary>A line across the chart, for example a threshold.</summary>
public sealed record ChartLine(string Name, double Value);

/// <summary>The table view of a chart.</summary>
/// <param name="Head">First column's name, then one for each further column.</param>
/// <param name="Rows">Name and values.</param>
internal sealed record ChartTable(IReadOnlyList<string> Head, IReadOnlyList<(string Name, IReadOnlyList<double?> Values)> Rows)
{
    public static ChartTable Of(string name, IReadOnlyList<string> labels, IReadOnlyList<ChartSeries> series) => new(
        [name, .. series.Select(s => s.Name)],
        [.. labels.Select((label, i) => (label, (IReadOnlyList<double?>)[.. series.Select(s => i < s.Values.Count ? s.Values[i] : null)]))]);
}

/// <summary>What the reader chose in a chart.</summary>
/// <param name="Row">Index of the series or heat map row.</param>
/// <param name="Column">Index along the horizontal axis.</param>
public readonly record struct ChartChoice(int Row, int Column);
