using System.Globalization;
using System.Text;
using Portal.Core.Drift.Reports;
using Portal.Core.Results;

namespace Portal.Core.Drift.Csv;

/// <summary>Proposes kinds and roles of columns from the first rows; a person may change them before the reference is built.</summary>
public static class SchemaInference
{
    private const int SampleRows = 2000;

    // Some text in a column of numbers is a data error to count, not a reason to call the column text.
    private const double NumericShare = 0.9;

    private static readonly string[] TimeNames = ["time", "timestamp", "ts", "date", "datetime", "event_time", "created_at"];
    private static readonly string[] PredictionNames = ["prediction", "predicted", "pred", "score", "y_pred", "probability"];
    private static readonly string[] LabelNames = ["label", "target", "truth", "y", "y_true", "outcome", "ground_truth"];

    /// <summary>The proposal, one entry per column.</summary>
    public static Result<IReadOnlyList<ColumnSchema>> Infer(CsvTable table)
    {
        var seen = table.Headers.Select(_ => new Sample()).ToArray();
        var scanned = table.Scan(row =>
        {
            for (var i = 0; i < seen.Length; i++) seen[i].Add(row.GetSpan(i));
            return null;
        }, SampleRows);
        if (!scanned.Succeeded) return scanned.Refusal;

        var columns = table.Headers.Select((name, i) => Propose(name, seen[i])).ToList();
        // Only the first of several time columns tells when a row happened.
        var extra = columns.Where(c => c.Role == ColumnRole.Time).Skip(1).ToHashSet();
        columns = [.. columns.Select(c => extra.Contains(c) ? c with { Role = ColumnRole.Ignored } : c)];
        return columns.Any(c => c.IsMonitored) ? columns : CsvRefusals.NoFeatures;
    }

    private static ColumnSchema Propose(string name, Sample sample)
    {
        var kind = sample.Values == 0 || sample.Numbers >= NumericShare * sample.Values ? FeatureKind.Numeric : FeatureKind.Categorical;
        return new(name, Role(name.ToLowerInvariant(), sample), kind);
    }

    private static ColumnRole Role(string name, Sample sample)
    {
        if (sample.Times > 0 && sample.Times >= NumericShare * sample.Values && sample.Numbers < sample.Values) return ColumnRole.Time;
        if (TimeNames.Contains(name) && sample.Numbers == sample.Values && sample.Values > 0) return ColumnRole.Time;
        if ((name is "id" or "uuid" || name.EndsWith("_id", StringComparison.Ordinal)) && sample.AllDistinct) return ColumnRole.Id;
        if (PredictionNames.Contains(name)) return ColumnRole.Prediction;
        return LabelNames.Contains(name) ? ColumnRole.Label : ColumnRole.Feature;
    }

    private sealed class Sample
    {
        private readonly HashSet<string> _distinct = new(StringComparer.Ordinal);

        public int Values { get; private set; }

        public int Numbers { get; private set; }

        public int Times { get; private set; }

        public bool AllDistinct => Values > 1 && _distinct.Count == Values;

        public void Add(ReadOnlySpan<byte> field)
        {
            var kind = NumberField.Parse(field, out var number);
            if (kind == NumberFieldKind.Number && double.IsNaN(number)) return;
            Values++;
            if (kind == NumberFieldKind.Number) Numbers++;
            var text = Encoding.UTF8.GetString(field);
            _distinct.Add(text);
            if (kind == NumberFieldKind.TypeError && TimeField.TryParse(text, out _)) Times++;
        }
    }
}

/// <summary>Reads times: ISO 8601 (UTC unless an offset is given) or seconds or milliseconds since 1970.</summary>
public static class TimeField
{
    private const double LatestSeconds = 1e11;

    /// <summary>The time in UTC.</summary>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            var milliseconds = Math.Abs(number) < LatestSeconds ? number * 1000 : number;
            var known = Math.Abs(milliseconds) < 2.5e14 && number > 0;
            time = known ? DateTimeOffset.FromUnixTimeMilliseconds((long)milliseconds) : default;
            return known;
        }

        const DateTimeStyles Utc = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal | DateTimeStyles.AllowWhiteSpaces;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, Utc, out time);
    }
}
