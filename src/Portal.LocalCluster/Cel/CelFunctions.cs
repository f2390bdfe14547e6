using System.Globalization;
using System.Text.RegularExpressions;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Cel;

/// <summary>The functions: of the language, and those that Kubernetes adds for texts, lists and quantities' numbers.</summary>
internal static class CelFunctions
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    public static object? Optional(string kind, object?[] arguments) => (kind, arguments) switch
    {
        ("none", []) => CelOptional.None,
        ("of", [var value]) => new CelOptional(true, value),
        _ => throw Unknown("optional." + kind),
    };

    /// <summary>A function that stands before its arguments.</summary>
    public static object? Call(string name, object?[] arguments) => (name, arguments) switch
    {
        ("size", [var value]) => Size(value),
        ("string", [var value]) => CelValue.Show(value),
        ("int", [string text]) => long.TryParse(text, CultureInfo.InvariantCulture, out long whole) ? whole : throw new CelException($"cannot convert '{text}' to int"),
        ("int", [double number]) => (long)number,
        ("int" or "uint", [long whole]) => whole,
        ("double", [long whole]) => (double)whole,
        ("double", [double number]) => number,
        ("double", [string text]) => double.TryParse(text, CultureInfo.InvariantCulture, out double number) ? number : throw new CelException($"cannot convert '{text}' to double"),
        ("dyn", [var value]) => value,
        ("isQuantity", [string text]) => Quantity.TryParse(text, out _),
        _ => throw Unknown(name),
    };

    /// <summary>A function that stands behind the value it is about.</summary>
    public static object? Call(string name, object? target, object?[] arguments)
    {
        try
        {
            return Of(name, target, arguments);
        }
        catch (Exception failure) when (failure is ArgumentException or InvalidCastException or OverflowException or RegexMatchTimeoutException)
        {
            // Values that the function does not take, as an index beyond the text or a pattern that is none.
            throw new CelException($"{name}: {failure.Message}");
        }
    }

    private static object? Of(string name, object? target, object?[] arguments) => (name, target, arguments) switch
    {
        ("size", _, []) => Size(target),
        ("startsWith", string text, [string start]) => text.StartsWith(start, StringComparison.Ordinal),
        ("endsWith", string text, [string end]) => text.EndsWith(end, StringComparison.Ordinal),
        ("contains", string text, [string part]) => text.Contains(part, StringComparison.Ordinal),
        ("matches", string text, [string pattern]) => Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, Patience),
        ("lowerAscii", string text, []) => text.ToLowerInvariant(),
        ("upperAscii", string text, []) => text.ToUpperInvariant(),
        ("trim", string text, []) => text.Trim(),
        ("replace", string text, [string old, string with]) => text.Replace(old, with, StringComparison.Ordinal),
        ("substring", string text, [long start]) => text[checked((int)start)..],
        ("substring", string text, [long start, long end]) => text[checked((int)start)..checked((int)end)],
        ("indexOf", string text, [string part]) => (long)text.IndexOf(part, StringComparison.Ordinal),
        ("split", string text, [string separator]) => text.Split(separator).Select(part => (object?)part).ToList(),
        ("join", List<object?> list, []) => string.Concat(list.Cast<string>()),
        ("join", List<object?> list, [string separator]) => string.Join(separator, list.Cast<string>()),
        ("indexOf", List<object?> list, [var item]) => (long)list.FindIndex(one => CelValue.Same(one, item)),
        ("isSorted", List<object?> list, []) => list.Zip(list.Skip(1)).All(pair => CelValue.Compare(pair.First, pair.Second) <= 0),
        ("sum", List<object?> list, []) => list.Cast<long>().Sum(),
        ("hasValue", CelOptional optional, []) => optional.Present,
        ("value", CelOptional optional, []) => optional.Present ? optional.Value : throw new CelException("optional.none() dereference"),
        ("orValue", CelOptional optional, [var other]) => optional.Present ? optional.Value : other,
        ("or", CelOptional optional, [CelOptional other]) => optional.Present ? optional : other,
        _ => throw Unknown($"{name} of {CelValue.TypeName(target)}"),
    };

    private static long Size(object? value) => value switch
    {
        string text => text.EnumerateRunes().Count(),
        _ => CelValue.Elements(value).LongCount(),
    };

    private static CelException Unknown(string name) => new($"no such overload: {name}") { Unsupported = true };
}
