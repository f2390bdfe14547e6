namespace Portal.LocalCluster.Cel;

/// <summary>
/// An expression of the Common Expression Language, as policies and definitions write it: read once, asked often. It knows
/// values of JSON, optionals, the macros and the functions of texts and lists; no durations, timestamps, bytes or types.
/// </summary>
public sealed class CelExpression
{
    private readonly Func<CelScope, object?> _evaluate;

    private CelExpression(string source, Func<CelScope, object?> evaluate)
    {
        Source = source;
        _evaluate = evaluate;
    }

    public string Source { get; }

    /// <exception cref="CelException">It cannot be read.</exception>
    public static CelExpression Parse(string source) => new(source, new CelParser(source).Parse());

    /// <exception cref="CelException">It has no value: a key is missing, a type does not fit.</exception>
    public object? Evaluate(IReadOnlyDictionary<string, Func<object?>> variables) => _evaluate(new CelScope(variables));

    /// <exception cref="CelException">It has no value, or another than true or false.</exception>
    public bool IsTrue(IReadOnlyDictionary<string, Func<object?>> variables) =>
        Evaluate(variables) is bool flag ? flag : throw new CelException("no such overload: the expression is neither true nor false");

    /// <summary>The line of text that it makes, or null where it makes none: an expression for a message changes no verdict.</summary>
    public string? Line(IReadOnlyDictionary<string, Func<object?>> variables)
    {
        try
        {
            return Evaluate(variables) is string text && !string.IsNullOrWhiteSpace(text) && !text.Contains('\n', StringComparison.Ordinal) ? text : null;
        }
        catch (CelException)
        {
            return null;
        }
    }
}

/// <summary>The names an expression may use: those it is given, and those of the macros it is in.</summary>
internal sealed class CelScope(IReadOnlyDictionary<string, Func<object?>> variables, CelScope? outer = null, string? name = null, object? value = null)
{
    public CelScope With(string inner, object? item) => new(variables, this, inner, item);

    public object? Find(string wanted)
    {
        for (CelScope? scope = this; scope is not null; scope = scope.Outer)
        {
            if (scope.Name == wanted) return scope.Value;
        }
        return variables.TryGetValue(wanted, out Func<object?>? found) ? CelValue.From(found()) : throw new CelException($"undeclared reference to '{wanted}' (in container '')");
    }

    private CelScope? Outer => outer;

    private string? Name => name;

    private object? Value => value;
}
