using Portal.Core.Reconciliation;

namespace Portal.Infrastructure.Reconciliation;

/// <summary>How the loops run.</summary>
public sealed class ReconciliationOptions
{
    /// <summary>Rows of one cluster that are worked on at one time.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>How often every row is looked at, whatever the events said.</summary>
    public TimeSpan Resync { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How long a start waits for a cluster's objects before it goes on without.</summary>
    public TimeSpan SyncPatience { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a replica that died holds the work up before another one, or its successor, goes on.</summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Delays between failing attempts.</summary>
    public Backoff Backoff { get; set; } = Backoff.Standard;
}
