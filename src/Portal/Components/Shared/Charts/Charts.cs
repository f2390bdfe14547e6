using System.Globalization;

namespace Portal.Components.Shared.Charts;

/// <summary>Values over labels, joined by lines.</summary>
/// <param name="XName">What the horizontal axis counts, for example "Step".</param>
public sealed record LineChart(
    string Title, string? Unit, string XName, IReadOnlyList<string> Labels, IReadOnlyList<ChartSeries> Series) : ChartModel(Title, Unit)
{
    public IReadOnlyList<ChartLine> Lines { get; init; } = [];

    /// <summary>Dots at the values, for few of them.</summary>
    public bool Dots { get; init; }

    internal override ChartTable Table() => ChartTable.Of(XName, Labels, Series);

    internal override object Spec() => new { kind = "line", unit = Unit, xName = XName, labels = Labels, series = Series, lines = Lines, dots = Dots };
}

/// <summary>Values as bars.</summary>
public sealed record BarChart(
    string Title, string? Unit, string XName, IReadOnlyList<string> Labels, IReadOnlyList<ChartSeries> Series) : ChartModel(Title, Unit)
{
    public bool Stacked { get; init; }

    /// <summary>Names at the left, bars to the right: for long names.</summary>
    public bool Horizontal { get; init; }

    public IReadOnlyList<ChartLine> Lines { get; init; } = [];

    internal override ChartTable Table() => ChartTable.Of(XName, Labels, Series);

    internal override object Spec() => new
    {
        kind = "bar",
        unit = Unit,
        xName = XName,
        labels = Labels,
        series = Series,
        lines = Lines,
        stacked = Stacked,
        horizontal = Horizontal,
    };
}

/// <summary>A named band of values in a heat map, from <paramref name="From"/> up to the next band.</summary>
public sealed record ChartLevel(double From, string Name);

/// <summary>A value for each row and column. Bands, where given, are told apart by a sign in the cell as well as by colour.</summary>
/// <param name="Cells">Per row, one value for each column; null leaves the cell empty.</param>
public sealed record HeatMapChart(
    string Title, string? Unit, IReadOnlyList<string> Columns, IReadOnlyList<string> Rows, IReadOnlyList<IReadOnlyList<double?>> Cells)
    : ChartModel(Title, Unit)
{
    /// <summary>Least first; empty for a continuous scale.</summary>
    public IReadOnlyList<ChartLevel> Levels { get; init; } = [];

    internal override ChartTable Table() => new([Title, .. Columns], [.. Rows.Select((name, i) => (name, Cells[i]))]);

    internal override object Spec() => new
    {
        kind = "heat",
        unit = Unit,
        columns = Columns,
        rows = Rows,
        levels = Levels,
        cells = Cells.SelectMany((row, r) => row.Select((value, c) => new object?[] { c, r, value })),
    };
}

/// <summary>A named point.</summary>
public sealed record ChartPoint(string Name, double X, double Y);

/// <summary>Named points over two measures.</summary>
public sealed record ScatterChart(string Title, string XName, string YName, IReadOnlyList<ChartPoint> Points) : ChartModel(Title, null)
{
    /// <summary>Lines across at values of the vertical axis.</summary>
    public IReadOnlyList<ChartLine> Lines { get; init; } = [];

    internal override ChartTable Table() => new(["", XName, YName], [.. Points.Select(p => (p.Name, (IReadOnlyList<double?>)[p.X, p.Y]))]);

    internal override object Spec() => new { kind = "scatter", xName = XName, yName = YName, points = Points, lines = Lines };
}

/// <summary>Distributions over the same bins, laid over one another.</summary>
/// <param name="Edges">Bin edges, one more than values.</param>
public sealed record HistogramChart(
    string Title, string? Unit, string XName, IReadOnlyList<double> Edges, IReadOnlyList<ChartSeries> Series) : ChartModel(Title, Unit)
{
    internal override ChartTable Table() => ChartTable.Of(XName, [.. Edges.Zip(Edges.Skip(1), (a, b) => $"{Text(a)} – {Text(b)}")], Series);

    internal override object Spec() => new { kind = "histogram", unit = Unit, xName = XName, edges = Edges, series = Series };

    private static string Text(double edge) => edge.ToString("G5", CultureInfo.CurrentCulture);
}
