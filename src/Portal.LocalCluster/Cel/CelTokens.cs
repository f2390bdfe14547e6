using System.Globalization;
using System.Text;

namespace Portal.LocalCluster.Cel;

internal enum TokenKind
{
    End,
    Name,
    Sign,
    Text,
    Whole,
    Real,
}

internal readonly record struct Token(TokenKind Kind, string Text, object? Value = null);

/// <summary>Splits an expression into names, signs and literals.</summary>
internal static class CelTokens
{
    private static readonly string[] Signs = ["&&", "||", "==", "!=", "<=", ">=", ".?", "[?", "?", ":", "<", ">", "+", "-", "*", "/", "%", "!", "(", ")", "[", "]", "{", "}", ".", ","];

    public static List<Token> Of(string source)
    {
        List<Token> tokens = [];
        int at = 0;
        while (true)
        {
            while (at < source.Length && char.IsWhiteSpace(source[at])) at++;
            if (at < source.Length - 1 && source[at] == '/' && source[at + 1] == '/')
            {
                while (at < source.Length && source[at] != '\n') at++;
                continue;
            }
            if (at >= source.Length) break;
            tokens.Add(Next(source, ref at));
        }
        tokens.Add(new Token(TokenKind.End, ""));
        return tokens;
    }

    private static Token Next(string source, ref int at)
    {
        char first = source[at];
        bool raw = first is 'r' or 'R' && at + 1 < source.Length && source[at + 1] is '"' or '\'' && first is 'r' or 'R';
        if (first is '"' or '\'' || raw)
        {
            if (raw) at++;
            return new Token(TokenKind.Text, "", Text(source, ref at, raw));
        }
        if (char.IsAsciiDigit(first)) return Number(source, ref at);
        if (char.IsAsciiLetter(first) || first == '_')
        {
            int start = at;
            while (at < source.Length && (char.IsAsciiLetterOrDigit(source[at]) || source[at] == '_')) at++;
            return new Token(TokenKind.Name, source[start..at]);
        }
        foreach (string sign in Signs)
        {
            if (string.CompareOrdinal(source, at, sign, 0, sign.Length) != 0) continue;
            at += sign.Length;
            return new Token(TokenKind.Sign, sign);
        }
        throw new CelException($"Syntax error: token recognition error at: '{first}'");
    }

    private static Token Number(string source, ref int at)
    {
        int start = at;
        if (source[at] == '0' && at + 1 < source.Length && source[at + 1] is 'x' or 'X')
        {
            at += 2;
            while (at < source.Length && char.IsAsciiHexDigit(source[at])) at++;
            return new Token(TokenKind.Whole, source[start..at], long.Parse(source[(start + 2)..at], NumberStyles.HexNumber, CultureInfo.InvariantCulture));
        }
        while (at < source.Length && (char.IsAsciiDigit(source[at]) || IsFraction(source, at) || IsExponent(source, at))) at++;
        string digits = source[start..at];
        bool whole = digits.All(char.IsAsciiDigit);
        if (at < source.Length && source[at] is 'u' or 'U') at++; // unsigned numbers are counted as the others
        return whole
            ? new Token(TokenKind.Whole, digits, long.Parse(digits, CultureInfo.InvariantCulture))
            : new Token(TokenKind.Real, digits, double.Parse(digits, CultureInfo.InvariantCulture));
    }

    private static bool IsFraction(string source, int at) => source[at] == '.' && at + 1 < source.Length && char.IsAsciiDigit(source[at + 1]);

    private static bool IsExponent(string source, int at) =>
        source[at] is 'e' or 'E' || (source[at] is '+' or '-' && source[at - 1] is 'e' or 'E' && char.IsAsciiDigit(source[at - 2]));

    private static string Text(string source, ref int at, bool raw)
    {
        string quote = string.CompareOrdinal(source, at, new string(source[at], 3), 0, 3) == 0 ? new string(source[at], 3) : source[at].ToString();
        at += quote.Length;
        StringBuilder text = new();
        while (string.CompareOrdinal(source, at, quote, 0, quote.Length) != 0)
        {
            if (at >= source.Length) throw new CelException("Syntax error: a text has no end");
            if (source[at] != '\\' || raw) text.Append(source[at++]);
            else text.Append(Escape(source, ref at));
        }
        at += quote.Length;
        return text.ToString();
    }

    private static string Escape(string source, ref int at)
    {
        char letter = at + 1 < source.Length ? source[at + 1] : throw new CelException("Syntax error: a text has no end");
        at += 2;
        int hex = letter switch { 'x' or 'X' => 2, 'u' => 4, 'U' => 8, _ => 0 };
        if (hex > 0 && at + hex <= source.Length && int.TryParse(source.AsSpan(at, hex), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int code))
        {
            at += hex;
            return char.ConvertFromUtf32(code);
        }
        return letter switch
        {
            'n' => "\n",
            't' => "\t",
            'r' => "\r",
            'a' => "\a",
            'b' => "\b",
            'f' => "\f",
            'v' => "\v",
            '\\' or '"' or '\'' or '`' or '?' => letter.ToString(),
            _ => throw new CelException($"Syntax error: unknown escape \\{letter}"),
        };
    }
}
