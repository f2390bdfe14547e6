using System.Text.Json;
using Portal.Core.Drift.Csv;

namespace Portal.Core.Monitoring;

/// <summary>
/// Reads the rows of an inference request or answer: the V1 protocol ({"instances": ...} / {"predictions": ...}), the V2
/// protocol ({"inputs": [tensors]} / {"outputs": [tensors]}), or plain rows as an array of objects.
/// </summary>
internal static class InferencePayload
{
    /// <summary>Largest body.</summary>
    public const int MostBytes = 10 << 20;

    /// <summary>Most rows in one body.</summary>
    public const int MostRows = 10_000;

    /// <summary>Rows as cells by column position; a missing key was not in the body. Null when the body is none of these.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<int, JsonElement>>? Read(JsonElement body, OpenReference reference, bool isResponse)
    {
        var wanted = isResponse ? ColumnRole.Prediction : ColumnRole.Feature;
        var columns = new Columns(
            [.. reference.Features.Select((f, i) => (f.Role, i)).Where(p => p.Role == wanted).Select(p => p.i)],
            reference.References.Select((r, i) => (r.Feature, i)).ToDictionary(p => p.Feature, p => p.i, StringComparer.Ordinal));
        var rows = body.ValueKind switch
        {
            JsonValueKind.Array => Rows(body, columns, isResponse),
            JsonValueKind.Object when body.TryGetProperty("instances", out var v) => Rows(v, columns, isResponse),
            JsonValueKind.Object when body.TryGetProperty("predictions", out var v) => Rows(v, columns, isResponse),
            JsonValueKind.Object when body.TryGetProperty("inputs", out var v) => Tensors(v, columns),
            JsonValueKind.Object when body.TryGetProperty("outputs", out var v) => Tensors(v, columns),
            JsonValueKind.Object when body.TryGetProperty("rows", out var v) => Rows(v, columns, isResponse),
            _ => null,
        };
        return rows is { Count: <= MostRows } ? rows : null;
    }

    private static List<Dictionary<int, JsonElement>>? Rows(JsonElement rows, Columns columns, bool isResponse) =>
        rows.ValueKind == JsonValueKind.Array ? [.. rows.EnumerateArray().Select(r => Row(r, columns, isResponse))] : null;

    private static Dictionary<int, JsonElement> Row(JsonElement row, Columns columns, bool isResponse)
    {
        var cells = new Dictionary<int, JsonElement>();
        switch (row.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var property in row.EnumerateObject())
                {
                    if (columns.ByName.TryGetValue(property.Name, out var at)) cells[at] = property.Value.Clone();
                }

                break;
            case JsonValueKind.Array when isResponse && row.GetArrayLength() == 2 && columns.Wanted.Length == 1:
                // Two probabilities: the one of the positive class.
                cells[columns.Wanted[0]] = row[1].Clone();
                break;
            case JsonValueKind.Array:
                foreach (var (cell, i) in row.EnumerateArray().Take(columns.Wanted.Length).Select((c, i) => (c, i))) cells[columns.Wanted[i]] = cell.Clone();
                break;
            default:
                if (columns.Wanted.Length > 0) cells[columns.Wanted[0]] = row.Clone();
                break;
        }

        return cells;
    }

    private static List<Dictionary<int, JsonElement>>? Tensors(JsonElement tensors, Columns columns)
    {
        if (tensors.ValueKind != JsonValueKind.Array) return null;
        var rows = new List<Dictionary<int, JsonElement>>();
        foreach (var (tensor, index) in tensors.EnumerateArray().Select((t, i) => (t, i)))
        {
            if (!tensor.TryGetProperty("data", out var data) || !tensor.TryGetProperty("shape", out var shape)) return null;
            int[] sizes = [.. shape.EnumerateArray().Select(s => s.GetInt32())];
            var values = Flat(data).ToArray();
            var count = sizes.Length == 0 ? 1 : sizes[0];
            if (count is < 0 or > MostRows || (count > 0 && values.Length % count != 0)) return null;
            while (rows.Count < count) rows.Add([]);
            var width = count == 0 ? 0 : values.Length / count;
            var name = tensor.TryGetProperty("name", out var n) ? n.GetString() ?? "" : "";
            for (var i = 0; i < values.Length; i++)
            {
                var at = columns.At(name, index, width, i % width);
                if (at >= 0) rows[i / width][at] = values[i].Clone();
            }
        }

        return rows;
    }

    private static IEnumerable<JsonElement> Flat(JsonElement data) =>
        data.ValueKind == JsonValueKind.Array ? data.EnumerateArray().SelectMany(Flat) : [data];

    private sealed record Columns(int[] Wanted, Dictionary<string, int> ByName)
    {
        // One tensor per column goes by name; a tensor with several columns, or an unknown name, goes by order.
        public int At(string name, int tensor, int width, int column)
        {
            if (width == 1 && ByName.TryGetValue(name, out var at)) return at;
            var position = width == 1 ? tensor : column;
            return position < Wanted.Length ? Wanted[position] : -1;
        }
    }
}
