namespace Portal.Core.Results;

/// <summary>Why a request was refused, in a form that pages, the API and tests can all read.</summary>
/// <param name="Code">Stable code, for example <c>quota.exceeded</c>; the words for it are looked up by this code.</param>
/// <param name="Kind">What sort of refusal it is; the API turns it into a status code.</param>
/// <param name="Field">The form field that the person has to change, or null when it is about the whole request.</param>
public sealed record Refusal(string Code, RefusalKind Kind = RefusalKind.Invalid, string? Field = null)
{
    /// <summary>Values for the placeholders of the text, by name. Never a secret, never another project's name.</summary>
    public IReadOnlyDictionary<string, object?> Arguments { get; init; } = new Dictionary<string, object?>();

    /// <summary>The same refusal with one more value for its text.</summary>
    public Refusal With(string name, object? value) =>
        this with { Arguments = new Dictionary<string, object?>(Arguments) { [name] = value } };

    /// <summary>The object is absent, or the actor may not see it; the two look alike on purpose.</summary>
    public static Refusal NotFound(string what) => new($"{what}.not_found", RefusalKind.NotFound);
}

/// <summary>The sorts of refusal.</summary>
public enum RefusalKind
{
    /// <summary>The input cannot be accepted as it is.</summary>
    Invalid,

    /// <summary>The actor sees the object but may not do this.</summary>
    Forbidden,

    /// <summary>Absent, or not to be seen by this actor.</summary>
    NotFound,

    /// <summary>The object has moved on: a stale page, a name taken, a state that forbids the step.</summary>
    Conflict,
}
