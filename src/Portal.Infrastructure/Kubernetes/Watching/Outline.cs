using System.Runtime.InteropServices;
using System.Text.Json;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>Copies what is of use of an object. In an array it applies to each item.</summary>
/// <param name="leftOut">Fields that are not copied.</param>
/// <param name="within">Outlines of fields that are copied in part.</param>
/// <param name="keeps">Where given: which items of an array, or fields of an object, are copied; those whole.</param>
internal sealed class Outline(string[] leftOut, (string Field, Outline Of)[]? within = null, Func<JsonElement, bool>? keeps = null)
{
    private readonly byte[][] _leftOut = [.. leftOut.Select(System.Text.Encoding.UTF8.GetBytes)];
    private readonly (byte[] Field, Outline Of)[] _within = [.. (within ?? []).Select(w => (System.Text.Encoding.UTF8.GetBytes(w.Field), w.Of))];

    /// <summary>Writes the outline of a value.</summary>
    public void Write(JsonElement value, Utf8JsonWriter to)
    {
        if (value.ValueKind == JsonValueKind.Object)
            WriteObject(value, to);
        else if (value.ValueKind == JsonValueKind.Array)
            WriteArray(value, to);
        else
            value.WriteTo(to);
    }

    /// <summary>Writes the fields of an object without its braces.</summary>
    public void WriteFields(JsonElement value, Utf8JsonWriter to)
    {
        foreach (var field in value.EnumerateObject())
        {
            var name = JsonMarshal.GetRawUtf8PropertyName(field);
            if (LeavesOut(name) || keeps?.Invoke(field.Value) == false)
                continue;
            if (name.Contains((byte)'\\'))
                to.WritePropertyName(field.Name);
            else
                to.WritePropertyName(name);
            if (Within(name) is { } below)
                below.Write(field.Value, to);
            else
                field.Value.WriteTo(to);
        }
    }

    private void WriteObject(JsonElement value, Utf8JsonWriter to)
    {
        to.WriteStartObject();
        WriteFields(value, to);
        to.WriteEndObject();
    }

    private void WriteArray(JsonElement value, Utf8JsonWriter to)
    {
        to.WriteStartArray();
        foreach (var item in value.EnumerateArray())
        {
            if (keeps is null)
                Write(item, to);
            else if (keeps(item))
                item.WriteTo(to);
        }
        to.WriteEndArray();
    }

    private bool LeavesOut(ReadOnlySpan<byte> name)
    {
        foreach (var field in _leftOut)
        {
            if (name.SequenceEqual(field))
                return true;
        }
        return false;
    }

    private Outline? Within(ReadOnlySpan<byte> name)
    {
        foreach (var (field, of) in _within)
        {
            if (name.SequenceEqual(field))
                return of;
        }
        return null;
    }
}
