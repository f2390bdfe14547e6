using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>A notebook server of a project. Its files are in the project's storage and survive it.</summary>
public sealed class Notebook : WorkloadRow
{
    /// <summary>Catalogue id of the image.</summary>
    public string ImageId { get; set; } = "";

    /// <summary>What is wanted of it.</summary>
    public NotebookIntent Intent { get; set; }

    /// <summary>Minutes without activity after which it is stopped.</summary>
    public int IdleMinutes { get; set; }

    /// <summary>True when the last stop was the idle rule's, not a person's.</summary>
    public bool StoppedWhenIdle { get; set; }

    /// <summary>When it last became reachable; null while it is not running.</summary>
    public DateTimeOffset? RunningSince { get; set; }

    /// <summary>Last sign of use that the server reported.</summary>
    public DateTimeOffset? LastActivityAt { get; set; }

    /// <summary>True while a kernel computes: then it is never stopped for being idle.</summary>
    public bool KernelBusy { get; set; }

    /// <summary>When the server was last asked.</summary>
    public DateTimeOffset? ActivityCheckedAt { get; set; }

    /// <summary>The token that its server asks for, as <see cref="IRowSeal"/> keeps it; empty before it was made in the cluster.</summary>
    public string SealedToken { get; set; } = "";

    /// <summary>When the idle rule will stop it if nothing happens; null while it does not run or a kernel is busy.</summary>
    public DateTimeOffset? StopsAt => State == WorkloadState.Running && Intent == NotebookIntent.Running && RunningSince is { } since
        ? IdleRule.StopsAt(since, LastActivityAt, KernelBusy, TimeSpan.FromMinutes(IdleMinutes)) : null;

    /// <summary>Its address in the portal, with a slash at the end.</summary>
    public string Path => NotebookManifests.BasePath(Id);

    internal sealed class Mapping : IEntityTypeConfiguration<Notebook>
    {
        public void Configure(EntityTypeBuilder<Notebook> builder)
        {
            builder.ToTable("notebooks");
            Map(builder);
            builder.Ignore(n => n.StopsAt);
            builder.Ignore(n => n.Path);
            builder.Property(n => n.ImageId).HasMaxLength(40);
            builder.Property(n => n.SealedToken).HasMaxLength(IRowSeal.Limit);
            builder.Property(n => n.Intent).HasConversion<string>().HasMaxLength(20);
            builder.HasIndex(n => new { n.ProjectId, n.Name }).IsUnique();
        }
    }
}

/// <summary>What people want of a notebook.</summary>
public enum NotebookIntent
{
    /// <summary>Its server shall run.</summary>
    Running,

    /// <summary>Nothing of it shall run; its files stay.</summary>
    Stopped,

    /// <summary>Its objects shall go, then the row.</summary>
    Deleted,
}
