using Portal.Core.Workloads;

namespace Portal.Core.Health.Causes;

/// <summary>Finds the cause of what a cluster said. Pure; the first rule that fits wins, so the narrow ones stand before the wide ones.</summary>
public static class CauseMatcher
{
    private static readonly CauseRule[] Rules = [.. PodRules.All, .. PlacementRules.All, .. EventRules.All, .. AnswerRules.All, .. QueueRules.All];

    /// <summary>The verdict, or null when no rule knows it.</summary>
    public static WorkloadStatus? Match(Evidence said)
    {
        foreach (var rule in Rules)
        {
            if (rule.Apply(said) is { } status)
                return status;
        }
        return null;
    }

    /// <summary>The verdict for a source, reason and message.</summary>
    public static WorkloadStatus? Match(EvidenceSource source, string? reason, string? message) =>
        Match(new Evidence(source, reason ?? "", message ?? ""));
}
