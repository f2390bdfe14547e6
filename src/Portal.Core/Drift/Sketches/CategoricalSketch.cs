using System.Text;
using Portal.Core.Drift.Reports;

namespace Portal.Core.Drift.Sketches;

/// <summary>A window of a categorical feature: exact counts of the reference categories, the total and the names of new ones.</summary>
public sealed class CategoricalSketch : FeatureSketch
{
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _index;
    private readonly long[] _counts;
    private readonly SpaceSaving _unseen;
    private readonly HyperLogLog _distinct;
    private long _missing;

    internal CategoricalSketch(Dictionary<byte[], int> index)
        : this(index, new long[index.Count + 1], new(), new())
    {
    }

    private CategoricalSketch(Dictionary<byte[], int> index, long[] counts, SpaceSaving unseen, HyperLogLog distinct)
    {
        _index = index.GetAlternateLookup<ReadOnlySpan<byte>>();
        _counts = counts;
        _unseen = unseen;
        _distinct = distinct;
    }

    /// <inheritdoc />
    public override SideCounts Counts => new(_counts.Sum(), _missing);

    /// <summary>Rows per reference category, and of all new ones last.</summary>
    public IReadOnlyList<long> CategoryCounts => _counts;

    /// <summary>The most frequent new categories, by code point.</summary>
    public IReadOnlyList<string> NewLabels => _unseen.Labels;

    /// <summary>Estimated number of distinct categories.</summary>
    public long Distinct => _distinct.Estimate();

    /// <summary>Adds one label; null is missing, "" is a value.</summary>
    public void Add(string? label)
    {
        if (label is null) AddMissing(1);
        else Add(Encoding.UTF8.GetBytes(label));
    }

    /// <summary>Adds one label given as UTF-8.</summary>
    public void Add(ReadOnlySpan<byte> label)
    {
        _distinct.Add(StableHash.Of(label));
        if (_index.TryGetValue(label, out var at))
        {
            _counts[at]++;
            return;
        }

        _counts[^1]++;
        _unseen.Add(Encoding.UTF8.GetString(label));
    }

    /// <summary>Adds missing rows.</summary>
    public void AddMissing(long rows) => _missing += rows;

    /// <inheritdoc />
    public override void Merge(FeatureSketch other)
    {
        var from = (CategoricalSketch)other;
        for (var k = 0; k < _counts.Length; k++) _counts[k] += from._counts[k];
        _missing += from._missing;
        _unseen.Merge(from._unseen);
        _distinct.Merge(from._distinct);
    }

    internal void Fill(IReadOnlyList<long> counts, long missing)
    {
        for (var k = 0; k < counts.Count; k++) _counts[k] = counts[k];
        _missing = missing;
    }

    private protected override void Write(BinaryWriter writer)
    {
        writer.Write(_counts);
        writer.Write7BitEncodedInt64(_missing);
        _unseen.Write(writer);
        _distinct.Write(writer);
    }

    internal static CategoricalSketch Read(BinaryReader reader, Dictionary<byte[], int> index)
    {
        var counts = reader.ReadCounts();
        if (counts.Length != index.Count + 1) throw new InvalidDataException("The sketch was made for another reference.");
        var missing = reader.Read7BitEncodedInt64();
        return new(index, counts, SpaceSaving.Read(reader), HyperLogLog.Read(reader)) { _missing = missing };
    }
}
