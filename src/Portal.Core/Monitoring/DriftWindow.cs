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
    /// <summary>UUIDv7 made in code.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The model; with reference and start it is unique.</summary>
    public Guid ModelId { get; set; }

    /// <summary>The model's project, so that the change feed can name it.</summary>
    public Guid ProjectId { get; set; }

    /// <summary>The reference that it was compared with: a new reference begins new windows.</summary>
    public Guid ReferenceId { get; set; }

    /// <summary>First moment of the period, UTC; how long it is the model says.</summary>
    public DateTimeOffset Start { get; set; }

    /// <summary>Rows of production data in it.</summary>
    public long Rows { get; set; }

    /// <summary>Verdict on the whole window.</summary>
    public DriftLevel Level { get; set; }

    /// <summary>Features compared.</summary>
    public int Features { get; set; }

    /// <summary>Features at level drift.</summary>
    public int Drifted { get; set; }

    /// <summary>When the report was last made, UTC.</summary>
    public DateTimeOffset ReportedAt { get; set; }

    /// <summary>Counts how often rows were added; the last writer wins nothing, it merges again.</summary>
    public long Generation { get; set; } = 1;

    /// <summary>What the report is made of, by feature.</summary>
    public List<WindowSketch> Sketches { get; set; } = [];

    /// <summary>What the report says, by feature.</summary>
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
    /// <summary>Half of the key.</summary>
    public Guid WindowId { get; set; }

    /// <summary>The feature's <see cref="ReferenceFeature.Position"/>; the other half of the key.</summary>
    public int Position { get; set; }

    /// <summary>As <c>FeatureSketch.ToBytes</c> wrote it; only the reference's own feature can read it.</summary>
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
    /// <summary>Half of the key.</summary>
    public Guid WindowId { get; set; }

    /// <summary>The feature's <see cref="ReferenceFeature.Position"/>; the other half of the key.</summary>
    public int Position { get; set; }

    /// <summary>Name of the column.</summary>
    public string Feature { get; set; } = "";

    /// <summary>Verdict on this feature alone.</summary>
    public DriftLevel Level { get; set; }

    /// <summary>Reasons, comma separated, in the order of <see cref="DriftReason"/>.</summary>
    public string Reasons { get; set; } = "";

    /// <summary>Values compared.</summary>
    public long Values { get; set; }

    /// <summary>Population stability index, from 0; null where no distribution could be compared.</summary>
    public double? Psi { get; set; }

    /// <summary>Wasserstein-1 distance in standard deviations of the reference; null for categories.</summary>
    public double? W1 { get; set; }

    /// <summary>Kolmogorov-Smirnov statistic D, 0 to 1; null where it was not computed, as for categories.</summary>
    public double? Ks { get; set; }

    /// <summary>Adjusted probability; null when not tested.</summary>
    public double? Q { get; set; }

    /// <summary>Share of the window's values that are missing, 0 to 1.</summary>
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
