using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Audit;

/// <summary>One sealed line of the audit log. Never changed, never deleted; each carries the hash of the one before.</summary>
public sealed class AuditEntry
{
    /// <summary>Position in the chain, from 1, without gaps.</summary>
    public long Seq { get; set; }

    /// <summary>When it was sealed, UTC, to the millisecond.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The person or system actor who did it.</summary>
    public Guid ActorId { get; set; }

    /// <summary>Their name as it was then: the entry reads the same after an account is renamed.</summary>
    public string ActorName { get; set; } = "";

    /// <summary>What was done, for example <c>quota.approved</c>.</summary>
    public string Action { get; set; } = "";

    /// <summary>The word of the object, for example <c>project</c>.</summary>
    public string ObjectType { get; set; } = "";

    /// <summary>The row it was done to; null when it was no single row.</summary>
    public Guid? ObjectId { get; set; }

    /// <summary>The project that it belongs to, or null.</summary>
    public Guid? ProjectId { get; set; }

    /// <summary>The team that it belongs to, or null.</summary>
    public Guid? TeamId { get; set; }

    /// <summary>True when it was refused for lack of a right.</summary>
    public bool Denied { get; set; }

    /// <summary>JSON object: changed fields as <c>{"field": [before, after]}</c> and further details. No secret ever.</summary>
    public string Details { get; set; } = "{}";

    /// <summary>Hash of the entry before, lower-case hex SHA-256; 64 zeros for the first.</summary>
    public string PreviousHash { get; set; } = "";

    /// <summary>Hash of this entry, by <see cref="AuditChain.Hash"/>.</summary>
    public string Hash { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<AuditEntry>
    {
        public void Configure(EntityTypeBuilder<AuditEntry> builder)
        {
            builder.ToTable("audit_entries");
            builder.HasKey(e => e.Seq);
            builder.Property(e => e.Seq).ValueGeneratedNever();
            builder.Property(e => e.ActorName).HasMaxLength(256);
            builder.Property(e => e.Action).HasMaxLength(100);
            builder.Property(e => e.ObjectType).HasMaxLength(60);
            builder.Property(e => e.PreviousHash).HasMaxLength(64);
            builder.Property(e => e.Hash).HasMaxLength(64);
            builder.HasIndex(e => e.At);
            builder.HasIndex(e => new { e.ObjectType, e.ObjectId });
            builder.HasIndex(e => e.ProjectId);
            builder.HasIndex(e => e.ActorId);
        }
    }
}

/// <summary>The end of the chain: one row, whose update is also the lock that keeps the chain in one line.</summary>
public sealed class AuditHead
{
    /// <summary>Always 1.</summary>
    public int Id { get; set; } = 1;

    /// <summary>Sequence number of the last entry; 0 before the first.</summary>
    public long Seq { get; set; }

    /// <summary>Hash of the last entry; <see cref="AuditChain.Genesis"/> before the first.</summary>
    public string Hash { get; set; } = AuditChain.Genesis;

    internal sealed class Mapping : IEntityTypeConfiguration<AuditHead>
    {
        public void Configure(EntityTypeBuilder<AuditHead> builder)
        {
            builder.ToTable("audit_head");
            builder.Property(h => h.Id).ValueGeneratedNever();
            builder.Property(h => h.Hash).HasMaxLength(64);
            builder.HasData(new AuditHead());
        }
    }
}
