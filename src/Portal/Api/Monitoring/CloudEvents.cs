using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Portal.Core.Monitoring;

namespace Portal.Api.Monitoring;

/// <summary>
/// Reads CloudEvents 1.0 over HTTP in all three modes. What cannot be read becomes an event with that body, so that it is
/// counted as unreadable rather than answered with an error that nobody looks at.
/// </summary>
internal static class CloudEvents
{
    public static async Task<IReadOnlyList<InferenceEvent>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        var body = await BodyAsync(request, ct);
        var type = request.ContentType ?? "";
        try
        {
            if (type.StartsWith("application/cloudevents-batch+json", StringComparison.OrdinalIgnoreCase))
            {
                using var batch = JsonDocument.Parse(body);
                return [.. batch.RootElement.EnumerateArray().Select(Structured)];
            }

            if (type.StartsWith("application/cloudevents+json", StringComparison.OrdinalIgnoreCase))
            {
                using var one = JsonDocument.Parse(body);
                return [Structured(one.RootElement)];
            }
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            // Falls through: kept as an event that cannot be read.
        }

        return [Binary(request.Headers, body)];
    }

    private static InferenceEvent Binary(IHeaderDictionary headers, byte[] body)
    {
        var source = string.Join('/', headers["ce-source"], headers["ce-namespace"], headers["ce-inferenceservicename"], headers["ce-component"], headers["ce-endpoint"]);
        var time = Time(headers["ce-time"]) ?? Time(headers["ce-recordedtime"]);
        var id = headers["ce-id"].ToString();
        return new(id.Length > 0 ? id : Guid.NewGuid().ToString(), headers["ce-type"].ToString(), source, time, body);
    }

    private static InferenceEvent Structured(JsonElement e)
    {
        string Text(string name) => e.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        var body = e.TryGetProperty("data_base64", out var encoded) ? encoded.GetBytesFromBase64()
            : e.TryGetProperty("data", out var data) ? Encoding.UTF8.GetBytes(data.GetRawText())
            : [];
        var source = string.Join('/', Text("source"), Text("namespace"), Text("inferenceservicename"), Text("component"), Text("endpoint"));
        return new(Text("id"), Text("type"), source, Time(Text("time")) ?? Time(Text("recordedtime")), body);
    }

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    private static async Task<byte[]> BodyAsync(HttpRequest request, CancellationToken ct)
    {
        var packed = string.Equals(request.Headers.ContentEncoding, "gzip", StringComparison.OrdinalIgnoreCase);
        await using var source = packed ? new GZipStream(request.Body, CompressionMode.Decompress) : request.Body;
        using var copy = new MemoryStream();
        var buffer = new byte[16 * 1024];
        // One byte past the limit is enough for the service to refuse it; a packed bomb is not unpacked further.
        for (int read; copy.Length <= Limit && (read = await source.ReadAsync(buffer, ct)) > 0;) copy.Write(buffer, 0, read);
        return copy.ToArray();
    }

    private const int Limit = 10 << 20;
}
