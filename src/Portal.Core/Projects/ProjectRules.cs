using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>What a project may be called and how its namespace follows from that. Pure.</summary>
public static class ProjectRules
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    private const int NamespaceLimit = 40;

    // Open Data Hub refuses openshift* and kube*; the rest are namespaces that installations already have.
    private static readonly string[] ReservedPrefixes = ["kube", "openshift", "opendatahub", "redhat", "system"];

    /// <summary>Null when the name may be used.</summary>
    public static Refusal? CheckName(string? name)
    {
        var text = name?.Trim() ?? "";
        if (text.Length == 0)
            return new Refusal("project.name_empty", Field: "Name");
        if (text.Length > NameLimit)
            return new Refusal("project.name_long", Field: "Name").With("limit", NameLimit).With("length", text.Length);
        if (text.Any(c => char.IsControl(c) || char.GetUnicodeCategory(c) == UnicodeCategory.Format))
            return new Refusal("project.name_control", Field: "Name");
        var lower = text.ToLowerInvariant();
        return ReservedPrefixes.FirstOrDefault(p => lower == p || lower.StartsWith(p + "-", StringComparison.Ordinal)) is { } prefix
            ? new Refusal("project.name_reserved", Field: "Name").With("prefix", prefix)
            : null;
    }

    /// <summary>
    /// The namespace for a name: <c>ml-</c>, its ASCII letters and digits, and, where anything else was lost,
    /// eight hex digits of the name's SHA-256, so that <c>a.b</c> and <c>a-b</c> stay two namespaces. RFC 1123, at most 40.
    /// </summary>
    public static string NamespaceFor(string name)
    {
        var text = name.Trim();
        var slug = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var plain = slug.ToString().Trim('-');
        if (plain == text && plain.Length <= NamespaceLimit - 3)
            return "ml-" + plain;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
        var head = plain[..Math.Min(plain.Length, NamespaceLimit - 12)].Trim('-');
        return head.Length == 0 ? $"ml-{hash}" : $"ml-{head}-{hash}";
    }
}
