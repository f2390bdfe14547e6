using System.Text.Json;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>A page of a list, as text until its items are asked for one after the other.</summary>
internal sealed class ListPage
{
    private ReadOnlyMemory<byte> _items;

    /// <summary>The list's resource version.</summary>
    public string Version { get; private set; } = "";

    /// <summary>Asks for the next page; null on the last.</summary>
    public string? Continue { get; private set; }

    /// <summary>Reads what stands around the items.</summary>
    /// <exception cref="JsonException">The text is no object, or breaks off.</exception>
    public static ListPage Of(ReadOnlyMemory<byte> body)
    {
        var page = new ListPage();
        var reader = new Utf8JsonReader(body.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            throw new JsonException("not an object");
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var (isItems, isMetadata) = (reader.ValueTextEquals("items"u8), reader.ValueTextEquals("metadata"u8));
            reader.Read();
            var start = (int)reader.TokenStartIndex;
            if (isMetadata)
            {
                using var metadata = JsonDocument.ParseValue(ref reader);
                page.Version = metadata.RootElement.Text("resourceVersion") ?? "";
                page.Continue = metadata.RootElement.Text("continue");
                continue;
            }
            reader.Skip();
            if (isItems)
                page._items = body[start..(int)reader.BytesConsumed];
        }
        return reader.TokenType == JsonTokenType.EndObject ? page : throw new JsonException("breaks off");
    }

    /// <summary>Gives each item, which is gone when <paramref name="take"/> returns.</summary>
    public void Each(Action<JsonElement> take)
    {
        if (_items.IsEmpty)
            return;
        var reader = new Utf8JsonReader(_items.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray)
            return;
        while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
        {
            using var item = JsonDocument.ParseValue(ref reader);
            take(item.RootElement);
        }
    }
}
