using Portal.Core.Cluster;
using Portal.Core.Health.Causes;

namespace Portal.Core.Projects;

/// <summary>How a step stands after a pass.</summary>
/// <param name="Reason">Code of the reason in the error catalogue, or empty.</param>
/// <param name="Detail">What the cluster said.</param>
public readonly record struct StepOutcome(StepState State, string Reason = "", string Detail = "")
{
    /// <summary>As wanted in the cluster.</summary>
    public static readonly StepOutcome Done = new(StepState.Done);

    /// <summary>JSON object of the values in the reason's text; empty where they stand in the detail.</summary>
    public string Arguments { get; init; } = "";

    /// <summary>The cluster has been asked and is not there yet.</summary>
    public static StepOutcome Waiting(string reason, string detail = "") => new(StepState.Waiting, reason, detail);

    /// <summary>Somebody has to do something.</summary>
    public static StepOutcome Failed(string reason, string detail = "") => new(StepState.Failed, reason, detail);

    /// <summary>Nothing more to do for this step.</summary>
    public bool IsFinished => State is StepState.Done or StepState.NotNeeded;

    /// <summary>An outage is waited for; a refusal stops the step until somebody changes something.</summary>
    public static StepOutcome From(ClusterException failure) => failure.Failure == ClusterFailure.Owned
        ? Failed("cluster.owned_by_other", failure.Message) : Known(failure) ?? failure.Failure switch
        {
            ClusterFailure.Forbidden => Failed("cluster.forbidden", failure.Message),
            ClusterFailure.Unauthorized => Failed("cluster.unauthorized", failure.Message),
            ClusterFailure.Invalid => Failed("cluster.invalid", failure.Message),
            ClusterFailure.Throttled => Waiting("cluster.throttled", failure.Message),
            ClusterFailure.Conflict => Waiting("cluster.conflict", failure.Message),
            ClusterFailure.NotFound => Waiting("cluster.not_found", failure.Message),
            _ => Waiting("cluster.unavailable", failure.Message),
        };

    // A check that is down answers as an outage does, and stays down until somebody mends it.
    private static StepOutcome? Known(ClusterException failure) => CauseMatcher.Match(EvidenceSource.Answer, failure.Reason, failure.Message) is { } cause
        ? failure.IsTransient ? Waiting(cause.Reason, failure.Message) : Failed(cause.Reason, failure.Message)
        : null;
}
