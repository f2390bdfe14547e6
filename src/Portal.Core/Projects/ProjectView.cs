using System.Text.Json;
using System.Text.Json.Serialization;
using Portal.Core.Access;
using Portal.Core.Clusters;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;

namespace Portal.Core.Projects;

/// <summary>A project as a list shows it.</summary>
public sealed record ProjectRow(
    Guid Id,
    string Name,
    string Namespace,
    Guid TeamId,
    string TeamName,
    ProjectSize Size,
    DataClass DataClass,
    string Region,
    ProjectIntent Intent,
    ProjectState State,
    int Members,
    DateTimeOffset CreatedAt);

/// <summary>What a list of projects is narrowed to.</summary>
public sealed record ProjectFilter(Guid? TeamId = null, ProjectState? State = null);

/// <summary>A project with everything its page shows, and what the one who looks may do.</summary>
public sealed record ProjectView(Guid Id, string Name, string Namespace, long Generation)
{
    /// <summary>The team that it belongs to.</summary>
    public required Guid TeamId { get; init; }

    /// <summary>Name of that team, also to those who may not see the team.</summary>
    public required string TeamName { get; init; }

    /// <summary>Ceilings of its namespace; the numbers are in <see cref="ProjectSizes"/>.</summary>
    public required ProjectSize Size { get; init; }

    /// <summary>How sensitive its data may be.</summary>
    public required DataClass DataClass { get; init; }

    /// <summary>Where its data may be; empty for anywhere.</summary>
    public required string Region { get; init; }

    /// <summary>Where it lives; null while no cluster has taken it.</summary>
    public ProjectHome? Home { get; init; }

    /// <summary>Who pays; may be empty.</summary>
    public required string CostCentre { get; init; }

    /// <summary>For people; may be empty.</summary>
    public required string Description { get; init; }

    /// <summary>What is wanted of it.</summary>
    public required ProjectIntent Intent { get; init; }

    /// <summary>What the reconciler last saw.</summary>
    public required ProjectState State { get; init; }

    /// <summary>Name of the person who made it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who froze it, when and why; null when it is not frozen.</summary>
    public ProjectFreeze? Frozen { get; init; }

    /// <summary>The generation that was carried out last; below <see cref="Generation"/> while something is on its way.</summary>
    public required long ObservedGeneration { get; init; }

    /// <summary>The steps in the order in which they are taken.</summary>
    public required IReadOnlyList<ProjectStepView> Steps { get; init; }

    /// <summary>Highest role first, then by name.</summary>
    public required IReadOnlyList<Membership<ProjectRole>> Members { get; init; }

    /// <summary>What the actor is towards the project.</summary>
    public required Role Roles { get; init; }

    /// <summary>True when work may be started: neither archived nor being deleted.</summary>
    public bool IsOpen => Intent == ProjectIntent.Active;

    /// <summary>True when the actor holds the permission; pages hide by it, the services check again.</summary>
    public bool May(Permission permission) => AccessTable.Allows(Roles, permission);
}

/// <summary>A step as the page shows it.</summary>
/// <param name="Reason">Code of the reason in the error catalogue, or empty.</param>
/// <param name="Detail">What the cluster said, or empty.</param>
public sealed record ProjectStepView(
    ProjectStepKind Kind, StepState State, string Reason, string Detail, int Attempts, DateTimeOffset? ChangedAt)
{
    /// <summary>JSON object of the values in the reason's text; empty where they stand in the detail.</summary>
    [JsonIgnore]
    public string Arguments { get; init; } = "";

    /// <summary>The reason with its values; where none were kept they stand in what the cluster said and are read from it again.</summary>
    public WorkloadStatus Verdict()
    {
        if (Arguments.Length == 0 && CauseMatcher.Match(EvidenceSource.Answer, "", Detail) is { } known && known.Reason == Reason)
            return known;
        return new WorkloadStatus(State == StepState.Failed ? WorkloadState.Attention : WorkloadState.Pending, Reason, Detail)
        {
            Arguments = Arguments.Length == 0 ? [] : JsonSerializer.Deserialize<Dictionary<string, string>>(Arguments) ?? [],
        };
    }
}

/// <summary>The cluster that a project lives on.</summary>
/// <param name="Region">Where the cluster stands, or empty.</param>
/// <param name="Because">Why it was chosen when the project was made; null for a project that is older than the choice.</param>
public sealed record ProjectHome(Guid ClusterId, string Cluster, string Region, PlacementReason? Because);

/// <summary>Why nothing new may start in a project.</summary>
public sealed record ProjectFreeze(DateTimeOffset At, string By, string Reason);
