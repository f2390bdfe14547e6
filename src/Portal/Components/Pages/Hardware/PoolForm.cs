using Portal.Core.Hardware;
using Portal.Core.Results;

namespace Portal.Components.Pages.Hardware;

/// <summary>What is typed into the form of a pool.</summary>
public sealed class PoolForm
{
    /// <summary>Made with the form; sending it twice makes one pool.</summary>
    public Guid Id { get; private init; } = Guid.CreateVersion7();

    public string Name { get; set; } = "";

    public decimal? Capacity { get; set; }

    public decimal? PricePerHour { get; set; }

    public bool Open { get; set; } = true;

    /// <summary>One <c>key=value</c> a line.</summary>
    public string Labels { get; set; } = "";

    /// <summary>One taint a line, as kubectl writes it.</summary>
    public string Taints { get; set; } = "";

    /// <summary>Teams that may ask; none chosen allows all.</summary>
    public HashSet<Guid> Teams { get; private init; } = [];

    public Refusal? Refused { get; set; }

    public long Generation { get; private set; }

    /// <summary>Fills in what a proposal says; what somebody typed instead of the one before stays.</summary>
    /// <param name="taken">Names that pools have already: two clusters may well offer the same accelerators.</param>
    public void Follow(PoolProposal proposal, PoolProposal? before, IReadOnlyCollection<string> taken)
    {
        if (before is null || Name == NameFor(before, taken))
            Name = NameFor(proposal, taken);
        if (before is null || Capacity == before.Count)
            Capacity = proposal.Count;
        PricePerHour ??= 0;
    }

    private static string NameFor(PoolProposal proposal, IReadOnlyCollection<string> taken) =>
        taken.Contains(proposal.Name) && proposal.Cluster.Length > 0 ? $"{proposal.Name} {proposal.Cluster}" : proposal.Name;

    /// <summary>The form of a pool that is there.</summary>
    public static PoolForm From(HardwarePool pool) => new()
    {
        Id = pool.Id,
        Generation = pool.Generation,
        Name = pool.Name,
        Capacity = pool.Ledger.Capacity,
        PricePerHour = pool.PricePerHour,
        Open = pool.State == PoolState.Open,
        Labels = string.Join('\n', pool.NodeLabels.Select(l => $"{l.Key}={l.Value}")),
        Taints = string.Join('\n', pool.Taints),
        Teams = [.. pool.AllowedTeams.Select(t => t.TeamId)],
    };

    /// <summary>
    /// The form after the reader saved what was of <paramref name="generation"/>, here or beside it: the pool has one more. Where
    /// somebody else saved in between, it stays as old as it is and is refused when sent.
    /// </summary>
    public void Saved(long generation) => Generation += Generation == generation ? 1 : 0;

    /// <summary>What is not typed, or null. An empty number is no zero.</summary>
    public Refusal? Missing =>
        Capacity is null ? new Refusal("pool.units_missing", Field: nameof(Capacity))
        : PricePerHour is null ? new Refusal("pool.price_missing", Field: nameof(PricePerHour))
        : Lines(Labels).FirstOrDefault(l => !l.Contains('=')) is { } bare ? new Refusal("pool.label_bad", Field: nameof(Labels)).With("label", bare)
        : Lines(Labels).GroupBy(KeyOf).FirstOrDefault(g => g.Count() > 1) is { } twice ? new Refusal("pool.label_bad", Field: nameof(Labels)).With("label", twice.Last())
        : null;

    /// <summary>As the service takes it for a new pool.</summary>
    public PoolDraft ToDraft(PoolProposal proposal) => new(Id, Name, proposal.ResourceName, Capacity ?? 0, PricePerHour ?? 0)
    {
        ClusterId = proposal.ClusterId,
        NodeLabels = proposal.Labels,
        Taints = proposal.Taints,
        AllowedTeams = [.. Teams],
    };

    /// <summary>
    /// Fills in what nodes carry now. Those that the pool takes already keep the labels it knows them by, which may be others than a
    /// proposal would name.
    /// </summary>
    public void TakeOver(PoolProposal proposal)
    {
        if (proposal.CoveredBy is null)
            Labels = string.Join('\n', proposal.Labels.Select(l => $"{l.Key}={l.Value}"));
        Taints = string.Join('\n', proposal.Taints);
    }

    /// <summary>As the service takes it for a change.</summary>
    public PoolEdit ToEdit() => new(Id, Generation, Name, Capacity ?? 0, PricePerHour ?? 0, Open ? PoolState.Open : PoolState.Closed)
    {
        NodeLabels = Lines(Labels).ToDictionary(KeyOf, line => line.Split('=', 2, StringSplitOptions.TrimEntries)[^1]),
        Taints = [.. Lines(Taints).Select(TaintOf)],
        AllowedTeams = [.. Teams],
    };

    private static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private static string KeyOf(string line) => line.Split('=', 2, StringSplitOptions.TrimEntries)[0];

    // What is left out of it is refused by the rules, in words.
    private static NodeTaint TaintOf(string line)
    {
        var colon = line.LastIndexOf(':');
        var (head, effect) = colon < 0 ? (line, "") : (line[..colon], line[(colon + 1)..]);
        var parts = head.Split('=', 2, StringSplitOptions.TrimEntries);
        return new NodeTaint(parts[0], parts is [_, var value] ? value : "", effect.Trim());
    }
}
