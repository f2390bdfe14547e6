namespace Portal.Accounts;

/// <summary>How many pages may be open at once; each holds memory of the server. Section <c>Circuits</c>.</summary>
public sealed class CircuitLimits
{
    /// <summary>For one person.</summary>
    public int PerPerson { get; set; } = 20;

    /// <summary>For everybody together, in one process.</summary>
    public int Total { get; set; } = 1000;
}

/// <summary>The connected circuits of this process, by person. One that lost its connection does not count: the framework bounds those.</summary>
public sealed class OpenCircuits(CircuitLimits limits)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Guid, HashSet<string>> _open = [];
    private int _total;

    /// <summary>Connected circuits of all.</summary>
    public int Total => Volatile.Read(ref _total);

    /// <summary>True when the person, or everybody together, has as many pages open as may be.</summary>
    public bool IsFull(Guid person)
    {
        lock (_lock)
            return _total >= limits.Total || _open.GetValueOrDefault(person)?.Count >= limits.PerPerson;
    }

    /// <summary>Counts a circuit that connects; false when there are too many. One that is counted already stays so.</summary>
    public bool TryEnter(Guid person, string circuit)
    {
        lock (_lock)
        {
            if (_open.GetValueOrDefault(person)?.Contains(circuit) == true)
                return true;
            if (IsFull(person))
                return false;
            if (!_open.TryGetValue(person, out var own))
                _open[person] = own = [];
            own.Add(circuit);
            _total++;
            return true;
        }
    }

    /// <summary>Takes a circuit out, when it was counted.</summary>
    public void Leave(Guid person, string circuit)
    {
        lock (_lock)
        {
            if (!_open.TryGetValue(person, out var own) || !own.Remove(circuit))
                return;
            _total--;
            if (own.Count == 0)
                _open.Remove(person);
        }
    }
}
