using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Testing.Schemas;

/// <summary>The formats of schema values, as API servers read them.</summary>
internal static partial class ValueFormats
{
    /// <summary>A Kubernetes quantity such as <c>500m</c>, <c>1.5Gi</c> or <c>2e3</c>.</summary>
    public static bool IsQuantity(string text) => Quantity().IsMatch(text);

    /// <summary>True when the value has the format, or the format says nothing about values of its type.</summary>
    public static bool Fits(string format, JsonValue value)
    {
        var text = value.ToString();
        return value.GetValueKind() switch
        {
            JsonValueKind.Number => format switch
            {
                "int32" => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                "int64" => long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _),
                "uint32" => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
                "uint64" => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _),
                _ => true,
            },
            JsonValueKind.String => format switch
            {
                "byte" => Convert.TryFromBase64String(text, new byte[text.Length], out _),
                "date-time" => DateTime().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out _),
                "date" => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _),
                "duration" => Duration().IsMatch(text),
                "uri" => Uri.TryCreate(text, UriKind.Absolute, out _),
                "ipv4" or "ipv6" => IPAddress.TryParse(text, out _),
                "uuid" => Guid.TryParse(text, out _),
                _ => true,
            },
            _ => true,
        };
    }

    [GeneratedRegex(@"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)(([KMGTPE]i)|[numkMGTPE]|[eE][+-]?[0-9]+)?\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Quantity();

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex DateTime();

    [GeneratedRegex(@"^-?((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h))+\z", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Duration();
}
