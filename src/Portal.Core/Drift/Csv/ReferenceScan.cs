using System.Text;
using CsvHelper;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;
using Portal.Core.Results;

namespace Portal.Core.Drift.Csv;

/// <summary>What a reference file became.</summary>
/// <param name="Rows">Rows read.</param>
/// <param name="Features">One reference per monitored column, in the order of the file.</param>
public sealed record ReferenceData(long Rows, IReadOnlyList<FeatureReference> Features);

/// <summary>
/// Builds the reference of every monitored column from a file. All values of a column are held while they fit (five million
/// a column, 32 million in all, about 256 MB); beyond that the bins come from a sample and a second pass counts exactly.
/// </summary>
public static class ReferenceScan
{
    private const int MostValuesPerColumn = 5_000_000;
    private const long MostValues = 32_000_000;

    /// <summary>Reads the file and builds the references; <paramref name="mostValues"/> bounds the memory.</summary>
    public static Result<ReferenceData> Build(
        CsvTable table, IReadOnlyList<ColumnSchema> schema, long mostValues = MostValues, CancellationToken ct = default)
    {
        var watched = schema.Where(c => c.IsMonitored).ToArray();
        if (watched.Length == 0) return CsvRefusals.NoFeatures;
        var missing = watched.Where(c => table.IndexOf(c.Name) < 0).Select(c => c.Name).ToArray();
        if (missing.Length > 0) return CsvRefusals.MissingColumns(missing);

        var numeric = Math.Max(1, watched.Count(c => c.Kind == FeatureKind.Numeric));
        var capacity = (int)Math.Clamp(mostValues / numeric, 1000, MostValuesPerColumn);
        var columns = watched.Select((c, i) => ReferenceColumn.For(c, table.IndexOf(c.Name), capacity, seed: i)).ToArray();
        var scanned = table.Scan(row =>
        {
            foreach (var column in columns) column.Add(row);
            return null;
        }, ct: ct);
        if (!scanned.Succeeded) return scanned.Refusal;

        var features = new FeatureReference[columns.Length];
        Parallel.For(0, columns.Length, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = ct }, i => features[i] = columns[i].Build());
        var counted = CountAgain(table, columns, features, ct);
        return counted.Succeeded ? new ReferenceData(scanned.Value, features) : counted.Refusal;
    }

    // Columns too large to hold got their bins from a sample; their own histogram is counted here.
    private static Result<long> CountAgain(CsvTable table, ReferenceColumn[] columns, FeatureReference[] features, CancellationToken ct)
    {
        var again = columns.OfType<NumericColumn>().Where(c => !c.IsComplete)
            .Select(c => new NumericBatch(c.Index, (NumericSketch)features[Array.IndexOf(columns, c)].Self)).ToArray();
        if (again.Length == 0) return 0L;
        var scanned = table.Scan(row =>
        {
            foreach (var batch in again) batch.Add(row.GetSpan(batch.Index));
            return null;
        }, ct: ct);
        foreach (var batch in again) batch.Flush();
        return scanned;
    }
}

internal abstract class ReferenceColumn(string name, int index)
{
    public int Index => index;

    protected string Name => name;

    public abstract void Add(CsvReader row);

    public abstract FeatureReference Build();

    public static ReferenceColumn For(ColumnSchema column, int index, int capacity, int seed) => column.Kind == FeatureKind.Numeric
        ? new NumericColumn(column.Name, index, new(capacity, seed))
        : new CategoricalColumn(column.Name, index);
}

internal sealed class NumericColumn(string name, int index, ValueBuffer values) : ReferenceColumn(name, index)
{
    public bool IsComplete => values.IsComplete;

    public override void Add(CsvReader row)
    {
        if (NumberField.Parse(row.GetSpan(Index), out var value) == NumberFieldKind.Number) values.Add(value);
        else values.TypeErrors++;
    }

    public override FeatureReference Build() => IsComplete
        ? NumericReference.Build(Name, values.Take(), new(0, values.Missing, values.Infinite, values.TypeErrors))
        : NumericReference.FromSample(Name, values.Take(), values.Min, values.Max);
}

internal sealed class CategoricalColumn : ReferenceColumn
{
    // Past this many labels a column is an identifier; the rest is not worth the memory.
    private const int MostLabels = 100_000;

    private readonly Dictionary<byte[], Tally> _counts = new(Utf8Labels.Comparer);
    private readonly Dictionary<byte[], Tally>.AlternateLookup<ReadOnlySpan<byte>> _lookup;
    private long _missing;

    public CategoricalColumn(string name, int index) : base(name, index) => _lookup = _counts.GetAlternateLookup<ReadOnlySpan<byte>>();

    public override void Add(CsvReader row)
    {
        var field = row.GetSpan(Index);
        if (field.IsEmpty) _missing++;
        else if (_lookup.TryGetValue(field, out var tally)) tally.Count++;
        else if (_counts.Count < MostLabels) _lookup[field] = new Tally { Count = 1 };
    }

    public override FeatureReference Build() => CategoricalReference.Build(
        Name, _counts.Select(p => KeyValuePair.Create(Encoding.UTF8.GetString(p.Key), p.Value.Count)), _missing);

    private sealed class Tally
    {
        public long Count;
    }
}
