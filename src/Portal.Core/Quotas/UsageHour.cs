using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Hardware;
using Portal.Core.Projects;

namespace Portal.Core.Quotas;

/// <summary>What a project held of a pool during one hour, from samples of what the watches have seen.</summary>
public sealed class UsageHour
{
    /// <summary>Part of the key, with <see cref="PoolId"/> and <see cref="Hour"/>.</summary>
    public Guid ProjectId { get; set; }

    /// <summary>The pool that the units are of.</summary>
    public Guid PoolId { get; set; }

    /// <summary>Start of the hour, UTC.</summary>
    public DateTimeOffset Hour { get; set; }

    /// <summary>How many samples were taken.</summary>
    public int Samples { get; set; }

    /// <summary>Sum over the samples of the units that pods held.</summary>
    public long RunningSum { get; set; }

    /// <summary>Most units held in a sample.</summary>
    public int RunningPeak { get; set; }

    /// <summary>Samples in which workloads of the project waited for units.</summary>
    public int WaitingSamples { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<UsageHour>
    {
        public void Configure(EntityTypeBuilder<UsageHour> builder)
        {
            builder.ToTable("usage_hours");
            builder.HasKey(u => new { u.ProjectId, u.PoolId, u.Hour });
            builder.HasOne<Project>().WithMany().HasForeignKey(u => u.ProjectId);
            builder.HasOne<HardwarePool>().WithMany().HasForeignKey(u => u.PoolId);
            builder.HasIndex(u => u.Hour);
        }
    }
}

/// <summary>What a project made of what it has, over two weeks. Pure.</summary>
/// <param name="Hours">Hours of which samples exist; 0 means that nothing is known, not that nothing was used.</param>
/// <param name="Peak">Most units held at once.</param>
/// <param name="Mean">Units held on average over the hours known.</param>
/// <param name="WaitingShare">Share of the samples in which workloads waited, 0 to 1.</param>
public sealed record UsageSummary(int Hours, int Peak, double Mean, double WaitingShare)
{
    /// <summary>How far back it looks, in days.</summary>
    public const int Days = 14;

    /// <summary>Sums up hours.</summary>
    public static UsageSummary From(IReadOnlyCollection<UsageHour> hours)
    {
        var samples = hours.Sum(h => (long)h.Samples);
        return samples == 0
            ? new UsageSummary(0, 0, 0, 0)
            : new UsageSummary(
                hours.Count, hours.Max(h => h.RunningPeak), (double)hours.Sum(h => h.RunningSum) / samples,
                (double)hours.Sum(h => h.WaitingSamples) / samples);
    }
}
