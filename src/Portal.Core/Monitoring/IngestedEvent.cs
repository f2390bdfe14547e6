using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Monitoring;

/// <summary>
/// An event or file that was received. It is stored before it is answered and worked on afterwards, so that an answer is
/// quick and nothing accepted is lost; its key stays to recognise a second delivery.
/// </summary>
public sealed class IngestedEvent
{
    /// <summary>The model that it is about; part of the key.</summary>
    public Guid ModelId { get; set; }

    /// <summary>Digest of what identifies the delivery: the event's id and type, or a file's content.</summary>
    public string Key { get; set; } = "";

    /// <summary>Digest of the content.</summary>
    public string BodyHash { get; set; } = "";

    /// <summary>Event time, UTC.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>When it was received, UTC; events are worked on in this order.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>True for the answers of the model, false for what it was asked.</summary>
    public bool IsResponse { get; set; }

    /// <summary>True while the content waits to be counted.</summary>
    public bool Pending { get; set; }

    /// <summary>The content while it waits; null afterwards, since rows are not kept.</summary>
    public byte[]? Body { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<IngestedEvent>
    {
        public void Configure(EntityTypeBuilder<IngestedEvent> builder)
        {
            builder.ToTable("drift_events");
            builder.HasKey(e => new { e.ModelId, e.Key });
            builder.Property(e => e.Key).HasMaxLength(64);
            builder.Property(e => e.BodyHash).HasMaxLength(64);
            builder.HasIndex(e => new { e.Pending, e.ReceivedAt });
            builder.HasOne<MonitoredModel>().WithMany().HasForeignKey(e => e.ModelId);
        }
    }
}
