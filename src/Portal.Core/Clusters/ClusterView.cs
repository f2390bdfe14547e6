using Portal.Core.Cluster;

namespace Portal.Core.Clusters;

/// <summary>A cluster as pages and the API show it.</summary>
/// <param name="Row">The registration, without its credentials.</param>
/// <param name="Projects">How many projects live on it.</param>
/// <param name="Pools">How many pools belong to it.</param>
public sealed record ClusterView(ClusterRegistration Row, int Projects, int Pools)
{
    /// <summary>How it stands now, as <see cref="ClusterHealth"/> judged.</summary>
    public required ClusterState State { get; init; }

    /// <summary>Others hold objects of the platform itself there, and nobody has said that they shall.</summary>
    public required bool Disputed { get; init; }

    /// <summary>Time since it last spoke of every kind, so that nothing that is shown of it is older; null before it did.</summary>
    public required TimeSpan? Age { get; init; }

    /// <summary>Version of its API server, or empty.</summary>
    public required string Version { get; init; }

    /// <summary>What it can do; empty before it was asked.</summary>
    public required IReadOnlyList<ClusterFeature> Features { get; init; }

    /// <summary>Processors in all and free, or null while no ready node is seen.</summary>
    public required ClusterRoom? Room { get; init; }
}

/// <summary>How a cluster stands.</summary>
public enum ClusterState
{
    /// <summary>It answers, and the account may do everything.</summary>
    Ready,

    /// <summary>It answers, and the account lacks rights or is no longer accepted.</summary>
    Attention,

    /// <summary>It has been silent for a while; what is shown is old.</summary>
    Stale,

    /// <summary>Nothing was seen of it since the portal started.</summary>
    Unreachable,
}

/// <summary>How a cluster stands, by what was last tried and last heard. Pure.</summary>
public static class ClusterHealth
{
    /// <summary>A quiet cluster still sends a bookmark about once a minute; beyond this it is taken for silent.</summary>
    public static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(3);

    /// <summary>One that answers nothing for so long has more than a hiccup.</summary>
    public static readonly TimeSpan SilentAfter = TimeSpan.FromSeconds(10);

    /// <summary>True when what is shown of it may have been overtaken: it was quiet for long, or does not answer.</summary>
    /// <param name="age">Time since it last spoke.</param>
    /// <param name="silence">Since when it leaves questions unanswered; null while it answers.</param>
    public static bool IsOld(TimeSpan? age, TimeSpan? silence) => age > StaleAfter || (age is not null && silence > SilentAfter);

    /// <summary>True when what is shown of a cluster may have been overtaken; false for one of which nothing was seen yet.</summary>
    public static bool IsOld(this ConnectedCluster cluster) => IsOld(cluster.Age, cluster.Silence);

    /// <summary>The verdict: what is heard now counts more than what was tried once.</summary>
    public static ClusterState State(ClusterCheck check, TimeSpan? age, TimeSpan? silence) => age switch
    {
        null => ClusterState.Unreachable,
        // A kind that the account may not list is old for ever, and named as a missing right.
        _ when IsOld(age, silence) && (check.Missing.Count == 0 || silence > SilentAfter) => ClusterState.Stale,
        _ => check.Missing.Count > 0 || check.Problem is "check.unauthorized" or "check.no_rights" ? ClusterState.Attention : ClusterState.Ready,
    };
}
