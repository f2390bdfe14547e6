using Portal.Core.Drift.Sketches;

namespace Portal.Core.Drift.Csv;

/// <summary>Collects the fields of a numeric column and hands them to its sketch in batches.</summary>
internal sealed class NumericBatch(int index, NumericSketch sketch)
{
    private const int Size = 256;
    private readonly double[] _values = new double[Size];
    private int _count;
    private long _typeErrors;

    public int Index => index;

    public void Add(ReadOnlySpan<byte> field)
    {
        if (NumberField.Parse(field, out var value) != NumberFieldKind.Number)
        {
            _typeErrors++;
            return;
        }

        _values[_count++] = value;
        if (_count == Size) Flush();
    }

    public void Flush()
    {
        sketch.Add(_values.AsSpan(0, _count), _typeErrors);
        (_count, _typeErrors) = (0, 0);
    }
}
