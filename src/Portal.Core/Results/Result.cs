using System.Diagnostics.CodeAnalysis;

namespace Portal.Core.Results;

/// <summary>Done, or refused with a reason. Exceptions are for bugs and outages only.</summary>
public class Result
{
    /// <summary>The outcome of a step that returns nothing.</summary>
    public static readonly Result Done = new(null);

    private protected Result(Refusal? refusal) => Refusal = refusal;

    /// <summary>The reason, or null when it was done.</summary>
    public Refusal? Refusal { get; }

    /// <summary>True when the request was carried out.</summary>
    [MemberNotNullWhen(false, nameof(Refusal))]
    public bool Succeeded => Refusal is null;

    /// <summary>A value as a result; for interfaces, from which no implicit conversion exists.</summary>
    public static Result<T> Of<T>(T value) => value;

    /// <summary>A refusal as a result.</summary>
    public static implicit operator Result(Refusal refusal) => new(refusal);
}

/// <summary>A value, or a refusal with a reason.</summary>
public sealed class Result<T> : Result
{
    private readonly T? _value;

    private Result(T? value, Refusal? refusal) : base(refusal) => _value = value;

    /// <summary>The value; reading it from a refused result is a bug.</summary>
    public T Value => Succeeded ? _value! : throw new InvalidOperationException($"Refused: {Refusal.Code}");

    /// <summary>A value as a result that succeeded.</summary>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A refusal as a result without a value.</summary>
    public static implicit operator Result<T>(Refusal refusal) => new(default, refusal);
}
