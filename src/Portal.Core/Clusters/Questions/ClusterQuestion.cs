using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;
using Portal.Core.Data;

namespace Portal.Core.Clusters.Questions;

/// <summary>
/// Something that pages want to know of a cluster and may not ask it: only the reconciler's account may try a write, even one
/// that stores nothing. Asked by a row, answered in the row, and forgotten soon after.
/// </summary>
public sealed class ClusterQuestion : IIntent
{
    /// <inheritdoc/>
    public Guid Id { get; set; } = Guid.CreateVersion7();

    /// <summary>The cluster that it is about; null for one that is not registered yet.</summary>
    public Guid? ClusterId { get; set; }

    /// <summary>What is asked; decides the form of body and answer.</summary>
    public ClusterQuestionKind Kind { get; set; }

    /// <summary>What is asked, as JSON; its form is the kind's.</summary>
    public string Body { get; set; } = "";

    /// <summary>The answer, as JSON; empty before there is one.</summary>
    public string Answer { get; set; } = "";

    /// <summary>Code of why there is no answer, or empty.</summary>
    public string Refusal { get; set; } = "";

    /// <summary>When it was asked, UTC; it is forgotten some time after.</summary>
    public DateTimeOffset AskedAt { get; set; }

    /// <inheritdoc/>
    public long Generation { get; set; } = 1;

    /// <summary>1 once it is answered.</summary>
    public long ObservedGeneration { get; set; }

    internal sealed class Mapping : IEntityTypeConfiguration<ClusterQuestion>
    {
        public void Configure(EntityTypeBuilder<ClusterQuestion> builder)
        {
            builder.ToTable("cluster_questions");
            builder.Property(q => q.Kind).HasConversion<string>().HasMaxLength(20);
            builder.Property(q => q.Refusal).HasMaxLength(100);
            builder.HasIndex(q => q.AskedAt);
        }
    }
}

/// <summary>What is asked.</summary>
public enum ClusterQuestionKind
{
    /// <summary>What applying objects would do. Body: <see cref="ChangesAsked"/>; answer: a list of <see cref="Ownership.ObjectChange"/>.</summary>
    Changes,

    /// <summary>Whether the installation's own account may do what the portal does. Body: <see cref="RightsAsked"/>; answer: a <see cref="ClusterCheck"/>.</summary>
    Rights,
}
