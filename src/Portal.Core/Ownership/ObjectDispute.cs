using System.Linq.Expressions;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Projects;

namespace Portal.Core.Ownership;

/// <summary>
/// An object of ours of which somebody else holds fields with other values, or that another tool keeps altogether. Nothing
/// of it is overwritten until a person says so. The row goes once the object is as wanted again.
/// </summary>
public sealed class ObjectDispute : IVersioned
{
    /// <summary>Disputes that nobody has settled: others hold the object, and nobody said that they shall.</summary>
    public static readonly Expression<Func<ObjectDispute, bool>> IsOpen = d => d.Decision != DisputeDecision.Leave;

    /// <summary>UUIDv7 made in code.</summary>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The cluster that the object is in.</summary>
    public Guid ClusterId { get; set; }

    /// <summary>The row that the object carries out.</summary>
    public string OwnerKind { get; set; } = "";

    /// <summary>Id of that row; empty for objects of the platform, which carry out none.</summary>
    public Guid OwnerId { get; set; }

    /// <summary>The project whose members see it; null for objects of the platform.</summary>
    public Guid? ProjectId { get; set; }

    /// <summary>Group of its kind without the version; empty for the core group.</summary>
    public string ApiGroup { get; set; } = "";

    /// <summary>For example <c>ResourceQuota</c>.</summary>
    public string ObjectKind { get; set; } = "";

    /// <summary>Empty for cluster-scoped kinds.</summary>
    public string Namespace { get; set; } = "";

    /// <summary>Name of the object.</summary>
    public string Name { get; set; } = "";

    /// <summary>Fields in dispute; empty when another tool keeps the whole object.</summary>
    public List<FieldConflict> Conflicts { get; set; } = [];

    /// <summary>The tool that keeps the object; <see cref="KeeperKind.Portal"/> where only fields are in dispute.</summary>
    public KeeperKind Keeper { get; set; }

    /// <summary>The tool's own name.</summary>
    public string KeeperName { get; set; } = "";

    /// <summary>What a person said; the writers obey it at their next pass.</summary>
    public DisputeDecision Decision { get; set; }

    /// <summary>Id of that person; null while it is open.</summary>
    public Guid? DecidedBy { get; set; }

    /// <summary>When they said it, UTC; null while it is open.</summary>
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>When a writer first met it, UTC.</summary>
    public DateTimeOffset Since { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    /// <summary>Takes the fields that were left to others out of what is wanted.</summary>
    public void LeaveOut(JsonObject wanted)
    {
        foreach (var conflict in Conflicts)
            FieldPath.Remove(wanted, conflict.Field);
    }

    internal sealed class Mapping : IEntityTypeConfiguration<ObjectDispute>
    {
        public void Configure(EntityTypeBuilder<ObjectDispute> builder)
        {
            builder.ToTable("object_disputes");
            builder.Property(d => d.OwnerKind).HasMaxLength(60);
            builder.Property(d => d.ApiGroup).HasMaxLength(253);
            builder.Property(d => d.ObjectKind).HasMaxLength(63);
            builder.Property(d => d.Namespace).HasMaxLength(63);
            builder.Property(d => d.Name).HasMaxLength(253);
            builder.Property(d => d.Conflicts).HasJson();
            builder.Property(d => d.Keeper).HasConversion<string>().HasMaxLength(20);
            builder.Property(d => d.KeeperName).HasMaxLength(253);
            builder.Property(d => d.Decision).HasConversion<string>().HasMaxLength(20);
            builder.Property(d => d.Generation).IsConcurrencyToken();
            builder.HasIndex(d => new { d.ClusterId, d.ApiGroup, d.ObjectKind, d.Namespace, d.Name }).IsUnique();
            builder.HasOne<Project>().WithMany().HasForeignKey(d => d.ProjectId).OnDelete(DeleteBehavior.Cascade);
        }
    }
}

/// <summary>What a person said about a dispute.</summary>
public enum DisputeDecision
{
    /// <summary>Nothing yet: nothing is overwritten.</summary>
    Open,

    /// <summary>Ours shall hold: applied once by force.</summary>
    TakeOver,

    /// <summary>Theirs shall hold: the portal leaves these fields alone.</summary>
    Leave,
}
