using System.Text;
using Portal.Core.Results;

namespace Portal.Core.Workloads;

/// <summary>Names of what people launch, and of its objects. Pure.</summary>
public static class WorkloadNames
{
    private const int SlugLimit = 18;

    /// <summary>Null when the name may be used; codes are <c>notebook.name_empty</c> and so on.</summary>
    /// <param name="what">Word of the object, the first part of the code.</param>
    public static Refusal? Check(string what, string? name)
    {
        var text = name?.Trim() ?? "";
        if (text.Length == 0)
            return new Refusal($"{what}.name_empty", Field: "Name");
        if (text.Length > WorkloadRow.NameLimit)
            return new Refusal($"{what}.name_long", Field: "Name").With("limit", WorkloadRow.NameLimit).With("length", text.Length);
        return text.Any(char.IsControl) ? new Refusal($"{what}.name_control", Field: "Name") : null;
    }

    /// <summary>
    /// The object name: a prefix, what is ASCII in the name, and the tail of the row's id, so that equal names stay apart.
    /// Matches <c>^[a-z]([-a-z0-9]*[a-z0-9])?$</c> and has at most 30 characters, as notebook controllers ask.
    /// </summary>
    public static string ObjectName(string prefix, string name, Guid id)
    {
        var slug = new StringBuilder();
        foreach (var c in name.Trim())
        {
            if (char.IsAsciiLetterOrDigit(c))
                slug.Append(char.ToLowerInvariant(c));
            else if (slug.Length > 0 && slug[^1] != '-')
                slug.Append('-');
        }
        var middle = slug.ToString(0, Math.Min(slug.Length, SlugLimit)).Trim('-');
        var tail = id.ToString("N")[^7..];
        return middle.Length == 0 ? $"{prefix}-{tail}" : $"{prefix}-{middle}-{tail}";
    }
}
