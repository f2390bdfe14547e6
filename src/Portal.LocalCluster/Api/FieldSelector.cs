using System.Text;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Api;

/// <summary>The terms of a field selector: <c>path=value</c>, <c>path==value</c> or <c>path!=value</c>, where <c>\,</c>, <c>\=</c> and <c>\\</c> stand for themselves in values.</summary>
internal static class FieldSelector
{
    private static readonly string[] Operators = ["!=", "==", "="];

    /// <exception cref="ApiException">400, in the words of the real server.</exception>
    public static IReadOnlyList<(string Path, string Value, bool Equal)> Parse(string selector)
    {
        if (selector.Length == 0) return [];
        List<(string, string, bool)> terms = [];
        foreach (var term in Split(selector).Where(term => term.Length > 0))
        {
            var (at, sign) = Operator(term);
            if (sign is null) throw Refusals.BadRequest($"invalid selector: '{selector}'; can't understand '{term}'");
            terms.Add((term[..at], Unescape(term[(at + sign.Length)..]), sign != "!="));
        }
        return terms;
    }

    /// <summary>The one name that a selector asks for: a right to that object is a right to such a list; null when it asks for others too, or cannot be read.</summary>
    public static string? NameIn(string selector)
    {
        if (selector.Length == 0) return null;
        try
        {
            return Parse(selector).FirstOrDefault(term => term is { Path: "metadata.name", Equal: true, Value.Length: > 0 }).Value;
        }
        catch (ApiException)
        {
            return null; // said when the list is asked for, to those who may ask
        }
    }

    private static IEnumerable<string> Split(string selector)
    {
        var (start, escaped) = (0, false);
        for (var i = 0; i < selector.Length; i++)
        {
            if (escaped) escaped = false;
            else if (selector[i] == '\\') escaped = true;
            else if (selector[i] == ',')
            {
                yield return selector[start..i];
                start = i + 1;
            }
        }
        yield return selector[start..];
    }

    private static (int At, string? Sign) Operator(string term)
    {
        for (var i = 0; i < term.Length; i++)
        {
            foreach (var sign in Operators)
            {
                if (string.CompareOrdinal(term, i, sign, 0, sign.Length) == 0) return (i, sign);
            }
        }
        return (-1, null);
    }

    private static string Unescape(string value)
    {
        if (value.AsSpan().IndexOfAny('\\', ',', '=') < 0) return value;
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            if (value[i] == '=') throw Refusals.BadRequest($"invalid field selector: unescaped character in value: {(int)value[i]}");
            if (value[i] == '\\' && (++i == value.Length || value[i] is not ('\\' or ',' or '=')))
                throw Refusals.BadRequest($"invalid field selector: invalid escape sequence: \\{(i < value.Length ? value[i] : "")}");
            text.Append(value[i]);
        }
        return text.ToString();
    }
}
