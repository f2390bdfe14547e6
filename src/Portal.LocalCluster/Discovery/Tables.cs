using System.Buffers;
using System.Globalization;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Discovery;

/// <summary>Lists as kubectl prints them: columns, and a row of cells for each object.</summary>
internal static class Tables
{
    private const string NameText =
        "Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of "
        + "an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: "
        + "https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names";

    public static JsonObject Of(ResourceType type, IEnumerable<JsonObject> objects, ListPage page, string include, bool withColumns)
    {
        var columns = ColumnsOf(type);
        return new JsonObject
        {
            ["kind"] = "Table",
            ["apiVersion"] = "meta.k8s.io/v1",
            ["metadata"] = page.Metadata(),
            ["columnDefinitions"] = withColumns ? new JsonArray([.. columns.Select(Definition)]) : null,
            ["rows"] = new JsonArray([.. objects.Select(item => Row(columns, item, include))]),
        };
    }

    /// <summary>Row by row, so that a long list is never a tree as a whole.</summary>
    public static void WriteList(IBufferWriter<byte> buffer, ResourceType type, ListPage page, string include)
    {
        var columns = ColumnsOf(type);
        buffer.Write("{\"kind\":\"Table\",\"apiVersion\":\"meta.k8s.io/v1\",\"metadata\":"u8);
        buffer.Write(ObjectText.Write(page.Metadata()));
        buffer.Write(",\"columnDefinitions\":"u8);
        buffer.Write(ObjectText.Write(new JsonArray([.. columns.Select(Definition)])));
        buffer.Write(",\"rows\":["u8);
        var first = true;
        foreach (var stored in page.Items)
        {
            if (!first) buffer.Write(","u8);
            first = false;
            buffer.Write(ObjectText.Write(Row(columns, Served.Tree(type, stored), include)));
        }
        buffer.Write("]}"u8);
    }

    /// <summary>The short form of a duration as kubectl prints it: <c>45s</c>, <c>3m20s</c>, <c>5h</c>, <c>12d</c>.</summary>
    public static string Duration(TimeSpan span)
    {
        string Text(long a, string unit, long b = 0, string lesser = "") =>
            string.Create(CultureInfo.InvariantCulture, $"{a}{unit}") + (b > 0 ? string.Create(CultureInfo.InvariantCulture, $"{b}{lesser}") : "");

        var seconds = (long)span.TotalSeconds;
        return seconds switch
        {
            < 0 => "0s",
            < 120 => Text(seconds, "s"),
            < 600 => Text(seconds / 60, "m", seconds % 60, "s"),
            < 10_800 => Text(seconds / 60, "m"),
            < 28_800 => Text(seconds / 3600, "h", seconds / 60 % 60, "m"),
            < 172_800 => Text(seconds / 3600, "h"),
            < 691_200 => Text(seconds / 86_400, "d", seconds / 3600 % 24, "h"),
            < 63_072_000 => Text(seconds / 86_400, "d"),
            _ => Text(seconds / 31_536_000, "y", seconds / 86_400 % 365, "d"),
        };
    }

    public static string Age(string? time) =>
        DateTimeOffset.TryParse(time, CultureInfo.InvariantCulture, out var moment) ? Duration(DateTimeOffset.UtcNow - moment) : "<unknown>";

    private static IReadOnlyList<Column> ColumnsOf(ResourceType type)
    {
        if (BuiltinColumns.Of(type) is { } columns) return columns;
        var own = type.Columns.Count > 0
            ? type.Columns.Select(column => new Column(column.Name, item => JsonPaths.Cell(item, column), column.Priority)
            {
                Type = column.Type,
                Format = column.Format,
                Description = column.Description.Length > 0 ? column.Description : $"Custom resource definition column (in JSONPath format): {column.Path}",
            })
            : [BuiltinColumns.AgeColumn with { Type = type.Custom ? "date" : "string" }];
        return [BuiltinColumns.NameColumn, .. own];
    }

    private static JsonObject Definition(Column column) => new()
    {
        ["name"] = column.Name,
        ["type"] = column.Type,
        ["format"] = column.Format,
        ["description"] = column.Name == "Name" ? NameText : column.Description,
        ["priority"] = column.Priority,
    };

    private static JsonObject Row(IReadOnlyList<Column> columns, JsonObject item, string include)
    {
        var row = new JsonObject { ["cells"] = new JsonArray([.. columns.Select(column => Own(column.Cell(item)))]) };
        row["object"] = include switch { "None" => null, "Object" => item.DeepClone(), _ => Served.PartialMetadata(item) };
        return row;
    }

    private static JsonNode? Own(JsonNode? cell) => cell?.Parent is null ? cell : cell.DeepClone();
}

internal sealed record Column(string Name, Func<JsonObject, JsonNode?> Cell, int Priority = 0)
{
    public string Type { get; init; } = "string";

    public string Format { get; init; } = "";

    public string Description { get; init; } = "";
}
