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

    /// <summary>As <see cref="HasJson{T}(PropertyBuilder{T})"/>, of a value that is replaced and never changed in place: compared by its own equality.</summary>
    public static PropertyBuilder<T> HasFixedJson<T>(this PropertyBuilder<T> property) where T : class?
    {
        property.HasConversion(value => Write(value), text => Read<T>(text), new ValueComparer<T>(favorStructuralComparisons: false));
        return property;
    }

    /// <summary>As <see cref="HasJson{T}(PropertyBuilder{T})"/>, of a list of values: compared by theirs, without writing the texts.</summary>
    /// <param name="copy">Makes a copy of a list, and of what is in it where that can be changed.</param>
    public static PropertyBuilder<List<T>> HasJson<T>(this PropertyBuilder<List<T>> property, Func<List<T>, List<T>> copy) where T : IEquatable<T>
    {
        property.HasConversion(
            value => Write(value),
            text => Read<List<T>>(text),
            new ValueComparer<List<T>>((a, b) => ReferenceEquals(a, b) || (a != null && b != null && a.SequenceEqual(b)), value => value.Count, value => copy(value)));
        return property;
    }

    private static string Write<T>(T? value) => JsonSerializer.Serialize(value);

    private static T Read<T>(string text) => JsonSerializer.Deserialize<T>(text)!;
}
