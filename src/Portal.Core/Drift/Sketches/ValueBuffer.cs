namespace Portal.Core.Drift.Sketches;

/// <summary>
/// The values of one reference column, in chunks so that growing never copies. Beyond its capacity it becomes a seeded
/// uniform sample (Vitter's algorithm R), and the exact counts have to come from a second pass.
/// </summary>
internal sealed class ValueBuffer(int capacity, int seed)
{
    private const int ChunkSize = 32 * 1024;
    private readonly List<double[]> _chunks = [];
    private readonly Random _random = new(seed);
    private int _held;

    /// <summary>Finite values seen.</summary>
    public long Count { get; private set; }

    public long Missing { get; private set; }

    public long Infinite { get; private set; }

    public long TypeErrors { get; set; }

    public double Min { get; private set; } = double.PositiveInfinity;

    public double Max { get; private set; } = double.NegativeInfinity;

    /// <summary>Whether every value is held.</summary>
    public bool IsComplete => Count == _held;

    public void Add(double value)
    {
        if (!double.IsFinite(value))
        {
            if (double.IsNaN(value)) Missing++;
            else Infinite++;
            return;
        }

        Count++;
        if (_held < capacity)
        {
            if (_held % ChunkSize == 0) _chunks.Add(new double[ChunkSize]);
            _chunks[^1][_held++ % ChunkSize] = value + 0.0;
        }
        else
        {
            var at = _random.NextInt64(Count);
            if (at < capacity) _chunks[(int)(at / ChunkSize)][at % ChunkSize] = value + 0.0;
        }

        Min = Math.Min(Min, value + 0.0);
        Max = Math.Max(Max, value + 0.0);
    }

    /// <summary>Copies the values out and lets the chunks go.</summary>
    public double[] Take()
    {
        var values = new double[_held];
        for (var i = 0; i < _chunks.Count; i++)
        {
            var start = i * ChunkSize;
            _chunks[i].AsSpan(0, Math.Min(ChunkSize, _held - start)).CopyTo(values.AsSpan(start));
        }

        _chunks.Clear();
        return values;
    }
}
