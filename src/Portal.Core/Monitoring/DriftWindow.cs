using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Drift.Policy;

namespace Portal.Core.Monitoring;

/// <summary>
/// The production data of one half-open period of event time, as sketches, with the report made of them. Rows that come
/// late are added and the report is made again in the same commit.
/// </summary>
public sealed class DriftWindow : IVersioned
{
    public Guid Id { get; set; } = Guid.CreateVersion7();

    public Guid ModelId { get; set; }

    /// <summary>The model's project, so that the change feed can name it.</summary>
    public Guid ProjectId { get; set; }

    public Guid ReferenceId { get; set; }

    public DateTimeOffset Start { get; set; }

    public long Rows { get; set; }

    public DriftLevel Level { get; set; }

    /// <summary>Features compared.</summary>
    public int Features { get; set; }

    /// <summary>Features at level drift.</summary>
    public int Drifted { get; set; }

    public DateTimeOffset ReportedAt { get; set; }

    /// <summary>Counts how often rows were added; the last writer wins nothing, it merges again.</summary>
    public long Generation { get; set; } = 1;

    public List<WindowSketch> Sketches { get; set; } = [];

    public List<FeatureResult> Results { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<DriftWindow>
    {
        public void Configure(EntityTypeBuilder<DriftWindow> builder)
        {
            builder.ToTable("drift_windows");
            builder.Property(w => w.Level).HasConversion<string>().HasMaxLength(20);
            builder.Property(w => w.Generation).IsConcurrencyToken();
            builder.HasIndex(w => new { w.ModelId, w.ReferenceId, w.Start }).IsUnique();
            builder.HasIndex(w => new { w.ModelId, w.Start });
            builder.HasOne<MonitoredModel>().WithMany().HasForeignKey(w => w.ModelId);
            builder.HasMany(w => w.Sketches).WithOne().HasForeignKey(s => s.WindowId);
            builder.HasMany(w => w.Results).WithOne().HasForeignKey(r => r.WindowId);
        }
    }
}

/// <summary>The sketch of one feature in one window.</summary>
public sealed class WindowSketch
{
    public Guid WindowId { get; set; }

    public int Position { get; set; }

    public byte[] Data { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<WindowSketch>
    {
        public void Configure(EntityTypeBuilder<WindowSketch> builder)
        {
            builder.ToTable("drift_sketches");
            builder.HasKey(s => new { s.WindowId, s.Position });
        }
    }
}

/// <summary>What the report of a window says of one feature.</summary>
public sealed class FeatureResult
{
    public Guid WindowId { get; set; }

    public int Position { get; set; }

    public string Feature { get; set; } = "";

    public DriftLevel Level { get; set; }

    /// <summary>Reasons, comma separated, in the order of <see cref="DriftReason"/>.</summary>
    public string Reasons { get; set; } = "";

    /// <summary>Values compared.</summary>
    public long Values { get; set; }

    public double? Psi { get; set; }

    public double? W1 { get; set; }

    public double? Ks { get; set; }

    /// <summary>Adjusted probability; null when not tested.</summary>
    public double? Q { get; set; }

    public double MissingRate { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureResult>
    {
        public void Configure(EntityTypeBuilder<FeatureResult> builder)
        {
            builder.ToTable("drift_results");
            builder.HasKey(r => new { r.WindowId, r.Position });
            builder.Property(r => r.Feature).HasMaxLength(ReferenceSet.FeatureNameLimit);
            builder.Property(r => r.Level).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.Reasons).HasMaxLength(100);
        }
    }
}
