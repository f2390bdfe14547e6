using Portal.Core.Drift.Reports;

namespace Portal.Core.Drift.Sketches;

/// <summary>
/// What a window keeps of one feature: small, mergeable by addition in any order, and enough to make the report of
/// <see cref="FeatureDrift"/> against the reference it was made for.
/// </summary>
public abstract class FeatureSketch
{
    /// <summary>The version the first byte of a stored sketch names.</summary>
    public const byte FormatVersion = 1;

    /// <summary>Rows counted so far.</summary>
    public abstract SideCounts Counts { get; }

    /// <summary>Adds another window of the same reference.</summary>
    public abstract void Merge(FeatureSketch other);

    /// <summary>Writes the sketch compactly; read it back with <see cref="FeatureReference.ReadWindow(byte[])"/>.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(FormatVersion);
            Write(writer);
        }

        return stream.ToArray();
    }

    private protected abstract void Write(BinaryWriter writer);
}

/// <summary>What a feature looked like in the reference: fixes the bins, makes and reads windows, compares.</summary>
public abstract class FeatureReference(string feature)
{
    /// <summary>The column.</summary>
    public string Feature { get; } = feature;

    /// <summary>Numeric or categorical.</summary>
    public abstract FeatureKind Kind { get; }

    /// <summary>The reference data in the form of a window.</summary>
    public abstract FeatureSketch Self { get; }

    /// <summary>An empty window.</summary>
    public abstract FeatureSketch NewWindow();

    /// <summary>Reads a window written for this reference.</summary>
    public FeatureSketch ReadWindow(byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        SketchFormat.ExpectVersion(reader);
        return ReadWindow(reader);
    }

    /// <summary>Compares a window with the reference.</summary>
    public abstract FeatureDrift Compare(FeatureSketch window);

    /// <summary>Writes the reference compactly; read it back with <see cref="FromBytes"/>.</summary>
    public byte[] ToBytes()
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream))
        {
            writer.Write(FeatureSketch.FormatVersion);
            writer.Write((byte)Kind);
            Write(writer);
        }

        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="ToBytes"/> wrote.</summary>
    public static FeatureReference FromBytes(string feature, byte[] bytes)
    {
        using var reader = new BinaryReader(new MemoryStream(bytes));
        SketchFormat.ExpectVersion(reader);
        return (FeatureKind)reader.ReadByte() == FeatureKind.Numeric
            ? NumericReference.Read(feature, reader)
            : CategoricalReference.Read(feature, reader);
    }

    private protected abstract void Write(BinaryWriter writer);

    private protected abstract FeatureSketch ReadWindow(BinaryReader reader);
}
