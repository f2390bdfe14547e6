using System.Text;
using System.Text.Json;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Monitoring;

/// <summary>Sketches rows that arrive as JSON, by window of their event time.</summary>
internal sealed class RowSketcher(OpenReference reference, WindowLength length)
{
    private readonly Dictionary<DateTimeOffset, (FeatureSketch[] Sketches, long Rows)> _windows = [];

    /// <summary>Adds a row; columns without a cell are left alone unless <paramref name="whole"/>, when they are missing.</summary>
    public void Add(DateTimeOffset at, IReadOnlyDictionary<int, JsonElement> cells, bool countsAsRow, bool whole = false)
    {
        var start = WindowLengths.StartOf(at, length);
        if (!_windows.TryGetValue(start, out var window)) window = ([.. reference.References.Select(r => r.NewWindow())], 0);
        foreach (var (position, cell) in cells) Add(window.Sketches[position], cell);
        if (whole)
        {
            for (var i = 0; i < window.Sketches.Length; i++)
            {
                if (!cells.ContainsKey(i)) Add(window.Sketches[i], default);
            }
        }

        _windows[start] = window with { Rows = window.Rows + (countsAsRow ? 1 : 0) };
    }

    /// <summary>What was added, by window.</summary>
    public IReadOnlyList<WindowData> Windows() => [.. _windows.OrderBy(w => w.Key).Select(w => new WindowData(w.Key, w.Value.Rows, w.Value.Sketches))];

    private static void Add(FeatureSketch sketch, JsonElement cell)
    {
        if (sketch is NumericSketch numeric) AddNumber(numeric, cell);
        else AddLabel((CategoricalSketch)sketch, cell);
    }

    private static void AddNumber(NumericSketch sketch, JsonElement cell)
    {
        var value = double.NaN;
        var kind = cell.ValueKind switch
        {
            JsonValueKind.Number when cell.TryGetDouble(out value) => NumberFieldKind.Number,
            JsonValueKind.Null or JsonValueKind.Undefined => NumberFieldKind.Number,
            JsonValueKind.True or JsonValueKind.False => NumberFieldKind.Number,
            JsonValueKind.String => NumberField.Parse(Encoding.UTF8.GetBytes(cell.GetString()!), out value),
            _ => NumberFieldKind.TypeError,
        };
        if (cell.ValueKind is JsonValueKind.True or JsonValueKind.False) value = cell.GetBoolean() ? 1 : 0;
        if (kind == NumberFieldKind.Number) sketch.Add([value]);
        else sketch.Add([], typeErrors: 1);
    }

    private static void AddLabel(CategoricalSketch sketch, JsonElement cell)
    {
        if (cell.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) sketch.AddMissing(1);
        else sketch.Add(cell.ValueKind == JsonValueKind.String ? cell.GetString() : cell.GetRawText());
    }
}

internal static class WindowLengths
{
    public static TimeSpan Span(this WindowLength length) => length == WindowLength.Hour ? TimeSpan.FromHours(1) : TimeSpan.FromDays(1);

    /// <summary>The start of the window that holds an instant, UTC.</summary>
    public static DateTimeOffset StartOf(DateTimeOffset at, WindowLength length)
    {
        var ticks = length.Span().Ticks;
        return new DateTimeOffset(at.UtcTicks / ticks * ticks, TimeSpan.Zero);
    }
}
