using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>One line of a run's timeline.</summary>
public sealed class TrainingStep
{
    /// <summary>The run; with <see cref="Position"/> the key.</summary>
    public Guid RunId { get; set; }

    /// <summary>Position in the timeline, from 1.</summary>
    public int Position { get; set; }

    /// <summary>When the state was seen, UTC.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>The state that it came into.</summary>
    public WorkloadState State { get; set; }

    /// <summary>Code of the reason in the error catalogue, or empty.</summary>
    public string Reason { get; set; } = "";

    /// <summary>JSON object of the values in the reason's text.</summary>
    public string ReasonArguments { get; set; } = "{}";

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingStep>
    {
        public void Configure(EntityTypeBuilder<TrainingStep> builder)
        {
            builder.ToTable("training_steps");
            builder.HasKey(s => new { s.RunId, s.Position });
            builder.Property(s => s.State).HasConversion<string>().HasMaxLength(20);
            builder.Property(s => s.Reason).HasMaxLength(100);
            builder.Property(s => s.ReasonArguments).HasMaxLength(WorkloadRow.DetailLimit);
            builder.HasOne<TrainingRun>().WithMany().HasForeignKey(s => s.RunId);
        }
    }
}

/// <summary>A parameter or tag that a run reported.</summary>
public sealed class TrainingNote
{
    /// <summary>The run; with kind and key it is unique.</summary>
    public Guid RunId { get; set; }

    /// <summary>Decides whether it may be written again.</summary>
    public NoteKind Kind { get; set; }

    /// <summary>Name that the run gave it.</summary>
    public string Key { get; set; } = "";

    /// <summary>Text that the run gave; nothing reads it as a number.</summary>
    public string Value { get; set; } = "";

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingNote>
    {
        public void Configure(EntityTypeBuilder<TrainingNote> builder)
        {
            builder.ToTable("training_notes");
            builder.HasKey(n => new { n.RunId, n.Kind, n.Key });
            builder.Property(n => n.Kind).HasConversion<string>().HasMaxLength(10);
            builder.Property(n => n.Key).HasMaxLength(ReportLimits.KeyLength);
            builder.Property(n => n.Value).HasMaxLength(ReportLimits.ValueLength);
            builder.HasOne<TrainingRun>().WithMany().HasForeignKey(n => n.RunId);
        }
    }
}

/// <summary>Parameters are written once, tags may be written again.</summary>
public enum NoteKind
{
    /// <summary>What the run was started with; written once.</summary>
    Parameter,

    /// <summary>Anything else worth a note; the last one written counts.</summary>
    Tag,
}

/// <summary>A metric's value at a step.</summary>
/// <remarks>
/// Not a number has its own column, as in MLflow: SQLite has no NaN, and stores infinities and numbers as they are.
/// The key is all of it, so that a report sent twice is stored once.
/// </remarks>
public sealed class TrainingMetric
{
    /// <summary>The run.</summary>
    public Guid RunId { get; set; }

    /// <summary>Name of the metric.</summary>
    public string Key { get; set; } = "";

    /// <summary>Step as the client counts, an epoch or a batch.</summary>
    public long Step { get; set; }

    /// <summary>Milliseconds since 1970, as the client gave it.</summary>
    public long Timestamp { get; set; }

    /// <summary>The value; 0 when it is not a number.</summary>
    public double Value { get; set; }

    /// <summary>The client reported not a number.</summary>
    public bool IsNaN { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingMetric>
    {
        public void Configure(EntityTypeBuilder<TrainingMetric> builder)
        {
            builder.ToTable("training_metrics");
            builder.HasKey(m => new { m.RunId, m.Key, m.Step, m.Timestamp, m.Value, m.IsNaN });
            builder.Property(m => m.Key).HasMaxLength(ReportLimits.KeyLength);
            builder.HasOne<TrainingRun>().WithMany().HasForeignKey(m => m.RunId);
        }
    }
}

/// <summary>The log of an ended run, or what was kept of a running one. At most <see cref="Limit"/> characters, the end of it.</summary>
public sealed class TrainingLog
{
    /// <summary>Characters kept.</summary>
    public const int Limit = 1024 * 1024;

    /// <summary>The run, and the key.</summary>
    public Guid RunId { get; set; }

    /// <summary>The log's end, lines as the program wrote them.</summary>
    public string Text { get; set; } = "";

    /// <summary>True when the beginning was cut off.</summary>
    public bool Truncated { get; set; }

    /// <summary>When it was read from the cluster, UTC.</summary>
    public DateTimeOffset SavedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingLog>
    {
        public void Configure(EntityTypeBuilder<TrainingLog> builder)
        {
            builder.ToTable("training_logs");
            builder.HasKey(l => l.RunId);
            builder.HasOne<TrainingRun>().WithOne().HasForeignKey<TrainingLog>(l => l.RunId);
        }
    }
}

/// <summary>A file that a run handed over. Its bytes are in the artefact store.</summary>
public sealed class TrainingArtefact
{
    /// <summary>The run; with <see cref="Path"/> the key.</summary>
    public Guid RunId { get; set; }

    /// <summary>Relative path with slashes.</summary>
    public string Path { get; set; } = "";

    /// <summary>Size in bytes.</summary>
    public long Size { get; set; }

    /// <summary>Lower-case hex SHA-256 of the content; also its name in the store.</summary>
    public string Sha256 { get; set; } = "";

    /// <summary>When it was handed over, UTC.</summary>
    public DateTimeOffset SavedAt { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<TrainingArtefact>
    {
        public void Configure(EntityTypeBuilder<TrainingArtefact> builder)
        {
            builder.ToTable("training_artefacts");
            builder.HasKey(a => new { a.RunId, a.Path });
            builder.Property(a => a.Path).HasMaxLength(ReportLimits.PathLength);
            builder.Property(a => a.Sha256).HasMaxLength(64);
            builder.HasOne<TrainingRun>().WithMany().HasForeignKey(a => a.RunId);
        }
    }
}

/// <summary>Bounds of what one run may report; the first ones are MLflow's own.</summary>
public static class ReportLimits
{
    /// <summary>Characters of a name of a metric, parameter or tag.</summary>
    public const int KeyLength = 250;

    /// <summary>Characters of a value of a parameter or tag.</summary>
    public const int ValueLength = 6000;

    /// <summary>Points of metrics in one report.</summary>
    public const int MetricsPerBatch = 1000;

    /// <summary>Parameters in one report, and as many tags beside them.</summary>
    public const int NotesPerBatch = 100;

    /// <summary>Points of all metrics of one run.</summary>
    public const int Metrics = 200_000;

    /// <summary>Parameters and tags of one run.</summary>
    public const int Notes = 2000;

    /// <summary>Characters of a file's path.</summary>
    public const int PathLength = 500;

    /// <summary>Files of one run.</summary>
    public const int Artefacts = 2000;

    /// <summary>Bytes of all files of one run: 2 GiB.</summary>
    public const long ArtefactBytes = 2L << 30;
}
