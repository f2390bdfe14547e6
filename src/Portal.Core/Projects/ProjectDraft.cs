using Portal.Core.Access;

namespace Portal.Core.Projects;

/// <summary>What people fill in about a project and may change later.</summary>
public record ProjectContent(string Name)
{
    /// <summary>Ceilings of its namespace.</summary>
    public ProjectSize Size { get; init; } = ProjectSize.S;

    /// <summary>How sensitive its data may be.</summary>
    public DataClass DataClass { get; init; } = DataClass.Internal;

    /// <summary>Where its data may be; empty for anywhere.</summary>
    public string Region { get; init; } = "";

    /// <summary>A pool that it will ask quota of, or null: it then lives on the pool's cluster.</summary>
    public Guid? PoolId { get; init; }

    /// <summary>Who pays, as the organisation writes it; may be empty.</summary>
    public string CostCentre { get; init; } = "";

    /// <summary>For people; may be empty.</summary>
    public string Description { get; init; } = "";

    /// <summary>The name as it is stored: trimmed, in one Unicode form, so that two equal-looking names are equal.</summary>
    internal string StoredName => Name.Trim().Normalize();

    /// <summary>Puts it into the row.</summary>
    internal void WriteTo(Project project)
    {
        project.Name = StoredName;
        project.Size = Size;
        project.DataClass = DataClass;
        project.Region = Region.Trim();
        project.CostCentre = CostCentre.Trim();
        project.Description = Description.Trim();
    }
}

/// <summary>What the form for a new project holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record ProjectDraft(Guid Id, string Name, Guid TeamId) : ProjectContent(Name)
{
    /// <summary>The row of a new project, with its maker as the owner and all steps waiting. Pure.</summary>
    public Project ToProject(Actor actor, DateTimeOffset now) => new()
    {
        Id = Id,
        Name = StoredName,
        Namespace = ProjectRules.NamespaceFor(Name),
        TeamId = TeamId,
        Size = Size,
        DataClass = DataClass,
        Region = Region.Trim(),
        CostCentre = CostCentre.Trim(),
        Description = Description.Trim(),
        CreatedBy = actor.Id,
        CreatedAt = now,
        Members = [new ProjectMember { ProjectId = Id, PersonId = actor.Id, Role = ProjectRole.Owner }],
        Steps = [.. Enum.GetValues<ProjectStepKind>().Select(kind => new ProjectStep { Kind = kind })],
    };
}
