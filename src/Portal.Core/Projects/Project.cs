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
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>What people call it; unique.</summary>
    public string Name { get; set; } = "";

    /// <summary>Its namespace, made from the name by <see cref="ProjectRules.NamespaceFor"/>; unique and never changed.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>The cluster that it lives on, for as long as it lives; null until one is there that takes it.</summary>
    public Guid? ClusterId { get; set; }

    /// <summary>Why it lives there.</summary>
    public PlacementReason? PlacedBecause { get; set; }

    public Guid TeamId { get; set; }

    public Team? Team { get; set; }

    public ProjectSize Size { get; set; }

    public DataClass DataClass { get; set; }

    public string Region { get; set; } = "";

    public string CostCentre { get; set; } = "";

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

    public Guid CreatedBy { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    public long Generation { get; set; } = 1;

    public long ObservedGeneration { get; set; }

    public List<ProjectMember> Members { get; set; } = [];

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
public enum ProjectSize { S, M, L }

/// <summary>How sensitive the project's data may be, least first.</summary>
public enum DataClass { Public, Internal, Confidential, Restricted }

/// <summary>What people want of a project.</summary>
public enum ProjectIntent { Active, Archived, Deleted }

/// <summary>What the reconciler sees of a project.</summary>
public enum ProjectState { Pending, Ready, Attention, Archived, Deleting }

/// <summary>A person's place in a project.</summary>
public sealed class ProjectMember
{
    public Guid ProjectId { get; set; }

    public Guid PersonId { get; set; }

    public Person? Person { get; set; }

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
    [JsonConverter(typeof(JsonStringEnumConverter<ProjectStepKind>))]
    public ProjectStepKind Kind { get; set; }

    [JsonConverter(typeof(JsonStringEnumConverter<StepState>))]
    public StepState State { get; set; }

    /// <summary>Code of the reason in the error catalogue, or empty.</summary>
    public string Reason { get; set; } = "";

    /// <summary>What the cluster said, folded away on the page.</summary>
    public string Detail { get; set; } = "";

    /// <summary>JSON object of the values in the reason's text; empty where they stand in the detail.</summary>
    public string Arguments { get; set; } = "";

    public int Attempts { get; set; }

    public DateTimeOffset? ChangedAt { get; set; }
}

/// <summary>The steps, in the order in which they are taken and shown.</summary>
public enum ProjectStepKind { Namespace, Limits, Network, Roles, Storage, Queue }

/// <summary>State of a step.</summary>
public enum StepState { Waiting, Running, Done, Failed, NotNeeded }
