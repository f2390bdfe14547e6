using System.Linq.Expressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Projects;

namespace Portal.Core.Quotas;

/// <summary>A wish for units of a pool from–until, and, once approved, the grant itself.</summary>
public sealed class QuotaRequest
{
    /// <summary>Requests whose units the pool's ledger counts.</summary>
    public static readonly Expression<Func<QuotaRequest, bool>> Holds =
        r => r.State == QuotaState.Approved || r.State == QuotaState.Active;

    public Guid Id { get; set; } = Guid.CreateVersion7();

    public Guid ProjectId { get; set; }

    public Project? Project { get; set; }

    public Guid PoolId { get; set; }

    public HardwarePool? Pool { get; set; }

    /// <summary>Units asked for.</summary>
    public int Amount { get; set; }

    /// <summary>First moment, UTC.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>First moment after the period, UTC.</summary>
    public DateTimeOffset Until { get; set; }

    public string Reason { get; set; } = "";

    public Guid RequestedBy { get; set; }

    public Person? Requester { get; set; }

    public DateTimeOffset RequestedAt { get; set; }

    public QuotaState State { get; set; }

    /// <summary>Counts its transitions, from 1. Each is taken by one writer: it is compared when the row is written.</summary>
    public int Step { get; set; } = 1;

    /// <summary>What a decision is about: <see cref="QuotaRules.ContentHash"/> of the wish as it stands.</summary>
    public string ContentHash { get; set; } = "";

    /// <summary>Units granted; null until approved.</summary>
    public int? GrantedAmount { get; set; }

    /// <summary>The grant of the same project and pool that it goes on from, or null.</summary>
    public Guid? FollowsId { get; set; }

    /// <summary>Units granted that are counted with the grant that it follows; 0 once that one has ended.</summary>
    public int Carried { get; set; }

    /// <summary>Never the requester; a CHECK constraint holds it.</summary>
    public Guid? DecidedBy { get; set; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>When the grant or the wish ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public List<QuotaStep> Steps { get; set; } = [];

    internal sealed class Mapping : IEntityTypeConfiguration<QuotaRequest>
    {
        public void Configure(EntityTypeBuilder<QuotaRequest> builder)
        {
            builder.ToTable("quota_requests", t =>
            {
                t.HasCheckConstraint("ck_quota_requests_amount", "\"Amount\" > 0");
                t.HasCheckConstraint("ck_quota_requests_granted", "\"GrantedAmount\" IS NULL OR (\"GrantedAmount\" > 0 AND \"GrantedAmount\" <= \"Amount\")");
                t.HasCheckConstraint("ck_quota_requests_decider", "\"DecidedBy\" IS NULL OR \"DecidedBy\" <> \"RequestedBy\"");
                t.HasCheckConstraint("ck_quota_requests_period", "\"From\" < \"Until\"");
            });
            builder.Property(r => r.Reason).HasMaxLength(QuotaRules.ReasonLimit);
            builder.Property(r => r.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.ContentHash).HasMaxLength(64);
            builder.Property(r => r.Step).IsConcurrencyToken();
            builder.HasOne(r => r.Project).WithMany().HasForeignKey(r => r.ProjectId);
            builder.HasOne(r => r.Pool).WithMany().HasForeignKey(r => r.PoolId).OnDelete(DeleteBehavior.Restrict);
            builder.HasOne(r => r.Requester).WithMany().HasForeignKey(r => r.RequestedBy).OnDelete(DeleteBehavior.Restrict);
            builder.HasMany(r => r.Steps).WithOne().HasForeignKey(s => s.RequestId);
            builder.HasIndex(r => new { r.ProjectId, r.State });
            builder.HasIndex(r => new { r.PoolId, r.State });
            builder.HasIndex(r => new { r.State, r.Until });
            builder.HasIndex(r => new { r.RequestedBy, r.RequestedAt });
        }
    }
}

/// <summary>Where a request stands.</summary>
public enum QuotaState
{
    /// <summary>Waits for a decision.</summary>
    Submitted,

    /// <summary>Granted, from a later day on. Counted in the pool already.</summary>
    Approved,

    /// <summary>Granted, in its period.</summary>
    Active,

    Rejected,

    /// <summary>Taken back before a decision.</summary>
    Withdrawn,

    /// <summary>Its period ended; given back by itself.</summary>
    Expired,

    /// <summary>Given back before its end.</summary>
    Released,
}

/// <summary>One transition of a request: its history. Written with the transition, never changed.</summary>
public sealed class QuotaStep
{
    public Guid RequestId { get; set; }

    /// <summary>The request's <see cref="QuotaRequest.Step"/> after it. With the request it is the key: one transition each.</summary>
    public int Number { get; set; }

    public QuotaAction Action { get; set; }

    public DateTimeOffset At { get; set; }

    public Guid ActorId { get; set; }

    public string ActorName { get; set; } = "";

    /// <summary>Units that the step speaks of: asked for or granted.</summary>
    public int Amount { get; set; }

    public string Reason { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<QuotaStep>
    {
        public void Configure(EntityTypeBuilder<QuotaStep> builder)
        {
            builder.ToTable("quota_steps");
            builder.HasKey(s => new { s.RequestId, s.Number });
            builder.Property(s => s.Action).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.ActorName).HasMaxLength(256);
            builder.Property(s => s.Reason).HasMaxLength(QuotaRules.ReasonLimit);
        }
    }
}

/// <summary>What can happen to a request.</summary>
public enum QuotaAction { Submitted, Edited, Withdrawn, Approved, ApprovedLess, Rejected, Started, Expired, Released, Reclaimed }
