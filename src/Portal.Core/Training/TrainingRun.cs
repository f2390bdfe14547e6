using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>One training: what it runs, on what, and what became of it. Never changed once launched, only stopped.</summary>
public sealed class TrainingRun : WorkloadRow
{
    /// <summary>Longest inline code, in characters; it travels in a ConfigMap, which holds at most 1 MiB.</summary>
    public const int CodeLimit = 256 * 1024;

    /// <summary>Catalogue id of the template it was started from.</summary>
    public string TemplateId { get; set; } = "";

    /// <summary>Catalogue id of the image, or empty when <see cref="CustomImage"/> is set.</summary>
    public string ImageId { get; set; } = "";

    /// <summary>Image reference that the person gave, or empty.</summary>
    public string CustomImage { get; set; } = "";

    /// <summary>Where its code comes from.</summary>
    public CodeSource Source { get; set; }

    /// <summary>Inline code; empty for the other sources.</summary>
    public string Code { get; set; } = "";

    /// <summary>Program and its fixed arguments; empty runs the code with the image's Python.</summary>
    public List<string> Command { get; set; } = [];

    /// <summary>Arguments of the program, one item each; no shell reads them.</summary>
    public List<string> Arguments { get; set; } = [];

    /// <summary>Path of the program in the project's storage, relative to it; empty for the other sources.</summary>
    public string CodePath { get; set; } = "";

    /// <summary>What starts the program on its nodes.</summary>
    public TrainingFramework Framework { get; set; }

    /// <summary>Equal nodes that work on it together; each has the size and the accelerators that were asked for.</summary>
    public int Nodes { get; set; } = 1;

    /// <summary>Longest that it may run, in minutes.</summary>
    public int TimeLimitMinutes { get; set; }

    /// <summary>The run of which this is another try, or null.</summary>
    public Guid? BasedOnId { get; set; }

    /// <summary>True once somebody asked for it to stop.</summary>
    public bool StopRequested { get; set; }

    /// <summary>When its process began; null while it waits.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    /// <summary>When it ended, however it did.</summary>
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>True once its objects have been taken out of the cluster.</summary>
    public bool Cleared { get; set; }

    /// <summary>Exit code of its process, or null.</summary>
    public int? ExitCode { get; set; }

    /// <summary>SHA-256 of the token with which it reports, lower-case hex; empty once it has ended.</summary>
    public string TokenHash { get; set; } = "";

    /// <summary>That token while the run is being submitted, as <see cref="IRowSeal"/> keeps it; empty before and after.</summary>
    public string SealedToken { get; set; } = "";

    /// <summary>State, as its own code reported it; empty when it did not.</summary>
    public string ReportedStatus { get; set; } = "";

    /// <summary>Folder of its results in the project's storage.</summary>
    public string OutputFolder => $"runs/{Id:D}";

    /// <summary>Cores and memory that it asked for, fixed when it was launched: thousandths of a core.</summary>
    public int CpuMilli { get; set; }

    /// <summary>Memory that it asked for, MiB.</summary>
    public int MemoryMiB { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingRun>
    {
        public void Configure(EntityTypeBuilder<TrainingRun> builder)
        {
            builder.ToTable("training_runs");
            Map(builder);
            builder.Ignore(r => r.OutputFolder);
            builder.Property(r => r.TemplateId).HasMaxLength(40);
            builder.Property(r => r.ImageId).HasMaxLength(40);
            builder.Property(r => r.CustomImage).HasMaxLength(500);
            builder.Property(r => r.Source).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.Framework).HasConversion<string>().HasMaxLength(20);
            builder.Property(r => r.CodePath).HasMaxLength(500);
            builder.Property(r => r.TokenHash).HasMaxLength(64);
            builder.Property(r => r.SealedToken).HasMaxLength(IRowSeal.Limit);
            builder.Property(r => r.ReportedStatus).HasMaxLength(20);
            builder.HasIndex(r => r.TokenHash);
            // The orders of lists, each to the last row: a page is read from its index, however long the table is.
            builder.HasIndex(r => new { r.CreatedAt, r.Id });
            builder.HasIndex(r => new { r.State, r.Id });
            builder.HasIndex(r => new { r.Name, r.Id });
            builder.HasIndex(r => r.Cleared);
            builder.HasIndex(r => r.FinishedAt);
        }
    }
}

/// <summary>Where a run's code comes from.</summary>
public enum CodeSource
{
    /// <summary>Written in the form.</summary>
    Inline,

    /// <summary>A file in the project's storage, the folder that notebooks write to.</summary>
    Storage,

    /// <summary>Whatever the image and command do.</summary>
    Image,
}
