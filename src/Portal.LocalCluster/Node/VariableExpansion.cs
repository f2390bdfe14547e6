using System.Text;

namespace Portal.LocalCluster.Node;

/// <summary><c>$(NAME)</c> in commands, arguments and values. An unknown name stays as it is written; <c>$$(NAME)</c> is the text <c>$(NAME)</c>.</summary>
public static class VariableExpansion
{
    public static string Expand(string text, IReadOnlyDictionary<string, string> variables)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        StringBuilder result = new(text.Length);
        for (int at = 0; at < text.Length; at++)
        {
            char next = at + 1 < text.Length ? text[at + 1] : '\0';
            if (text[at] != '$' || next is not ('$' or '('))
            {
                result.Append(text[at]);
                continue;
            }
            int end = next == '(' ? text.IndexOf(')', at) : -1;
            if (next == '$')
            {
                result.Append('$');
                at++;
            }
            else if (end > 0)
            {
                result.Append(variables.TryGetValue(text[(at + 2)..end], out string? value) ? value : text[at..(end + 1)]);
                at = end;
            }
            else
            {
                result.Append('$');
            }
        }
        return result.ToString();
    }
}
