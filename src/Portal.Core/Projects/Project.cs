using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Teams;

namespace Portal.Core.Projects;

/// <summary>A tenant: a namespace in the cluster with members, ceilings, storage and a queue.</summary>
public sealed class Project : IIntent
{
    /// <inheritdoc/>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>What people call it; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its namespace, made from the name by <see cref="ProjectRules.NamespaceFor"/>; unique and never changed.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The cluster that it lives on, for as long as it lives; null until one is there that takes it.</summary>
    public Guid? ClusterId { get; set; }

    /// <summary>Why it lives there.</summary>
    public PlacementReason? PlacedBecause { get; set; }

    /// <summary>The team that it belongs to; whose leads decide on its quota requests.</summary>
    public Guid TeamId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Team? Team { get; set; }

    /// <summary>Ceilings of its namespace.</summary>
    public ProjectSize Size { get; set; }

    /// <summary>How sensitive its data may be; only clusters that hold such data take it.</summary>
    public DataClass DataClass { get; set; }

    /// <summary>Where its data may be; empty for anywhere.</summary>
    public string Region { get; set; } = "";

    /// <summary>Who pays, as the organisation writes it; empty where nobody said.</summary>
    public string CostCentre { get; set; } = "";

    /// <summary>For people; may be empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>What is wanted of it.</summary>
    public ProjectIntent Intent { get; set; }

    /// <summary>What is there, as the reconciler last saw it.</summary>
    public ProjectState State { get; set; }

    /// <summary>Since when nothing new may start in it, while what runs goes on; null when it is not frozen.</summary>
    public DateTimeOffset? FrozenAt { get; set; }

    /// <summary>Who froze it.</summary>
    public Guid? FrozenBy { get; set; }

    /// <summary>Why it is frozen, in that person's words.</summary>
    public string FrozenReason { get; set; } = "";

    /// <summary>True while nothing new may start in it.</summary>
    public bool IsFrozen => FrozenAt is not null;

    /// <summary>Id of the person who made it.</summary>
    public Guid CreatedBy { get; set; }

    /// <summary>When it was made, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    /// <inheritdoc/>
    public long ObservedGeneration { get; set; }

    /// <summary>Its people; loaded only where it is included.</summary>
    public List<ProjectMember> Members { get; set; } = [];

    /// <summary>How far the cluster is with it, one for each kind; the reconciler writes them.</summary>
    public List<ProjectStep> Steps { get; set; } = [];

    /// <summary>Gives it its cluster, or leaves it waiting for one.</summary>
    internal void Place(PlacementVerdict? chosen) => (ClusterId, PlacedBecause) = (chosen?.ClusterId, chosen?.Reason);

    internal sealed class Mapping : IEntityTypeConfiguration<Project>
    {
        public void Configure(EntityTypeBuilder<Project> builder)
        {
            builder.ToTable("projects");
            builder.Property(p => p.Name).HasMaxLength(ProjectRules.NameLimit);
            builder.Property(p => p.Namespace).HasMaxLength(63);
            builder.Property(p => p.Size).HasConversion<string>().HasMaxLength(4);
            builder.Property(p => p.DataClass).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.Region).HasMaxLength(ProjectRules.CodeLimit);
            builder.Property(p => p.CostCentre).HasMaxLength(ProjectRules.CodeLimit);
            builder.Property(p => p.Description).HasMaxLength(ProjectRules.DescriptionLimit);
            builder.Property(p => p.Intent).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(p => p.FrozenReason).HasMaxLength(ProjectRules.ReasonLimit);
            builder.Ignore(p => p.IsFrozen);
            builder.Property(p => p.Generation).IsConcurrencyToken();
            builder.HasIndex(p => p.Name).IsUnique();
            builder.HasIndex(p => p.Namespace).IsUnique();
            builder.HasIndex(p => p.CreatedAt);
            builder.HasOne(p => p.Team).WithMany().HasForeignKey(p => p.TeamId).OnDelete(DeleteBehavior.Restrict);
            builder.Property(p => p.PlacedBecause).HasFixedJson();
            builder.HasOne<ClusterRegistration>().WithMany().HasForeignKey(p => p.ClusterId).OnDelete(DeleteBehavior.Restrict);
            // Each pass of a project sums the sizes of its cluster's projects: from the index alone.
            builder.HasIndex(p => new { p.ClusterId, p.Intent, p.Size, p.Id });
            builder.HasMany(p => p.Members).WithOne().HasForeignKey(m => m.ProjectId);
            builder.Property(p => p.Steps).HasJson(steps => [.. steps.Select(s => s with { })]);
        }
    }
}

/// <summary>Ceilings without accelerators; the numbers are in <see cref="ProjectSizes"/>.</summary>
public enum ProjectSize
{
    /// <summary>Small, and the default.</summary>
    S,

    /// <summary>Medium.</summary>
    M,

    /// <summary>Large.</summary>
    L,
}

/// <summary>How sensitive the project's data may be, least first.</summary>
public enum DataClass
{
    /// <summary>Anybody may see it.</summary>
    Public,

    /// <summary>For the organisation; the default.</summary>
    Internal,

    /// <summary>For those who work on it.</summary>
    Confidential,

    /// <summary>What law or contract protects most.</summary>
    Restricted,
}

/// <summary>What people want of a project.</summary>
public enum ProjectIntent
{
    /// <summary>Its workloads may run.</summary>
    Active,

    /// <summary>Nothing runs and nothing starts; its storage stays, and it can be brought back.</summary>
    Archived,

    /// <summary>Its objects shall go, then the row.</summary>
    Deleted,
}

/// <summary>What the reconciler sees of a project.</summary>
public enum ProjectState
{
    /// <summary>A step is not done yet.</summary>
    Pending,

    /// <summary>Every step is done or not needed.</summary>
    Ready,

    /// <summary>A step failed; its reason says what to do.</summary>
    Attention,

    /// <summary>Every step of archiving it is done.</summary>
    Archived,

    /// <summary>Its objects are being removed.</summary>
    Deleting,
}

/// <summary>A person's place in a project.</summary>
public sealed class ProjectMember
{
    /// <summary>Half of the key.</summary>
    public Guid ProjectId { get; set; }

    /// <summary>The other half of the key: one role each.</summary>
    public Guid PersonId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Person? Person { get; set; }

    /// <summary>What they are in the project.</summary>
    public ProjectRole Role { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ProjectMember>
    {
        public void Configure(EntityTypeBuilder<ProjectMember> builder)
        {
            builder.ToTable("project_members");
            builder.HasKey(m => new { m.ProjectId, m.PersonId });
            builder.Property(m => m.Role).HasConversion<string>().HasMaxLength(20);
            builder.HasOne(m => m.Person).WithMany().HasForeignKey(m => m.PersonId);
            builder.HasIndex(m => m.PersonId);
        }
    }
}

/// <summary>One step of making a project real in the cluster, shown on its page.</summary>
public sealed record ProjectStep
{
    /// <summary>Which step it is; a project has each once.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<ProjectStepKind>))]
    public ProjectStepKind Kind { get; set; }

    /// <summary>How far it is, as the reconciler saw it.</summary>
    [JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
    public StepState State { get; set; }

    /// <summary>Code of the reason in the error catalogue, or empty.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What the cluster said, folded away on the page.</summary>
    public string Detail { get; set; } = "";

    /// <summary>JSON object of the values in the reason's text; empty where they stand in the detail.</summary>
    public string Arguments { get; set; } = "";

    /// <summary>1 after the first try, and one more for each failure; 0 before.</summary>
    public int Attempts { get; set; }

    /// <summary>When state or reason last changed, UTC; null before the first try.</summary>
    public DateTimeOffset? ChangedAt { get; set; }
}

/// <summary>The steps, in the order in which they are taken and shown.</summary>
public enum ProjectStepKind
{
    /// <summary>The namespace, with its Pod Security level, and the portal's own RoleBindings in it.</summary>
    Namespace,

    /// <summary>ResourceQuota and LimitRange: its ceilings.</summary>
    Limits,

    /// <summary>The NetworkPolicies.</summary>
    Network,

    /// <summary>The ServiceAccount of its workloads, and its members' RoleBindings.</summary>
    Roles,

    /// <summary>The PersistentVolumeClaim.</summary>
    Storage,

    /// <summary>Kueue's ClusterQueue and LocalQueue, with what they lean on.</summary>
    Queue,
}

/// <summary>State of a step.</summary>
public enum StepState
{
    /// <summary>Not begun, or the cluster is still at work on it.</summary>
    Waiting,

    /// <summary>Being tried now.</summary>
    Running,

    /// <summary>As wanted in the cluster.</summary>
    Done,

    /// <summary>It goes no further until somebody does something.</summary>
    Failed,

    /// <summary>The cluster has nothing to do it with, or the project nothing to do.</summary>
    NotNeeded,
}
