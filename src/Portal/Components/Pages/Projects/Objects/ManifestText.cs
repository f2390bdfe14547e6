using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Portal.Components.Pages.Projects.Objects;

/// <summary>A manifest as YAML, to be read by people. Pure. Texts that YAML could misread are quoted as JSON, which YAML contains.</summary>
public static partial class ManifestText
{
    private static readonly string[] NotTexts = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];

    /// <summary>The text, with a line end at its end.</summary>
    public static string Yaml(JsonObject manifest)
    {
        var text = new StringBuilder();
        Properties(text, manifest, "");
        return text.ToString();
    }

    private static void Properties(StringBuilder text, JsonObject value, string indent, bool first = false)
    {
        foreach (var (name, child) in value)
        {
            text.Append(first ? "" : indent).Append(Scalar(name)).Append(':');
            first = false;
            Child(text, child, indent, inArray: false);
        }
    }

    private static void Child(StringBuilder text, JsonNode? child, string indent, bool inArray)
    {
        switch (child)
        {
            case JsonObject { Count: > 0 } map when inArray:
                text.Append(' ');
                Properties(text, map, indent + "  ", first: true);
                break;
            case JsonObject { Count: > 0 } map:
                text.Append('\n');
                Properties(text, map, indent + "  ");
                break;
            case JsonArray { Count: > 0 } list:
                text.Append('\n');
                foreach (var item in list)
                {
                    text.Append(indent).Append('-');
                    Child(text, item, indent, inArray: true);
                }
                break;
            default:
                text.Append(' ').Append(Leaf(child)).Append('\n');
                break;
        }
    }

    private static string Leaf(JsonNode? node) => node switch
    {
        null => "null",
        JsonObject => "{}",
        JsonArray => "[]",
        _ when node.GetValueKind() == JsonValueKind.String => Scalar(node.GetValue<string>()),
        _ => Convert.ToString(node.ToJsonString(), CultureInfo.InvariantCulture),
    };

    private static string Scalar(string value) =>
        Plain().IsMatch(value) && !NotTexts.Contains(value, StringComparer.OrdinalIgnoreCase) ? value : JsonSerializer.Serialize(value, Readable);

    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [GeneratedRegex("^[A-Za-z/][A-Za-z0-9_./-]*$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Plain();
}
