using Portal.Core.Access;
using Portal.Core.Projects;

namespace Portal.Core.Teams;

/// <summary>What the form for a new team holds.</summary>
/// <param name="Id">Made with the form; also its idempotency key.</param>
public sealed record TeamDraft(Guid Id, string Name) : TeamContent(Name)
{
    /// <summary>Who belongs to it from the start; at least one lead, since somebody has to decide its requests.</summary>
    public IReadOnlyList<MemberChange<TeamRole>> Members { get; init; } = [];
}

/// <summary>A team as a list shows it.</summary>
public sealed record TeamRow(Guid Id, string Name, int Members, int Projects, DateTimeOffset CreatedAt)
{
    /// <summary>Names of those who decide for it.</summary>
    public IReadOnlyList<string> Leads { get; init; } = [];
}

/// <summary>A team in which the actor may make projects, with what its form prefills.</summary>
public sealed record TeamChoice(Guid Id, string Name, string DefaultRegion, DataClass DefaultDataClass, string DefaultCostCentre);

/// <summary>A team with its members, and what the one who looks may do.</summary>
public sealed record TeamView(Guid Id, string Name, long Generation)
{
    /// <summary>Prefilled for new projects; empty for anywhere.</summary>
    public required string DefaultRegion { get; init; }

    /// <summary>Prefilled for new projects.</summary>
    public required DataClass DefaultDataClass { get; init; }

    /// <summary>Prefilled for new projects; may be empty.</summary>
    public required string DefaultCostCentre { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Leads first, then by name.</summary>
    public required IReadOnlyList<Membership<TeamRole>> Members { get; init; }

    /// <summary>What the actor is towards the team.</summary>
    public required Role Roles { get; init; }

    /// <summary>True when the actor holds the permission; pages hide by it, the services check again.</summary>
    public bool May(Permission permission) => AccessTable.Allows(Roles, permission);
}
