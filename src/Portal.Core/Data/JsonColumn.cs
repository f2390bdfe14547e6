using System.Text.Json;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace Portal.Core.Data;

/// <summary>Keeps a small value as JSON text in one column, the same on every provider. Not searched by the database.</summary>
internal static class JsonColumn
{
    /// <summary>Maps the property to JSON text; two values are equal when their texts are.</summary>
    public static PropertyBuilder<T> HasJson<T>(this PropertyBuilder<T> property) where T : class?
    {
        property.HasConversion(
            value => Write(value),
            text => Read<T>(text),
            new ValueComparer<T>(
                (a, b) => Write(a) == Write(b),
                value => Write(value).GetHashCode(StringComparison.Ordinal),
                value => Read<T>(Write(value))));
        return property;
    }

    private static string Write<T>(T? value) => JsonSerializer.Serialize(value);

    private static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text)!;
}
