namespace Portal.Testing.Faults;

/// <summary>What can go wrong between the portal and an API server.</summary>
public enum FaultKind { Latency, Conflict, Throttled, FailedAfterwards, Reset, Hang, Truncated, Reordered, Expired, Silent }

/// <summary>One kind of fault at a share of the calls that it can befall, by a seeded chance.</summary>
public sealed class FaultStorm(FaultKind kind, double share, int seed = 1)
{
    private const string Expired =
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""";

    private const string Conflict =
        """{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"the object has been modified","reason":"Conflict","code":409}""";

    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(400);

    private readonly Random _random = new(seed);
    private int _befallen;

    /// <summary>Calls, or lines of a watch, that went wrong so far.</summary>
    public int Befallen => _befallen;

    /// <summary>The rule of a <see cref="FaultProxy"/>.</summary>
    public Fault For(FaultyRequest request) => kind switch
    {
        FaultKind.Latency when Strikes() => Fault.Slow(Latency),
        FaultKind.Conflict when IsWrite(request) && Strikes() => Fault.Answer(409, Conflict),
        FaultKind.Throttled when !request.IsWatch && Strikes() => Fault.Answer(429, "slow down", retryAfter: 1),
        FaultKind.FailedAfterwards when IsWrite(request) && Strikes() => Fault.FailAfterwards(Toss() ? 500 : 503),
        FaultKind.Reset when Strikes() => Toss() ? Fault.LoseRequest : Fault.LoseAnswer,
        FaultKind.Hang when !request.IsWatch && Strikes() => Fault.Hang,
        FaultKind.Truncated when request.IsWatch => Fault.Lines(line => Strikes() ? null : line),
        FaultKind.Reordered when request.IsWatch => Fault.Lines(Swapping()),
        FaultKind.Expired when request.IsWatch && Strikes() => Fault.Answer(200, Expired + "\n"),
        FaultKind.Silent when request.IsWatch && Strikes() => Fault.Silence,
        _ => Fault.None,
    };

    private static bool IsWrite(FaultyRequest request) => request.Method != "GET";

    // A struck line waits and comes after the one that follows it.
    private Func<string, string?> Swapping()
    {
        string? held = null;
        return line =>
        {
            if (held is { } late)
            {
                held = null;
                return line + "\n" + late;
            }
            if (!Strikes())
                return line;
            held = line;
            return "";
        };
    }

    private bool Strikes()
    {
        lock (_random)
        {
            if (_random.NextDouble() >= share)
                return false;
            _befallen++;
            return true;
        }
    }

    private bool Toss()
    {
        lock (_random)
            return _random.Next(2) == 0;
    }
}
