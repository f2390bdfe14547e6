using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.LocalCluster.Machinery;

/// <summary>The rules for names, labels and annotations, refused in the real server's words.</summary>
internal static partial class Names
{
    public const string LabelRule =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string SubdomainRule =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string ServiceRule =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric "
        + "character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    private const string QualifiedRule =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
        + "'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string ValueRule =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric "
        + "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const int AnnotationsLimit = 256 * 1024;

    private static readonly HashSet<string> PathNames = ["roles", "rolebindings", "clusterroles", "clusterrolebindings", "events"];

    public static bool IsLabel(string text) => text.Length is > 0 and <= 63 && LabelPattern().IsMatch(text);

    public static void Check(ResourceType type, JsonObject tree, Causes causes)
    {
        var name = tree.Name();
        if (name.Length == 0)
        {
            causes.Required("metadata.name", "name or generateName is required");
            return;
        }
        if (PathNames.Contains(type.Plural) && !type.Custom)
        {
            if (name is "." or ".." || name.Contains('/') || name.Contains('%')) causes.Invalid("metadata.name", name, "may not contain '/' or '%'");
            return;
        }
        var (pattern, rule, longest) = type switch
        {
            { Group: "", Plural: "namespaces" } => (LabelPattern(), LabelRule, 63),
            { Group: "", Plural: "services" } => (ServicePattern(), ServiceRule, 63),
            _ => (SubdomainPattern(), SubdomainRule, 253),
        };
        if (!pattern.IsMatch(name)) causes.Invalid("metadata.name", name, rule);
        if (name.Length > longest) causes.Invalid("metadata.name", name, $"must be no more than {longest} characters");
    }

    public static void CheckLabels(JsonObject? labels, string field, Causes causes)
    {
        foreach (var (key, value) in labels ?? [])
        {
            CheckKey(key, field, causes);
            CheckLabelValue(value.AsText() ?? "", field, causes);
        }
    }

    public static void CheckLabelValue(string text, string field, Causes causes)
    {
        if (text.Length > 63) causes.Invalid(field, text, "must be no more than 63 characters");
        else if (!ValuePattern().IsMatch(text)) causes.Invalid(field, text, ValueRule);
    }

    public static void CheckAnnotations(JsonObject? annotations, Causes causes)
    {
        long size = 0;
        foreach (var (key, value) in annotations ?? [])
        {
            CheckKey(key, "metadata.annotations", causes);
            size += key.Length + (value.AsText()?.Length ?? 0);
        }
        if (size > AnnotationsLimit) causes.TooLong("metadata.annotations", AnnotationsLimit);
    }

    public static void CheckKey(string key, string field, Causes causes)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash >= 0 && !SubdomainPattern().IsMatch(key[..slash])) causes.Invalid(field, key, "prefix part " + SubdomainRule);
        var name = key[(slash + 1)..];
        if (name.Length > 63) causes.Invalid(field, key, "name part must be no more than 63 characters");
        else if (!QualifiedPattern().IsMatch(name)) causes.Invalid(field, key, QualifiedRule);
    }

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex LabelPattern();

    [GeneratedRegex("^[a-z]([-a-z0-9]*[a-z0-9])?\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ServicePattern();

    [GeneratedRegex("^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex SubdomainPattern();

    [GeneratedRegex("^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex QualifiedPattern();

    [GeneratedRegex("^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?\\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex ValuePattern();
}
