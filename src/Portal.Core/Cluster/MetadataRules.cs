using System.Text;
using System.Text.RegularExpressions;
using Portal.Core.Results;

namespace Portal.Core.Cluster;

/// <summary>
/// What may stand in the labels and annotations of an object, as API servers check it. Every key and value that the portal
/// writes passes here: keys are the portal's own words, what people typed is a value and nothing else. Pure.
/// </summary>
public static partial class MetadataRules
{
    /// <summary>Longest label value and longest name part of a key, in characters.</summary>
    public const int NameLimit = 63;

    /// <summary>Longest prefix of a key, in characters.</summary>
    public const int PrefixLimit = 253;

    /// <summary>Longest text of a person in an annotation, in characters; all annotations of an object may have 256 KiB.</summary>
    public const int TextLimit = 16 * 1024;

    // Meaning belongs to those who own these domains: a label there can turn a safeguard off or hand an object to another tool.
    private static readonly string[] ReservedDomains =
    [
        "kubernetes.io", "k8s.io", "openshift.io", "opendatahub.io", "kubeflow.org", "kserve.io", "kueue.x-k8s.io", "x-k8s.io",
        "istio.io", "argoproj.io", "helm.sh", "strimzi.io", "tekton.dev", "ray.io", "cert-manager.io", "sigstore.dev", "kyverno.io",
        "mlops-portal",
    ];

    // Bare keys that controllers of ours or of others act on.
    private static readonly string[] ReservedNames = ["app", "kueue-managed", "modelmesh-enabled", "kubeflow-resource-stopped"];

    /// <summary>True for a qualified name: an optional DNS prefix and a slash, then a name.</summary>
    public static bool IsKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = slash < 0 ? key : key[(slash + 1)..];
        return IsName(name) && (slash < 0 || (slash is > 0 and <= PrefixLimit && Prefix().IsMatch(key.AsSpan(0, slash))));
    }

    /// <summary>True for the value of a label; it may be empty, and is null only where a caller sent none.</summary>
    public static bool IsLabelValue(string? value) => value is not null && (value.Length == 0 || IsName(value));

    /// <summary>True for a key whose meaning is not for people to set.</summary>
    public static bool IsReserved(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0)
            return ReservedNames.Contains(key, StringComparer.OrdinalIgnoreCase);
        var prefix = key[..slash].ToLowerInvariant();
        return Array.Exists(ReservedDomains, d => prefix == d || prefix.EndsWith("." + d, StringComparison.Ordinal));
    }

    /// <summary>Null when a person may set this label on something of theirs.</summary>
    /// <param name="field">The form field, for the refusal.</param>
    /// <returns><c>label.key</c>, <c>label.reserved</c> or <c>label.value</c>.</returns>
    public static Refusal? CheckLabel(string field, string key, string? value)
    {
        if (!IsKey(key))
            return new Refusal("label.key", Field: field).With("key", key);
        if (IsReserved(key))
            return new Refusal("label.reserved", Field: field).With("key", key);
        return IsLabelValue(value) ? null : new Refusal("label.value", Field: field).With("key", key).With("value", value);
    }

    /// <summary>
    /// What a person wrote, as the value of an annotation: line ends and tabs stay, other control and invisible formatting
    /// characters go (they would show in a terminal or reorder a line), and what is too long is cut between characters.
    /// </summary>
    public static string Text(string? text)
    {
        if (string.IsNullOrEmpty(text))
            return "";
        if (text.Length <= TextLimit && !TextRules.HasForbidden(text, lines: true))
            return text;
        var kept = new StringBuilder(Math.Min(text.Length, TextLimit));
        foreach (var rune in text.EnumerateRunes())
        {
            if (kept.Length + rune.Utf16SequenceLength > TextLimit)
                break;
            // Half a surrogate pair is enumerated as the replacement character.
            var shown = rune.ToString();
            if (rune.Value != 0xFFFD && !TextRules.HasForbidden(shown, lines: true))
                kept.Append(shown);
        }
        return kept.ToString();
    }

    private static bool IsName(string name) => name.Length is > 0 and <= NameLimit && Name().IsMatch(name);

    [GeneratedRegex(@"^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Name();

    [GeneratedRegex(@"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Prefix();
}
