using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Projects;

namespace Portal.Api.Projects;

/// <summary>A project to make. Fields that are absent are as a new form has them.</summary>
/// <param name="Id">Chosen by the caller, or null; a second request with it returns the first one's project.</param>
/// <param name="PoolId">A pool that it will ask quota of, or null: it then lives on the pool's cluster.</param>
public sealed record NewProjectRequest(
    Guid? Id,
    string? Name,
    Guid TeamId,
    ProjectSize Size = ProjectSize.S,
    DataClass DataClass = DataClass.Internal,
    string? Region = null,
    string? CostCentre = null,
    string? Description = null,
    Guid? PoolId = null)
{
    internal ProjectDraft ToDraft() => new(Id ?? Guid.CreateVersion7(), Name ?? "", TeamId)
    {
        Size = Size,
        DataClass = DataClass,
        Region = Region ?? "",
        PoolId = PoolId,
        CostCentre = CostCentre ?? "",
        Description = Description ?? "",
    };
}

/// <summary>What a project would need of its cluster.</summary>
/// <param name="PoolId">A pool that it will ask quota of, or null.</param>
public sealed record PlacementRequest(Guid TeamId, DataClass DataClass = DataClass.Internal, string? Region = null, Guid? PoolId = null)
{
    internal ProjectContent ToContent() => new("") { DataClass = DataClass, Region = Region ?? "", PoolId = PoolId };
}

/// <summary>Where a project would live.</summary>
/// <param name="ClusterId">The cluster that takes it, or null when none does.</param>
/// <param name="Verdicts">One for each cluster, the chosen one first.</param>
public sealed record PlacementResponse(Guid? ClusterId, IReadOnlyList<PlacementVerdict> Verdicts)
{
    internal static PlacementResponse From(Placement placement) => new(placement.Chosen?.ClusterId, placement.Verdicts);
}

/// <summary>All that can be changed about a project.</summary>
/// <param name="Generation">As it was read; a project that has moved on is refused with <c>project.stale</c>.</param>
public sealed record ProjectEditRequest(
    long Generation,
    string? Name,
    ProjectSize Size,
    DataClass DataClass,
    string? Region = null,
    string? CostCentre = null,
    string? Description = null)
{
    internal ProjectContent ToContent() => new(Name ?? "")
    {
        Size = Size,
        DataClass = DataClass,
        Region = Region ?? "",
        CostCentre = CostCentre ?? "",
        Description = Description ?? "",
    };
}

/// <summary>A command on a project as it was read.</summary>
public sealed record GenerationRequest(long Generation);

/// <summary>Freezes a project as it was read.</summary>
/// <param name="Reason">Why, in words that its members will read.</param>
public sealed record FreezeRequest(long Generation, string? Reason);

/// <summary>Changes of members.</summary>
public sealed record ProjectMembersRequest(long Generation, IReadOnlyList<ProjectMemberRequest>? Changes)
{
    internal IReadOnlyList<MemberChange<ProjectRole>> ToChanges() =>
        [.. (Changes ?? []).Select(c => new MemberChange<ProjectRole>(c.UserName ?? "", c.Role))];
}

/// <summary>One person.</summary>
/// <param name="UserName">User name or mail address.</param>
/// <param name="Role">Null takes them out.</param>
public sealed record ProjectMemberRequest(string? UserName, ProjectRole? Role);

/// <summary>A project as the API shows it.</summary>
public sealed record ProjectResponse(
    Guid Id,
    string Name,
    string Namespace,
    Guid TeamId,
    string TeamName,
    ProjectSize Size,
    DataClass DataClass,
    string Region,
    ProjectHome? Home,
    string CostCentre,
    string Description,
    ProjectIntent Intent,
    ProjectState State,
    ProjectFreeze? Frozen,
    long Generation,
    long ObservedGeneration,
    DateTimeOffset CreatedAt,
    IReadOnlyList<ProjectStepView> Steps,
    IReadOnlyList<Membership<ProjectRole>> Members)
{
    internal static ProjectResponse From(ProjectView p) => new(
        p.Id, p.Name, p.Namespace, p.TeamId, p.TeamName, p.Size, p.DataClass, p.Region, p.Home, p.CostCentre, p.Description,
        p.Intent, p.State, p.Frozen, p.Generation, p.ObservedGeneration, p.CreatedAt, p.Steps, p.Members);
}
