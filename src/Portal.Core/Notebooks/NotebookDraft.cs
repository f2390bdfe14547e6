using Portal.Core.Access;
using Portal.Core.Workloads;

namespace Portal.Core.Notebooks;

/// <summary>What the launch form holds; everything has a default but the project.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record NotebookDraft(Guid Id, Guid ProjectId, string Name)
{
    /// <summary>Id of a notebook image of the catalogue.</summary>
    public string ImageId { get; init; } = "jupyter";

    /// <summary>Id of a size of the catalogue: cores and memory.</summary>
    public string SizeId { get; init; } = "small";

    /// <summary>The pool of its accelerators; null for none.</summary>
    public Guid? PoolId { get; init; }

    /// <summary>Units of the pool; 0 without one.</summary>
    public int Accelerators { get; init; }

    /// <summary>Minutes that it may be left alone before it stops, within the bounds of <see cref="IdleRule"/>.</summary>
    public int IdleMinutes { get; init; } = IdleRule.DefaultMinutes;

    /// <summary>The row for a form that passed the checks.</summary>
    public Notebook ToNotebook(Actor actor, decimal pricePerHour, DateTimeOffset now) => new()
    {
        Id = Id,
        ProjectId = ProjectId,
        Name = Name.Trim(),
        ObjectName = WorkloadNames.ObjectName("nb", Name, Id),
        ImageId = ImageId,
        SizeId = SizeId,
        PoolId = Accelerators > 0 ? PoolId : null,
        Accelerators = Accelerators,
        PricePerHour = pricePerHour,
        IdleMinutes = IdleMinutes,
        CreatedBy = actor.Id,
        CreatedAt = now,
        IntentChangedAt = now,
        StateChangedAt = now,
    };
}
