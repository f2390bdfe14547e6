using System.Globalization;
using Evaluate = System.Func<Portal.LocalCluster.Cel.CelScope, object?>;

namespace Portal.LocalCluster.Cel;

internal static class CelOperators
{
    public static bool Flag(object? value) => value is bool flag ? flag : throw new CelException($"no such overload: {CelValue.TypeName(value)} is not a bool");

    /// <summary><c>||</c> and <c>&amp;&amp;</c>: the side that decides does so even where the other has no value.</summary>
    public static object Either(Evaluate left, Evaluate right, CelScope scope, bool decides)
    {
        CelException? failure = null;
        foreach (Evaluate side in (ReadOnlySpan<Evaluate>)[left, right])
        {
            try
            {
                if (Flag(side(scope)) == decides) return decides;
            }
            catch (CelException wrong)
            {
                failure ??= wrong;
            }
        }
        return failure is null ? !decides : throw failure;
    }

    public static object? Apply(string name, object? left, object? right) => name switch
    {
        "==" => CelValue.Same(left, right),
        "!=" => !CelValue.Same(left, right),
        "<" => CelValue.Compare(left, right) < 0,
        "<=" => CelValue.Compare(left, right) <= 0,
        ">" => CelValue.Compare(left, right) > 0,
        ">=" => CelValue.Compare(left, right) >= 0,
        "in" => right is List<object?> list ? list.Exists(item => CelValue.Same(item, left)) : CelValue.TryField(right, left, out _),
        "+" when left is string text && right is string more => text + more,
        "+" when left is List<object?> list && right is List<object?> more => list.Concat(more).ToList(),
        _ => Arithmetic(name, left, right),
    };

    private static object Arithmetic(string name, object? left, object? right)
    {
        try
        {
            if (left is long one && right is long other)
            {
                if (other == 0 && name is "/" or "%" && other == 0) throw new CelException(name == "/" ? "division by zero" : "modulus by zero");
                return checked(name switch { "+" => one + other, "-" => one - other, "*" => one * other, "/" => one / other, _ => one % other });
            }
        }
        catch (OverflowException)
        {
            throw new CelException("integer overflow");
        }
        if (left is double a && right is double b && name != "%") return name switch { "+" => a + b, "-" => a - b, "*" => a * b, _ => a / b };
        throw new CelException(string.Create(CultureInfo.InvariantCulture, $"no such overload: {CelValue.TypeName(left)} {name} {CelValue.TypeName(right)}"));
    }
}
