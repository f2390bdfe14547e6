namespace Portal.Testing.Faults;

/// <summary>A request on its way to the server.</summary>
/// <param name="Target">Path and query.</param>
public readonly record struct FaultyRequest(string Method, string Target)
{
    /// <summary>A watch.</summary>
    public bool IsWatch => Target.Contains("watch=1", StringComparison.Ordinal);
}

/// <summary>What happens to a request.</summary>
public sealed record Fault
{
    /// <summary>It passes.</summary>
    public static readonly Fault None = new();

    /// <summary>The connection breaks before the server sees it.</summary>
    public static readonly Fault LoseRequest = new() { Lost = true };

    /// <summary>The server carries it out, and its answer never arrives.</summary>
    public static readonly Fault LoseAnswer = new() { AnswerLost = true };

    /// <summary>The server answers, and then nothing more is heard on an open connection.</summary>
    public static readonly Fault Silence = new() { Silent = true };

    /// <summary>Neither the server nor the client ever hears of it; the connection stays open.</summary>
    public static readonly Fault Hang = new() { Hung = true };

    internal bool Silent { get; private init; }

    internal bool Hung { get; private init; }

    internal TimeSpan Delay { get; private init; }

    internal int? StatusAfterwards { get; private init; }

    internal bool Lost { get; private init; }

    internal bool AnswerLost { get; private init; }

    internal int? Status { get; private init; }

    internal string Body { get; private init; } = "";

    internal int? RetryAfter { get; private init; }

    internal Func<string, string?>? OnLine { get; private init; }

    /// <summary>The proxy answers in the server's place.</summary>
    public static Fault Answer(int status, string body, int? retryAfter = null) => new() { Status = status, Body = body, RetryAfter = retryAfter };

    /// <summary>It passes after a while.</summary>
    public static Fault Slow(TimeSpan delay) => new() { Delay = delay };

    /// <summary>The server carries it out, and the proxy answers with a failure.</summary>
    public static Fault FailAfterwards(int status) => new() { StatusAfterwards = status };

    /// <summary>Each line of the stream is replaced; null sends half of it and cuts the connection, an empty text nothing.</summary>
    public static Fault Lines(Func<string, string?> onLine) => new() { OnLine = onLine };
}
