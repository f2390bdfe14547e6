using Portal.Core.Access;
using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;

namespace Portal.Core.Monitoring;

/// <summary>A monitored model as a list shows it.</summary>
public sealed record MonitoredModelRow(
    Guid Id, string Name, string Version, Guid ProjectId, string ProjectName, DriftLevel? LatestLevel, DateTimeOffset? LatestWindow,
    DateTimeOffset? AlertSince, bool HasReference, DateTimeOffset CreatedAt);

/// <summary>A window as the dashboard shows it.</summary>
public sealed record WindowView(Guid Id, DateTimeOffset Start, long Rows, DriftLevel Level, int Features, int Drifted, DateTimeOffset ReportedAt);

/// <summary>A monitored column and what its results were, one per window of the dashboard, null where it has none.</summary>
public sealed record FeatureView(string Name, FeatureKind Kind, ColumnRole Role, IReadOnlyList<FeatureResult?> Results);

/// <summary>Everything the dashboard of a model shows.</summary>
public sealed record ModelDashboard(Guid Id, string Name, string Version, Guid ProjectId, string ProjectName, WindowLength Window)
{
    /// <summary>Sent back with a command, it catches a stale page.</summary>
    public required long Generation { get; init; }

    /// <summary>When the model was made, UTC.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Since when the alert is on, UTC; null while it is off.</summary>
    public required DateTimeOffset? AlertSince { get; init; }

    /// <summary>Events that came again and were counted once.</summary>
    public required long Duplicates { get; init; }

    /// <summary>Events that came under the id of another event and were not counted.</summary>
    public required long IdConflicts { get; init; }

    /// <summary>Events that could not be read.</summary>
    public required long Unreadable { get; init; }

    /// <summary>Null until a reference was given.</summary>
    public required ReferenceView? Reference { get; init; }

    /// <summary>The latest windows, oldest first.</summary>
    public required IReadOnlyList<WindowView> Windows { get; init; }

    /// <summary>In the order of the file.</summary>
    public required IReadOnlyList<FeatureView> Features { get; init; }

    /// <summary>What the actor is towards the project.</summary>
    public required Role Roles { get; init; }

    /// <summary>True when the actor holds the permission; pages hide by it, the services check again.</summary>
    public bool May(Permission permission) => AccessTable.Allows(Roles, permission);
}

/// <summary>The reference of a model.</summary>
public sealed record ReferenceView(Guid Id, string FileName, long Rows, DateTimeOffset CreatedAt, string? TimeColumn);

/// <summary>One feature of one window, in full.</summary>
public sealed record FeatureDetail(FeatureDrift Drift, FeatureDecision Decision, FeatureLimits Limits, Distribution? Distribution);
