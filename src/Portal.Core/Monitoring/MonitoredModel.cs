using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Drift.Policy;
using Portal.Core.Projects;

namespace Portal.Core.Monitoring;

/// <summary>A model whose production data is compared with a reference, window by window.</summary>
public sealed class MonitoredModel : IVersioned, IOfProject
{
    /// <summary>UUIDv7; the form makes it, so that sending it twice makes one model.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <inheritdoc/>
    public Guid ProjectId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Project? Project { get; set; }

    /// <summary>Unique in the project.</summary>
    public string Name { get; set; } = "";

    /// <summary>Version of the model as people know it; empty where they gave none.</summary>
    public string Version { get; set; } = "";

    /// <summary>How long its windows are.</summary>
    public WindowLength Window { get; set; }

    /// <summary>The reference that new data is compared with; null until one was given.</summary>
    public Guid? ReferenceId { get; set; }

    /// <summary>Verdict on the latest window.</summary>
    public DriftLevel? LatestLevel { get; set; }

    /// <summary>Start of the latest window, UTC; null before the first.</summary>
    public DateTimeOffset? LatestWindow { get; set; }

    /// <summary>Since when the alert is on, or null.</summary>
    public DateTimeOffset? AlertSince { get; set; }

    /// <summary>Events that came again and were counted once.</summary>
    public long Duplicates { get; set; }

    /// <summary>Events with a known id and other content; both were counted.</summary>
    public long IdConflicts { get; set; }

    /// <summary>Events that could not be read.</summary>
    public long Unreadable { get; set; }

    /// <summary>Id of the person who made it.</summary>
    public Guid CreatedBy { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    internal sealed class Mapping : IEntityTypeConfiguration<MonitoredModel>
    {
        public void Configure(EntityTypeBuilder<MonitoredModel> builder)
        {
            builder.ToTable("monitored_models");
            builder.Property(m => m.Name).HasMaxLength(ModelDraft.NameLimit);
            builder.Property(m => m.Version).HasMaxLength(ModelDraft.NameLimit);
            builder.Property(m => m.Window).HasConversion<string>().HasMaxLength(10);
            builder.Property(m => m.LatestLevel).HasConversion<string>().HasMaxLength(20);
            builder.Property(m => m.Generation).IsConcurrencyToken();
            builder.HasIndex(m => new { m.ProjectId, m.Name }).IsUnique();
            builder.HasOne(m => m.Project).WithMany().HasForeignKey(m => m.ProjectId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>How much event time one window holds.</summary>
public enum WindowLength
{
    /// <summary>One hour, from the full hour, UTC.</summary>
    Hour,

    /// <summary>One day, from midnight UTC.</summary>
    Day,
}

/// <summary>Limits of one feature that differ from the defaults.</summary>
public sealed class FeatureLimits
{
    /// <summary>Half of the key.</summary>
    public Guid ModelId { get; set; }

    /// <summary>Name of the column; the other half of the key.</summary>
    public string Feature { get; set; } = "";

    /// <summary>Population stability index that warns.</summary>
    public double PsiWarn { get; set; } = DriftThresholds.Default.PsiWarn;

    /// <summary>Population stability index that is drift.</summary>
    public double PsiDrift { get; set; } = DriftThresholds.Default.PsiDrift;

    /// <summary>Wasserstein-1 distance, in standard deviations of the reference, that warns.</summary>
    public double W1Warn { get; set; } = DriftThresholds.Default.W1Warn;

    /// <summary>Wasserstein-1 distance, in standard deviations of the reference, that is drift.</summary>
    public double W1Drift { get; set; } = DriftThresholds.Default.W1Drift;

    /// <summary>Drift of this feature alone is drift of the model.</summary>
    public bool Critical { get; set; }

    /// <summary>In the form the policy takes.</summary>
    public DriftThresholds ToThresholds() =>
        DriftThresholds.Default with { PsiWarn = PsiWarn, PsiDrift = PsiDrift, W1Warn = W1Warn, W1Drift = W1Drift };

    internal sealed class Mapping : IEntityTypeConfiguration<FeatureLimits>
    {
        public void Configure(EntityTypeBuilder<FeatureLimits> builder)
        {
            builder.ToTable("drift_limits");
            builder.HasKey(l => new { l.ModelId, l.Feature });
            builder.Property(l => l.Feature).HasMaxLength(ReferenceSet.FeatureNameLimit);
            builder.HasOne<MonitoredModel>().WithMany().HasForeignKey(l => l.ModelId);
        }
    }
}
