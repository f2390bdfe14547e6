using System.Security.Cryptography;
using System.Text;
using Portal.Core.Results;

namespace Portal.Core.Projects;

/// <summary>What a project may be called and how its namespace follows from that. Pure.</summary>
public static class ProjectRules
{
    /// <summary>What the namespace of every project begins with.</summary>
    public const string NamespacePrefix = "ml-";

    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest region and cost centre, in characters.</summary>
    public const int CodeLimit = 60;

    /// <summary>Longest description, in characters.</summary>
    public const int DescriptionLimit = 2000;

    /// <summary>Longest reason for freezing, in characters.</summary>
    public const int ReasonLimit = 500;

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
        if (TextRules.HasForbidden(text))
            return new Refusal("project.name_control", Field: "Name");
        var lower = text.ToLowerInvariant();
        return ReservedPrefixes.FirstOrDefault(p => lower == p || lower.StartsWith(p + "-", StringComparison.Ordinal)) is { } prefix
            ? new Refusal("project.name_reserved", Field: "Name").With("prefix", prefix)
            : null;
    }

    /// <summary>Null when everything that a person may fill in can be accepted; otherwise the first refusal, with its field.</summary>
    public static Refusal? Check(ProjectContent content) =>
        CheckName(content.Name)
        ?? (Enum.IsDefined(content.Size) ? null : new Refusal("project.size_unknown", Field: "Size"))
        ?? (Enum.IsDefined(content.DataClass) ? null : new Refusal("project.data_class_unknown", Field: "DataClass"))
        ?? TextRules.Check("Region", content.Region, CodeLimit)
        ?? TextRules.Check("CostCentre", content.CostCentre, CodeLimit)
        ?? TextRules.Check("Description", content.Description, DescriptionLimit, lines: true);

    /// <summary>Null when work may be started in the project; otherwise why it is closed.</summary>
    public static Refusal? CheckOpen(Project project) => project.Intent switch
    {
        ProjectIntent.Archived => new Refusal("project.archived", RefusalKind.Conflict).With("name", project.Name),
        ProjectIntent.Deleted => new Refusal("project.deleting", RefusalKind.Conflict).With("name", project.Name),
        _ => null,
    };

    /// <summary>
    /// The namespace for a name: <c>ml-</c>, its ASCII letters and digits, and, where anything else was lost,
    /// eight hex digits of the name's SHA-256, so that <c>a.b</c> and <c>a-b</c> stay two namespaces. RFC 1123, at most 40.
    /// </summary>
    public static string NamespaceFor(string name)
    {
        var text = name.Trim().Normalize();
        var slug = new StringBuilder();
        foreach (var c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var plain = slug.ToString().Trim('-');
        if (plain == text && plain.Length <= NamespaceLimit - NamespacePrefix.Length)
            return NamespacePrefix + plain;
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..8];
        var head = plain[..Math.Min(plain.Length, NamespaceLimit - 12)].Trim('-');
        return head.Length == 0 ? $"{NamespacePrefix}{hash}" : $"{NamespacePrefix}{head}-{hash}";
    }
}
