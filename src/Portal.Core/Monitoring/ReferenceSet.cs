using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Reports;
using Portal.Core.Drift.Sketches;

namespace Portal.Core.Monitoring;

/// <summary>What a model's data looked like when it was right, usually its training data. Never changed, only replaced.</summary>
public sealed class ReferenceSet
{
    /// <summary>Longest name of a column.</summary>
    public const int FeatureNameLimit = 200;

    /// <summary>UUIDv7 made in code.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The model; its <see cref="MonitoredModel.ReferenceId"/> says which of its references counts.</summary>
    public Guid ModelId { get; set; }

    /// <summary>Name of the file it came from.</summary>
    public string FileName { get; set; } = "";

    /// <summary>Rows of the file.</summary>
    public long Rows { get; set; }

    /// <summary>The column that tells when a row happened, if the file had one.</summary>
    public string? TimeColumn { get; set; }

    /// <summary>When it was handed over, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Its monitored columns.</summary>
    public List<ReferenceFeature> Features { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<ReferenceSet>
    {
        public void Configure(EntityTypeBuilder<ReferenceSet> builder)
        {
            builder.ToTable("drift_references");
            builder.Property(r => r.FileName).HasMaxLength(200);
            builder.Property(r => r.TimeColumn).HasMaxLength(FeatureNameLimit);
            builder.HasOne<MonitoredModel>().WithMany().HasForeignKey(r => r.ModelId);
            builder.HasMany(r => r.Features).WithOne().HasForeignKey(f => f.ReferenceId);
        }
    }
}

/// <summary>One monitored column of a reference.</summary>
public sealed class ReferenceFeature
{
    /// <summary>Half of the key; <see cref="Position"/> is the other.</summary>
    public Guid ReferenceId { get; set; }

    /// <summary>Order in the file; sketches of windows carry the same number.</summary>
    public int Position { get; set; }

    /// <summary>Name of the column in the file.</summary>
    public string Name { get; set; } = "";

    /// <summary>How its values are compared.</summary>
    public FeatureKind Kind { get; set; }

    /// <summary>What the column is to the model.</summary>
    public ColumnRole Role { get; set; }

    /// <summary>Bins and histogram, as <see cref="FeatureReference.ToBytes"/> wrote them.</summary>
    public byte[] Data { get; set; } = [];

    /// <summary>The reference in working form.</summary>
    public FeatureReference Open() => FeatureReference.FromBytes(Name, Data);

    internal sealed class Mapping : IEntityTypeConfiguration<ReferenceFeature>
    {
        public void Configure(EntityTypeBuilder<ReferenceFeature> builder)
        {
            builder.ToTable("drift_reference_features");
            builder.HasKey(f => new { f.ReferenceId, f.Position });
            builder.Property(f => f.Name).HasMaxLength(ReferenceSet.FeatureNameLimit);
            builder.Property(f => f.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(f => f.Role).HasConversion<string>().HasMaxLength(20);
        }
    }
}
