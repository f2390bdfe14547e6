using System.Text;
using CsvHelper;
using Portal.Core.Drift.Sketches;
using Portal.Core.Results;

namespace Portal.Core.Drift.Csv;

/// <summary>The rows of one window of event time, as one sketch per monitored column.</summary>
/// <param name="Start">Start of the half-open window, UTC.</param>
/// <param name="Rows">Rows in it.</param>
/// <param name="Sketches">In the order of the references.</param>
public sealed record WindowData(DateTimeOffset Start, long Rows, IReadOnlyList<FeatureSketch> Sketches);

/// <summary>Sketches production rows from a file, one pass, one window per period of event time.</summary>
public static class WindowScan
{
    // Bounds memory: a sketch with its batch takes about 12 KB.
    private const int MostSketches = 25_000;

    /// <summary>
    /// Reads the file. With a <paramref name="timeColumn"/> rows go to the window that holds their time; without one all go
    /// to the window that holds <paramref name="fallback"/>.
    /// </summary>
    public static Result<IReadOnlyList<WindowData>> Sketch(
        CsvTable table, IReadOnlyList<FeatureReference> references, string? timeColumn, TimeSpan length, DateTimeOffset fallback,
        CancellationToken ct = default)
    {
        var missing = references.Select(r => r.Feature).Append(timeColumn).OfType<string>().Where(name => table.IndexOf(name) < 0).ToArray();
        if (missing.Length > 0) return CsvRefusals.MissingColumns(missing);

        int[] indexes = [.. references.Select(r => table.IndexOf(r.Feature))];
        var time = timeColumn is null ? -1 : table.IndexOf(timeColumn);
        var windows = new Dictionary<long, OpenWindow>();
        var limit = Math.Max(1, MostSketches / references.Count);
        var last = default(OpenWindow);
        var rows = 0L;
        var scanned = table.Scan(row =>
        {
            rows++;
            var at = fallback;
            if (time >= 0 && !TimeField.TryParse(Encoding.UTF8.GetString(row.GetSpan(time)), out at)) return CsvRefusals.BadTime(rows + 1, timeColumn!);
            var key = at.UtcTicks / length.Ticks;
            if (last?.Key != key && !windows.TryGetValue(key, out last))
            {
                if (windows.Count == limit) return CsvRefusals.TooManyWindows(limit);
                windows[key] = last = new(key, references, indexes);
            }

            last!.Add(row);
            return null;
        }, ct: ct);
        if (!scanned.Succeeded) return scanned.Refusal;
        return windows.Values.OrderBy(w => w.Key).Select(w => w.Close(length)).ToArray();
    }

    private sealed class OpenWindow(long key, IReadOnlyList<FeatureReference> references, int[] indexes)
    {
        private readonly FeatureSketch[] _sketches = [.. references.Select(r => r.NewWindow())];
        private NumericBatch?[]? _batches;
        private long _rows;

        public long Key => key;

        public void Add(CsvReader row)
        {
            _batches ??= [.. _sketches.Select((s, i) => s is NumericSketch numeric ? new NumericBatch(indexes[i], numeric) : null)];
            _rows++;
            for (var i = 0; i < _sketches.Length; i++)
            {
                var field = row.GetSpan(indexes[i]);
                if (_batches[i] is { } batch) batch.Add(field);
                else if (field.IsEmpty) ((CategoricalSketch)_sketches[i]).AddMissing(1);
                else ((CategoricalSketch)_sketches[i]).Add(field);
            }
        }

        public WindowData Close(TimeSpan length)
        {
            foreach (var batch in _batches ?? []) batch?.Flush();
            return new(new DateTimeOffset(key * length.Ticks, TimeSpan.Zero), _rows, _sketches);
        }
    }
}
