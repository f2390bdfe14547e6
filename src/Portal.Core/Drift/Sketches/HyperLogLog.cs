using System.IO.Compression;
using System.Numerics;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// Counts distinct values in 4 KB with a standard error of 1.04 / sqrt(4096) = 1.6 %. Flajolet, Fusy, Gandouet,
/// Meunier (2007), with linear counting for small sets. Merging takes the larger register: order changes nothing.
/// </summary>
public sealed class HyperLogLog
{
    private const int Precision = 12;
    private const int Registers = 1 << Precision;
    private readonly byte[] _registers = new byte[Registers];

    internal void Add(ulong hash)
    {
        var index = (int)(hash >> (64 - Precision));
        var rank = (byte)(BitOperations.LeadingZeroCount((hash << Precision) | (1UL << (Precision - 1))) + 1);
        if (rank > _registers[index]) _registers[index] = rank;
    }

    /// <summary>Takes the union with another sketch.</summary>
    public void Merge(HyperLogLog other)
    {
        for (var i = 0; i < Registers; i++) _registers[i] = Math.Max(_registers[i], other._registers[i]);
    }

    /// <summary>The estimated number of distinct values.</summary>
    public long Estimate()
    {
        double inverse = 0;
        var empty = 0;
        foreach (var register in _registers)
        {
            inverse += Math.ScaleB(1, -register);
            if (register == 0) empty++;
        }

        var raw = 0.7213 / (1 + 1.079 / Registers) * Registers * Registers / inverse;
        if (raw <= 2.5 * Registers && empty > 0) raw = Registers * Math.Log((double)Registers / empty);
        return (long)Math.Round(raw);
    }

    internal void Write(BinaryWriter writer)
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Fastest, leaveOpen: true)) deflate.Write(_registers);
        writer.Write7BitEncodedInt((int)packed.Length);
        writer.Write(packed.GetBuffer(), 0, (int)packed.Length);
    }

    internal static HyperLogLog Read(BinaryReader reader)
    {
        var sketch = new HyperLogLog();
        using var packed = new MemoryStream(reader.ReadBytes(reader.Read7BitEncodedInt()));
        using var deflate = new DeflateStream(packed, CompressionMode.Decompress);
        deflate.ReadExactly(sketch._registers);
        return sketch;
    }
}
