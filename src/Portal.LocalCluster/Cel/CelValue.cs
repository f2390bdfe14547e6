using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Cel;

/// <summary>What may be there: the value of <c>a.?b</c> and <c>m[?k]</c>.</summary>
internal sealed record CelOptional(bool Present, object? Value)
{
    public static readonly CelOptional None = new(false, null);
}

/// <summary>Values: null, bool, long, double, string, lists, maps (JSON objects as they are) and optionals.</summary>
internal static class CelValue
{
    public static object? From(object? value) => value switch
    {
        JsonArray array => array.Select(From).ToList(),
        JsonValue scalar => Scalar(scalar),
        int whole => (long)whole,
        _ => value,
    };

    /// <summary>True when the map has the key; its value then.</summary>
    public static bool TryField(object? map, object? key, out object? value)
    {
        value = null;
        switch (map)
        {
            case JsonObject json:
                if (key is not string name || !json.TryGetPropertyValue(name, out JsonNode? node)) return false;
                value = From(node);
                return true;
            case IReadOnlyDictionary<object, object?> built:
                return key is not null && built.TryGetValue(key, out value);
            case List<object?> list when key is long index:
                if (index < 0 || index >= list.Count) return false;
                value = list[(int)index];
                return true;
            default:
                throw new CelException(map is List<object?> ? "unsupported index type in list" : $"no such overload: {TypeName(map)} has no fields");
        }
    }

    public static object? Field(object? map, object? key)
    {
        if (map is CelOptional optional) return optional.Present && TryField(optional.Value, key, out object? inner) ? new CelOptional(true, inner) : CelOptional.None;
        if (TryField(map, key, out object? value)) return value;
        throw new CelException(map is List<object?> ? $"index out of bounds: {Show(key)}" : $"no such key: {Show(key)}");
    }

    public static CelOptional OptionalField(object? map, object? key)
    {
        if (map is CelOptional optional)
        {
            if (!optional.Present) return CelOptional.None;
            map = optional.Value;
        }
        return TryField(map, key, out object? value) ? new CelOptional(true, value) : CelOptional.None;
    }

    public static IEnumerable<object?> Elements(object? value) => value switch
    {
        List<object?> list => list,
        JsonObject map => map.Select(pair => (object?)pair.Key),
        IReadOnlyDictionary<object, object?> map => map.Keys,
        _ => throw new CelException($"no such overload: {TypeName(value)} is neither a list nor a map"),
    };

    public static bool Same(object? left, object? right)
    {
        if (left is null || right is null) return left is null && right is null;
        if (left is long or double && right is long or double) return Convert.ToDouble(left, CultureInfo.InvariantCulture).Equals(Convert.ToDouble(right, CultureInfo.InvariantCulture));
        if (left is List<object?> one && right is List<object?> other) return one.Count == other.Count && one.Zip(other).All(pair => Same(pair.First, pair.Second));
        if (left is JsonObject a && right is JsonObject b) return JsonNode.DeepEquals(a, b);
        if (left is CelOptional x && right is CelOptional y) return x.Present == y.Present && Same(x.Value, y.Value);
        if (IsMap(left) && IsMap(right))
        {
            List<object?> keys = [.. Elements(left)];
            return keys.Count == Elements(right).Count() && keys.TrueForAll(key => TryField(right, key, out object? its) && Same(Field(left, key), its));
        }
        return left.Equals(right);
    }

    public static int Compare(object? left, object? right) => (left, right) switch
    {
        (long one, long other) => one.CompareTo(other),
        (long or double, long or double) => Convert.ToDouble(left, CultureInfo.InvariantCulture).CompareTo(Convert.ToDouble(right, CultureInfo.InvariantCulture)),
        (string one, string other) => string.CompareOrdinal(one, other),
        (bool one, bool other) => one.CompareTo(other),
        _ => throw new CelException($"no such overload: {TypeName(left)} and {TypeName(right)} have no order"),
    };

    public static bool IsMap(object? value) => value is JsonObject or IReadOnlyDictionary<object, object?>;

    public static string TypeName(object? value) => value switch
    {
        null => "null_type",
        bool => "bool",
        long => "int",
        double => "double",
        string => "string",
        List<object?> => "list",
        CelOptional => "optional_type",
        _ => "map",
    };

    public static string Show(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        IFormattable plain => plain.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static object? Scalar(JsonValue scalar) => scalar.GetValueKind() switch
    {
        JsonValueKind.String => scalar.AsText(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => scalar.ToJsonString() is var text && long.TryParse(text, CultureInfo.InvariantCulture, out long whole) ? (object)whole : double.Parse(text, CultureInfo.InvariantCulture),
        _ => null,
    };
}
