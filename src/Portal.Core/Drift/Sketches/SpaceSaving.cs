using Portal.Core.Drift.Statistics;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// The most frequent labels of a stream in bounded memory: a count is too large by at most rows / 256.
/// Metwally, Agrawal, El Abbadi (2005). Exact while no more than 256 labels occur.
/// </summary>
public sealed class SpaceSaving
{
    /// <summary>Labels kept.</summary>
    public const int Capacity = 256;

    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>The labels kept, by code point.</summary>
    public IReadOnlyList<string> Labels => [.. _counts.Keys.Order(CodePointComparer.Instance)];

    /// <summary>Adds rows of a label.</summary>
    public void Add(string label, long rows = 1)
    {
        if (_counts.TryGetValue(label, out var known) || _counts.Count < Capacity)
        {
            _counts[label] = known + rows;
            return;
        }

        var least = _counts.MinBy(p => p.Value);
        _counts.Remove(least.Key);
        _counts[label] = least.Value + rows;
    }

    /// <summary>Adds another sketch and keeps the most frequent labels.</summary>
    public void Merge(SpaceSaving other)
    {
        foreach (var (label, rows) in other._counts) _counts[label] = _counts.GetValueOrDefault(label) + rows;
        var surplus = _counts.OrderByDescending(p => p.Value).ThenBy(p => p.Key, CodePointComparer.Instance).Skip(Capacity);
        foreach (var (label, _) in surplus.ToArray()) _counts.Remove(label);
    }

    internal void Write(BinaryWriter writer)
    {
        writer.Write7BitEncodedInt(_counts.Count);
        foreach (var (label, rows) in _counts.OrderBy(p => p.Key, CodePointComparer.Instance))
        {
            writer.Write(label);
            writer.Write7BitEncodedInt64(rows);
        }
    }

    internal static SpaceSaving Read(BinaryReader reader)
    {
        var sketch = new SpaceSaving();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) sketch._counts[reader.ReadString()] = reader.Read7BitEncodedInt64();
        return sketch;
    }
}
