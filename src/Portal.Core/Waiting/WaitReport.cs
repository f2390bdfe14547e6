namespace Portal.Core.Waiting;

/// <summary>Why something waits, as its reader may know it: names of projects that they may not see are left out.</summary>
/// <param name="Waits">False when it does not wait: nothing else is said then.</param>
public sealed record WaitReport(bool Waits)
{
    /// <summary>Nothing to explain.</summary>
    public static readonly WaitReport None = new(false);

    /// <summary>The one thing that it waits for.</summary>
    public WaitKind Kind { get; init; }

    /// <summary>When it is put back into its queue; only with <see cref="WaitKind.Backoff"/>.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Each resource and pool: needed, free, short by.</summary>
    public IReadOnlyList<WaitLine> Lines { get; init; } = [];

    /// <summary>The resource that decides, of which the lists below count; empty when there is none.</summary>
    public string Resource { get; init; } = "";

    /// <summary>Its place in the queue with all projects' workloads counted, from 1; 0 when it stands in none.</summary>
    public int Position { get; init; }

    /// <summary>Workloads of others beside its queue that wait for the same.</summary>
    public int Elsewhere { get; init; }

    /// <summary>Those before it, first first; at most <see cref="Shown"/>.</summary>
    public IReadOnlyList<WaitPartyLine> Ahead { get; init; } = [];

    /// <summary>Who holds what is short, most first; at most <see cref="Shown"/>.</summary>
    public IReadOnlyList<WaitPartyLine> Holders { get; init; } = [];

    /// <summary>What would start now or sooner.</summary>
    public IReadOnlyList<WaitOption> Options { get; init; } = [];

    /// <summary>When it will start, or null.</summary>
    public StartEstimate? Estimate { get; init; }

    /// <summary>Finished stays on the pool when they are too few for an estimate, else null.</summary>
    public int? TooFew { get; init; }

    /// <summary>Free on all nodes together and on the fullest-free one, of what decides; null where nodes are not what it waits for.</summary>
    public (decimal InAll, decimal OnOne)? NodesFree { get; init; }

    /// <summary>What of it runs on units that others lent and may ask back; only of what runs.</summary>
    public IReadOnlyList<BorrowedLine> Borrowed { get; init; } = [];

    /// <summary>When the cluster was looked at.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Most lines of a list.</summary>
    public const int Shown = 10;
}

/// <summary>A resource of a pool.</summary>
/// <param name="Pool">Name of the pool, or of the flavor where no pool is known for it; empty for cores and memory.</param>
public sealed record WaitLine(string Pool, string Resource, decimal Needed, decimal Free, decimal ShortBy, decimal Lent, decimal Reclaimable);

/// <summary>Units of a pool that a running workload borrows.</summary>
/// <param name="Lenders">Projects that lend them, as far as the reader may see them.</param>
/// <param name="Others">Lenders that are not named: the reader may not see them, or there are too many.</param>
public sealed record BorrowedLine(string Pool, decimal Amount, IReadOnlyList<WaitPartyLine> Lenders, int Others);

/// <summary>Somebody in the queue or on the pool.</summary>
/// <param name="Project">Name of the project, or null when the reader may not see it.</param>
/// <param name="Team">Name of its team, or null.</param>
/// <param name="IsOwn">True for the reader's own project.</param>
/// <param name="Borrowed">What of it is above the project's own quota.</param>
/// <param name="Since">Since when it holds or waits; null where that is not known.</param>
public sealed record WaitPartyLine(string? Project, string? Team, bool IsOwn, decimal Amount, decimal Borrowed, DateTimeOffset? Since);

/// <summary>Something that would start sooner, with what the form it leads to is filled in with.</summary>
/// <param name="PoolId">The pool of its accelerators, or null for none.</param>
/// <param name="Amount">Accelerators on all its nodes together.</param>
public sealed record WaitOption(StartOptionKind Kind, Guid? PoolId, string Pool, int Amount)
{
    /// <summary>Accelerators on each of its nodes, which is what the form asks for.</summary>
    public int OnEach { get; init; } = Amount;

    /// <summary>Catalogue id of the size to ask for; empty for the same.</summary>
    public string SizeId { get; init; } = "";
}
