using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;

namespace Portal.Core.Waiting;

/// <summary>The resources that stays are written down in.</summary>
public enum StayResource
{
    /// <summary>Units of a pool.</summary>
    Accelerators,

    /// <summary>Cores of processors.</summary>
    Cores,

    /// <summary>Memory, written down in GiB.</summary>
    Memory,
}

/// <summary>One try of a workload on a pool or on cores alone: asked for, started, ended. The reconciler writes it, estimates are made from it.</summary>
public sealed class PoolStay
{
    /// <summary>The notebook's or run's id.</summary>
    public Guid WorkloadId { get; set; }

    /// <summary>When it was asked for; a notebook that is started again stays again.</summary>
    public DateTimeOffset QueuedAt { get; set; }

    /// <summary>The pool of its accelerators, or null where it asked for none.</summary>
    public Guid? PoolId { get; set; }

    /// <summary>Accelerators of the pool on each node; 0 without one.</summary>
    public double Accelerators { get; set; }

    /// <summary>Cores on each node; 0 where they were not written down yet.</summary>
    public double Cores { get; set; }

    /// <summary>Memory on each node, GiB; 0 where it was not written down yet.</summary>
    public double MemoryGiB { get; set; }

    /// <summary>Pods that hold as much each.</summary>
    public int Nodes { get; set; } = 1;

    /// <summary>When the program began, UTC; null while it waits.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it let go of what it held, or stopped waiting, UTC; null before.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>The forecast that was made when it was first seen waiting: starts in seconds from <see cref="ForecastAt"/>, sorted; empty when none was made.</summary>
    public List<double> Forecast { get; set; } = [];

    /// <summary>When the forecast was made, UTC; null without one.</summary>
    public DateTimeOffset? ForecastAt { get; set; }

    /// <summary>The resource that the forecast was made of; null without one.</summary>
    public StayResource? ForecastOf { get; set; }

    /// <summary>Where its start fell in the forecast, 0 to 1; null without one.</summary>
    public double? Rank { get; set; }

    /// <summary>What it holds of a resource on each node, in the unit of <see cref="WaitRow"/>.</summary>
    public double OnANode(StayResource resource) => resource switch
    {
        StayResource.Cores => Cores,
        StayResource.Memory => MemoryGiB * 1024 * 1024 * 1024,
        _ => Accelerators,
    };

    /// <summary>What it holds of a resource on all its nodes, as a queue counts it.</summary>
    public double OnAllNodes(StayResource resource) => OnANode(resource) * Nodes;

    internal sealed class Mapping : IEntityTypeConfiguration<PoolStay>
    {
        public void Configure(EntityTypeBuilder<PoolStay> builder)
        {
            builder.ToTable("pool_stays");
            builder.HasKey(s => new { s.WorkloadId, s.QueuedAt });
            builder.Property(s => s.Forecast).HasJson();
            builder.Property(s => s.ForecastOf).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(s => new { s.PoolId, s.EndedAt });
            builder.HasIndex(s => s.EndedAt);
        }
    }
}
