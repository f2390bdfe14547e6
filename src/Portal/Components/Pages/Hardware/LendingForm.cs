using Portal.Core.Hardware.Lending;
using Portal.Core.Results;

namespace Portal.Components.Pages.Hardware;

/// <summary>What is typed into the lending editor of a pool.</summary>
public sealed class LendingForm
{
    /// <summary>For all teams without rules of their own.</summary>
    public LendingEdit Default { get; private init; } = new();

    /// <summary>Teams with rules of their own.</summary>
    public Dictionary<Guid, LendingEdit> Teams { get; private init; } = [];

    /// <summary>The pool's generation when the form was filled.</summary>
    public long Generation { get; private set; }

    public Refusal? Refused { get; set; }

    /// <summary>The form of what stands.</summary>
    public static LendingForm From(LendingView view) => new()
    {
        Generation = view.Generation,
        Default = LendingEdit.From(view.Lending.Default),
        Teams = view.Lending.Teams.ToDictionary(t => t.Key, t => LendingEdit.From(t.Value)),
    };

    /// <summary>As <see cref="PoolForm.Saved"/>.</summary>
    public void Saved(long generation) => Generation += Generation == generation ? 1 : 0;

    /// <summary>A team gets rules of its own, at first those of everybody.</summary>
    public void Add(Guid team) => Teams.TryAdd(team, LendingEdit.From(Default.ToPolicy()));

    /// <summary>As the service takes it.</summary>
    public PoolLending ToLending() => new()
    {
        Default = Default.ToPolicy(),
        Teams = Teams.OrderBy(t => t.Key).ToDictionary(t => t.Key, t => t.Value.ToPolicy()),
    };
}

/// <summary>The fields of one policy.</summary>
public sealed class LendingEdit
{
    public LendingMode Mode { get; set; }

    public int LendPercent { get; set; } = 100;

    public int? BorrowLimit { get; set; }

    public int Weight { get; set; } = 1;

    public bool Reclaim { get; set; } = true;

    /// <summary>The fields of a policy.</summary>
    public static LendingEdit From(LendingPolicy policy) => new()
    {
        Mode = policy.Mode,
        LendPercent = policy.LendPercent,
        BorrowLimit = policy.BorrowLimit,
        Weight = policy.Weight,
        Reclaim = policy.Reclaim,
    };

    /// <summary>The policy of the fields.</summary>
    public LendingPolicy ToPolicy() =>
        new() { Mode = Mode, LendPercent = LendPercent, BorrowLimit = BorrowLimit, Weight = Weight, Reclaim = Reclaim };
}
