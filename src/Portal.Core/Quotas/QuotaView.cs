using Portal.Core.Access;
using Portal.Core.Hardware;

namespace Portal.Core.Quotas;

/// <summary>A request as lists show it.</summary>
public sealed record QuotaRow
{
    /// <summary>Id of the request.</summary>
    public Guid Id { get; init; }

    /// <summary>The project that asks.</summary>
    public Guid ProjectId { get; init; }

    /// <summary>Name of the project.</summary>
    public string Project { get; init; } = "";

    /// <summary>The project's team.</summary>
    public Guid TeamId { get; init; }

    /// <summary>Name of the team.</summary>
    public string Team { get; init; } = "";

    /// <summary>The pool that is asked for.</summary>
    public Guid PoolId { get; init; }

    /// <summary>Name of the pool.</summary>
    public string Pool { get; init; } = "";

    /// <summary>The pool's accelerators are simulated.</summary>
    public bool Simulated { get; init; }

    /// <summary>Price of one unit for one hour, in the installation's currency.</summary>
    public decimal PricePerHour { get; init; }

    /// <summary>Units asked for.</summary>
    public int Amount { get; init; }

    /// <summary>Units granted; null before an approval.</summary>
    public int? GrantedAmount { get; init; }

    /// <summary>First moment of the period, UTC.</summary>
    public DateTimeOffset From { get; init; }

    /// <summary>First moment after the period, UTC.</summary>
    public DateTimeOffset Until { get; init; }

    /// <summary>What they are for, in the requester's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Where it stands.</summary>
    public QuotaState State { get; init; }

    /// <summary>Id of the person who asked.</summary>
    public Guid RequestedBy { get; init; }

    /// <summary>Name of the person who asked.</summary>
    public string Requester { get; init; } = "";

    /// <summary>When it was asked for, UTC.</summary>
    public DateTimeOffset RequestedAt { get; init; }

    /// <summary>Price of what was asked for, or granted, for 24 hours.</summary>
    public decimal PricePerDay => (GrantedAmount ?? Amount) * PricePerHour * 24;
}

/// <summary>What became of a request.</summary>
/// <param name="Amount">Units that the step speaks of.</param>
public sealed record QuotaAnswer(Guid RequestId, QuotaAction Action, DateTimeOffset At, int Amount, string Pool, string Project);

/// <summary>What the form of a request offers.</summary>
public sealed record QuotaFormView(Guid ProjectId, string Project, IReadOnlyList<QuotaPoolChoice> Pools);

/// <summary>A pool that can be asked for.</summary>
/// <param name="Held">Units that the project holds of it.</param>
public sealed record QuotaPoolChoice(PoolView View, int Held);

/// <summary>A request with everything that a decision needs.</summary>
public sealed record QuotaView(QuotaRow Row, string ContentHash)
{
    /// <summary>The pool as it is now.</summary>
    public PoolView Pool { get; init; } = null!;

    /// <summary>What happens to it if it is decided now.</summary>
    public QuotaForecast Forecast { get; init; } = null!;

    /// <summary>Units of the pool that the project holds already.</summary>
    public int Held { get; init; }

    /// <summary>What the project made of what it has; <see cref="UsageSummary.Hours"/> is 0 when nothing is known.</summary>
    public UsageSummary Usage { get; init; } = null!;

    /// <summary>Others who wait for the same pool, longest first.</summary>
    public IReadOnlyList<QuotaRival> Rivals { get; init; } = [];

    /// <summary>Its history, oldest first.</summary>
    public IReadOnlyList<QuotaStep> Steps { get; init; } = [];

    /// <summary>What the reader may do now, and why not.</summary>
    public QuotaRights Rights { get; init; } = null!;
}

/// <summary>Somebody else's open request for the same pool.</summary>
/// <param name="Project">Null when the reader may not see the project.</param>
public sealed record QuotaRival(string? Project, int Amount, DateTimeOffset Since);

/// <summary>What a reader may do with a request. Pure.</summary>
/// <param name="Decide">Approve or reject.</param>
/// <param name="Most">Units that the reader can approve at most now: asked for, free, and left in the budget of a lead.</param>
/// <param name="Bar">Why the reader cannot approve all of it.</param>
/// <param name="Edit">Change it.</param>
/// <param name="Withdraw">Take it back.</param>
/// <param name="Release">Give the grant back.</param>
/// <param name="Reclaim">Take the grant from the project.</param>
public sealed record QuotaRights(bool Decide, int Most, DecisionBar Bar, bool Edit, bool Withdraw, bool Release, bool Reclaim)
{
    /// <summary>Looks at one reader and one request.</summary>
    /// <param name="roles">What the reader is towards the project.</param>
    public static QuotaRights For(Role roles, bool own, QuotaState state, int amount, int free, int budgetLeft)
    {
        var open = state == QuotaState.Submitted;
        var holds = QuotaRules.HoldsUnits(state);
        var decides = AccessTable.Allows(roles, Permission.QuotaDecide);
        var beyond = AccessTable.Allows(roles, Permission.QuotaDecideBeyondBudget);
        var works = AccessTable.Allows(roles, Permission.QuotaRequest);
        var most = Math.Max(0, Math.Min(Math.Min(amount, free), beyond ? int.MaxValue : budgetLeft));
        var bar = !open ? DecisionBar.Decided
            : own ? DecisionBar.OwnRequest
            : !decides ? DecisionBar.NotDecider
            : !beyond && amount > budgetLeft ? DecisionBar.BeyondBudget
            : amount > free ? DecisionBar.PoolExhausted
            : DecisionBar.None;
        return new QuotaRights(
            open && decides && !own, most, bar, open && own && works, open && works, holds && works, holds && decides);
    }
}

/// <summary>What stands between a reader and approving the whole request.</summary>
public enum DecisionBar
{
    /// <summary>Nothing: it can be approved whole.</summary>
    None,

    /// <summary>They asked for it themselves: another has to decide.</summary>
    OwnRequest,

    /// <summary>They do not decide on the project's requests.</summary>
    NotDecider,

    /// <summary>The team's budget has fewer units left; an admin may go beyond.</summary>
    BeyondBudget,

    /// <summary>The pool has fewer units free.</summary>
    PoolExhausted,

    /// <summary>It is decided already, or withdrawn.</summary>
    Decided,
}
