namespace Portal.Core.Drift.Sketches;

/// <summary>Small pieces of the stored form of sketches.</summary>
internal static class SketchFormat
{
    public static void ExpectVersion(BinaryReader reader)
    {
        var version = reader.ReadByte();
        if (version != FeatureSketch.FormatVersion) throw new InvalidDataException($"Sketch format {version} is not known.");
    }

    public static void Write(this BinaryWriter writer, double[] values)
    {
        writer.Write7BitEncodedInt(values.Length);
        foreach (var value in values) writer.Write(value);
    }

    public static double[] ReadDoubles(this BinaryReader reader)
    {
        var values = new double[reader.Read7BitEncodedInt()];
        for (var i = 0; i < values.Length; i++) values[i] = reader.ReadDouble();
        return values;
    }

    public static void Write(this BinaryWriter writer, long[] counts)
    {
        writer.Write7BitEncodedInt(counts.Length);
        foreach (var count in counts) writer.Write7BitEncodedInt64(count);
    }

    public static long[] ReadCounts(this BinaryReader reader)
    {
        var counts = new long[reader.Read7BitEncodedInt()];
        for (var i = 0; i < counts.Length; i++) counts[i] = reader.Read7BitEncodedInt64();
        return counts;
    }

    /// <summary>Counts that are mostly zero.</summary>
    public static void WriteSparse(this BinaryWriter writer, long[] counts)
    {
        writer.Write7BitEncodedInt(counts.Count(c => c > 0));
        for (var i = 0; i < counts.Length; i++)
        {
            if (counts[i] == 0) continue;
            writer.Write7BitEncodedInt(i);
            writer.Write7BitEncodedInt64(counts[i]);
        }
    }

    public static long[] ReadSparse(this BinaryReader reader, int length)
    {
        var counts = new long[length];
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--) counts[reader.Read7BitEncodedInt()] = reader.Read7BitEncodedInt64();
        return counts;
    }
}
