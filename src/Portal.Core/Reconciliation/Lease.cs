using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Reconciliation;

/// <summary>
/// Says which of several replicas reconciles. A new holder raises <see cref="Epoch"/>; what an older one still tries to
/// write is refused by it (<see cref="LeaseFence"/>).
/// </summary>
public sealed class Lease
{
    /// <summary>The one lease of the reconcilers.</summary>
    public const string Reconcilers = "reconcilers";

    /// <summary>What it is for, and the key.</summary>
    public string Name { get; set; } = "";

    /// <summary>Name of the process that holds it.</summary>
    public string Holder { get; set; } = "";

    /// <summary>Counts the holders, from 1.</summary>
    public long Epoch { get; set; }

    /// <summary>When it may be taken over; the holder renews it well before.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<Lease>
    {
        public void Configure(EntityTypeBuilder<Lease> builder)
        {
            builder.ToTable("leases");
            builder.HasKey(l => l.Name);
            builder.Property(l => l.Name).HasMaxLength(60);
            builder.Property(l => l.Holder).HasMaxLength(200);
        }
    }
}
