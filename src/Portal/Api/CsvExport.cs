using System.Globalization;
using System.Text;

namespace Portal.Api;

/// <summary>A list as CSV (RFC 4180, UTF-8 with a byte order mark so that spreadsheets read it right), written row by row.</summary>
public static class CsvExport
{
    /// <summary>Sends the rows as a download.</summary>
    /// <param name="file">Name without extension.</param>
    public static IResult Of<T>(string file, IReadOnlyList<string> columns, IAsyncEnumerable<T> rows, Func<T, IReadOnlyList<object?>> cells) =>
        Results.Stream(
            async stream =>
            {
                await using var writer = new StreamWriter(stream, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
                await writer.WriteAsync(string.Join(',', columns.Select(Quote)) + "\r\n");
                await foreach (var row in rows)
                    await writer.WriteAsync(string.Join(',', cells(row).Select(Cell)) + "\r\n");
            },
            "text/csv; charset=utf-8", file + ".csv");

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Quote(Harmless(text)),
        DateTimeOffset at => at.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture),
        IFormattable other => Quote(other.ToString(null, CultureInfo.InvariantCulture)),
        _ => Quote(Harmless(value.ToString() ?? "")),
    };

    // A spreadsheet runs a cell that begins like a formula; the apostrophe makes it text.
    private static string Harmless(string text) => text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text;

    private static string Quote(string text) =>
        text.AsSpan().IndexOfAny("\",\r\n") < 0 ? text : $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
