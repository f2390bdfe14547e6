using System.Buffers.Binary;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// A 64-bit hash that is the same in every process, as stored sketches need. Each word is mixed with the finaliser of
/// SplitMix64 (Steele, Lea, Flood 2014).
/// </summary>
internal static class StableHash
{
    public static ulong Of(double value) => Mix(BitConverter.DoubleToUInt64Bits(value + 0.0));

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = 0x9E3779B97F4A7C15UL ^ (ulong)bytes.Length;
        while (bytes.Length >= 8)
        {
            hash = Mix(hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[8..];
        }

        var rest = 0UL;
        for (var i = 0; i < bytes.Length; i++) rest |= (ulong)bytes[i] << (8 * i);
        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong z)
    {
        z += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }
}
