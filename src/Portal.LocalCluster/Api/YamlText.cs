using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Portal.LocalCluster.Api;

/// <summary>YAML to and from JSON trees, scalars read by YAML's core schema as Kubernetes does.</summary>
internal static partial class YamlText
{
    public static JsonNode? Parse(string text)
    {
        // Nearly every body in this media type is JSON, which is YAML but much faster to read as what it is.
        if (text.AsSpan().TrimStart() is ['{', ..])
        {
            try
            {
                return Storage.ObjectText.Parse(System.Text.Encoding.UTF8.GetBytes(text));
            }
            catch (System.Text.Json.JsonException)
            {
                // A YAML flow mapping: read below.
            }
        }
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Count == 0 ? null : Node(stream.Documents[0].RootNode);
    }

    /// <summary>Every document of a stream, as a file of several objects has them.</summary>
    public static IEnumerable<JsonObject> ParseAll(string text)
    {
        var stream = new YamlStream();
        stream.Load(new StringReader(text));
        return stream.Documents.Select(document => Node(document.RootNode)).OfType<JsonObject>();
    }

    public static string Write(JsonNode tree)
    {
        var stream = new YamlStream(new YamlDocument(Node(tree)));
        using var writer = new StringWriter(CultureInfo.InvariantCulture);
        stream.Save(writer, assignAnchors: false);
        var text = writer.ToString();
        return text.EndsWith("...\n", StringComparison.Ordinal) ? text[..^4] : text;
    }

    private static JsonNode? Node(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value ?? "", Node(pair.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(Node)]),
        YamlScalarNode scalar => Scalar(scalar),
        _ => null,
    };

    private static JsonValue? Scalar(YamlScalarNode scalar)
    {
        var text = scalar.Value ?? "";
        if (scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)) return JsonValue.Create(text);
        return text switch
        {
            "" or "~" or "null" or "Null" or "NULL" => null,
            "true" or "True" or "TRUE" => JsonValue.Create(value: true),
            "false" or "False" or "FALSE" => JsonValue.Create(value: false),
            _ when long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => JsonValue.Create(whole),
            _ when NumberPattern().IsMatch(text) => JsonValue.Create(double.Parse(text, CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(text),
        };
    }

    private static YamlNode Node(JsonNode? node) => node switch
    {
        null => new YamlScalarNode("null"),
        JsonObject map => new YamlMappingNode(map.Select(pair => KeyValuePair.Create<YamlNode, YamlNode>(new YamlScalarNode(pair.Key), Node(pair.Value)))),
        JsonArray list => new YamlSequenceNode(list.Select(Node)),
        JsonValue value when value.GetValueKind() == System.Text.Json.JsonValueKind.String => Quoted(value.GetValue<string>()),
        _ => new YamlScalarNode(node.ToJsonString()),
    };

    private static YamlScalarNode Quoted(string text)
    {
        var plain = new YamlScalarNode(text);
        // What would be read back as something else than a string is quoted.
        var ambiguous = text.Length == 0 || Scalar(new YamlScalarNode(text)) is not { } read || read.GetValueKind() != System.Text.Json.JsonValueKind.String;
        if (ambiguous) plain.Style = ScalarStyle.DoubleQuoted;
        else if (text.Contains('\n', StringComparison.Ordinal)) plain.Style = ScalarStyle.Literal;
        return plain;
    }

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex NumberPattern();
}
