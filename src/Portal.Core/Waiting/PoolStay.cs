using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;

namespace Portal.Core.Waiting;

/// <summary>The resources that stays are written down in.</summary>
public enum StayResource { Accelerators, Cores, Memory }

/// <summary>One try of a workload on a pool: asked for, started, ended. The reconciler writes it, estimates are made from it.</summary>
public sealed class PoolStay
{
    /// <summary>The notebook's or run's id.</summary>
    public Guid WorkloadId { get; set; }

    /// <summary>When it was asked for; a notebook that is started again stays again.</summary>
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>The pool, or null for cores alone.</summary>
    public Guid? PoolId { get; set; }

    /// <summary>Accelerators of the pool; 0 without one.</summary>
    public double Accelerators { get; set; }

    /// <summary>Cores; 0 where they were not written down yet.</summary>
    public double Cores { get; set; }

    /// <summary>Memory, GiB; 0 where it was not written down yet.</summary>
    public double MemoryGiB { get; set; }

    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The forecast that was made when it was first seen waiting: starts in seconds from <see cref="ForecastAt"/>, sorted; empty when none was made.</summary>
    public List<double> Forecast { get; set; } = [];

    public DateTimeOffset? ForecastAt { get; set; }

    /// <summary>Where its start fell in the forecast, 0 to 1; null without one.</summary>
    public double? Rank { get; set; }

    /// <summary>What it holds of a resource, in the unit of <see cref="WaitRow"/>.</summary>
    public double Of(StayResource resource) => resource switch
    {
        StayResource.Cores => Cores,
        StayResource.Memory => MemoryGiB * 1024 * 1024 * 1024,
        _ => Accelerators,
    };

    internal sealed class Mapping : IEntityTypeConfiguration<PoolStay>
    {
        public void Configure(EntityTypeBuilder<PoolStay> builder)
        {
            builder.ToTable("pool_stays");
            builder.HasKey(s => new { s.WorkloadId, s.QueuedAt });
            builder.Property(s => s.Forecast).HasJson();
            builder.HasIndex(s => new { s.PoolId, s.EndedAt });
        }
    }
}
