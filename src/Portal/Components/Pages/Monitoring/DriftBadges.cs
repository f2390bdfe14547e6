using Portal.Components.Shared;
using Portal.Core.Drift.Policy;

namespace Portal.Components.Pages.Monitoring;

/// <summary>Verdicts in the one vocabulary of states. Pure.</summary>
public static class DriftBadges
{
    /// <summary>The badge of a verdict; null before the first window.</summary>
    public static Badge Of(DriftLevel? level) => level switch
    {
        DriftLevel.None => Badge.Succeeded,
        DriftLevel.Warn => Badge.Attention,
        DriftLevel.Drift => Badge.Failed,
        _ => Badge.Pending,
    };

    /// <summary>The height of a level in a heat map; null where nothing can be said.</summary>
    public static double? Height(DriftLevel? level) => level switch
    {
        DriftLevel.None => 0,
        DriftLevel.Warn => 1,
        DriftLevel.Drift => 2,
        _ => null,
    };
}
