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

    /// <summary>UUIDv7; the form makes it, so that sending it twice asks once.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The project that is to use the units.</summary>
    public Guid ProjectId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Project? Project { get; set; }

    /// <summary>The pool that they are of.</summary>
    public Guid PoolId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public HardwarePool? Pool { get; set; }

    /// <summary>Units asked for.</summary>
    public int Amount { get; set; }

    /// <summary>First moment, UTC.</summary>
    public DateTimeOffset From { get; set; }

    /// <summary>First moment after the period, UTC.</summary>
    public DateTimeOffset Until { get; set; }

    /// <summary>What they are for, in the requester's words.</summary>
    public string Reason { get; set; } = "";

    /// <summary>Id of the person who asked; they never decide it.</summary>
    public Guid RequestedBy { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Person? Requester { get; set; }

    /// <summary>When it was asked for, UTC.</summary>
    public DateTimeOffset RequestedAt { get; set; }

    /// <summary>Where it stands; changed only together with <see cref="Step"/>.</summary>
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

    /// <summary>When it was approved or rejected, UTC; null before.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>When the grant or the wish ended.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Its history; loaded only where it is included.</summary>
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

    /// <summary>Refused by whoever decided; the step says why.</summary>
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
    /// <summary>The request; with <see cref="Number"/> the key.</summary>
    public Guid RequestId { get; set; }

    /// <summary>The request's <see cref="QuotaRequest.Step"/> after it. With the request it is the key: one transition each.</summary>
    public int Number { get; set; }

    /// <summary>What happened.</summary>
    public QuotaAction Action { get; set; }

    /// <summary>When it happened, UTC.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The person or system actor who did it.</summary>
    public Guid ActorId { get; set; }

    /// <summary>Their name as it was then.</summary>
    public string ActorName { get; set; } = "";

    /// <summary>Units that the step speaks of: asked for or granted.</summary>
    public int Amount { get; set; }

    /// <summary>What they gave as their reason; empty where none is asked for.</summary>
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
public enum QuotaAction
{
    /// <summary>Asked for.</summary>
    Submitted,

    /// <summary>Changed before a decision; a decision on what it was before is refused.</summary>
    Edited,

    /// <summary>Taken back before a decision, by its project or by itself with a project that goes.</summary>
    Withdrawn,

    /// <summary>Granted in full.</summary>
    Approved,

    /// <summary>Granted, with fewer units than asked for.</summary>
    ApprovedLess,

    /// <summary>Refused.</summary>
    Rejected,

    /// <summary>The first day of the grant has come.</summary>
    Started,

    /// <summary>The period has ended: of a grant, or of a request that nobody decided.</summary>
    Expired,

    /// <summary>Given back by its project, or by itself with a project that goes.</summary>
    Released,

    /// <summary>Taken from the project by one who decides on grants; the state is then Released.</summary>
    Reclaimed,
}
