using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;
using Portal.Core.Projects;

namespace Portal.Core.Workloads;

/// <summary>What every row that runs in the cluster has: its place, what it asks for, and its last seen status.</summary>
public abstract class WorkloadRow : IIntent, IOfProject
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest kept text of the cluster, in characters.</summary>
    public const int DetailLimit = 2000;

    /// <inheritdoc/>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <inheritdoc/>
    public Guid ProjectId { get; set; }

    /// <summary>Loaded only where it is included.</summary>
    public Project? Project { get; set; }

    /// <summary>What people call it.</summary>
    public string Name { get; set; } = "";

    /// <summary>Name of its objects in the cluster; made once and never changed.</summary>
    public string ObjectName { get; set; } = "";

    /// <summary>The kind that carries it out, as in <see cref="WorkloadChoice.RunsAs"/>; empty before it was submitted.</summary>
    public string RunsAs { get; set; } = "";

    /// <summary>Code of the sentence that says why it is this kind.</summary>
    public string RunsAsReason { get; set; } = "";

    /// <summary>Catalogue id of the size.</summary>
    public string SizeId { get; set; } = "";

    /// <summary>Pool of its accelerators, or null when it asks for none.</summary>
    public Guid? PoolId { get; set; }

    /// <summary>Whole accelerators asked for.</summary>
    public int Accelerators { get; set; }

    /// <summary>What an hour of it costs, fixed when it was launched.</summary>
    public decimal PricePerHour { get; set; }

    /// <summary>Id of the person who launched it.</summary>
    public Guid CreatedBy { get; set; }

    /// <summary>When it was launched, UTC.</summary>
    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>When what is wanted last changed.</summary>
    public DateTimeOffset IntentChangedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    /// <inheritdoc/>
    public long ObservedGeneration { get; set; }

    /// <summary>What the reconciler last saw.</summary>
    public WorkloadState State { get; set; }

    /// <summary>Code of the reason in the error catalogue, or empty.</summary>
    public string Reason { get; set; } = "";

    /// <summary>JSON object of the values in the reason's text.</summary>
    public string ReasonArguments { get; set; } = "{}";

    /// <summary>What the cluster said, folded away on the page.</summary>
    public string ReasonDetail { get; set; } = "";

    /// <summary>Since when the state and reason are these.</summary>
    public DateTimeOffset StateChangedAt { get; set; }

    /// <summary>The last verdict, as the rules speak of it.</summary>
    public WorkloadStatus Status => new(State, Reason, ReasonDetail)
    {
        Arguments = JsonSerializer.Deserialize<Dictionary<string, string>>(ReasonArguments) ?? [],
    };

    /// <summary>Takes over a verdict; false when the state and reason were these already.</summary>
    public bool SetStatus(WorkloadStatus status, DateTimeOffset now)
    {
        var moved = State != status.State || Reason != status.Reason;
        if (moved)
            StateChangedAt = now;
        (State, Reason) = (status.State, status.Reason);
        ReasonArguments = JsonSerializer.Serialize(status.Arguments);
        ReasonDetail = status.Detail.Length > DetailLimit ? status.Detail[..DetailLimit] : status.Detail;
        return moved;
    }

    internal static void Map<T>(EntityTypeBuilder<T> builder) where T : WorkloadRow
    {
        builder.Ignore(w => w.Status);
        builder.Property(w => w.Name).HasMaxLength(NameLimit);
        builder.Property(w => w.ObjectName).HasMaxLength(63);
        builder.Property(w => w.RunsAs).HasMaxLength(100);
        builder.Property(w => w.RunsAsReason).HasMaxLength(40);
        builder.Property(w => w.SizeId).HasMaxLength(40);
        builder.Property(w => w.PricePerHour).HasPrecision(18, 6);
        builder.Property(w => w.State).HasConversion<string>().HasMaxLength(20);
        builder.Property(w => w.Reason).HasMaxLength(100);
        builder.Property(w => w.ReasonArguments).HasMaxLength(DetailLimit);
        builder.Property(w => w.ReasonDetail).HasMaxLength(DetailLimit);
        builder.Property(w => w.Generation).IsConcurrencyToken();
        builder.HasOne(w => w.Project).WithMany().HasForeignKey(w => w.ProjectId);
        builder.HasIndex(w => new { w.ProjectId, w.ObjectName }).IsUnique();
        builder.HasIndex(w => new { w.ProjectId, w.CreatedAt });
    }
}
