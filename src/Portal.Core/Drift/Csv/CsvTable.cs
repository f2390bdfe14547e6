using System.Text;
using CsvHelper;
using Portal.Core.Results;

namespace Portal.Core.Drift.Csv;

/// <summary>A CSV file that has a usable header and can be read from the start as often as needed, in bounded memory.</summary>
public sealed class CsvTable
{
    /// <summary>At most so many columns.</summary>
    public const int MostColumns = 2000;

    private const int Head = 64 * 1024;
    private const int LargestRow = 4 * 1024 * 1024;
    private readonly Stream _stream;
    private readonly Encoding _encoding;

    private CsvTable(Stream stream, Encoding encoding, string[] headers)
    {
        _stream = stream;
        _encoding = encoding;
        Headers = headers;
    }

    /// <summary>Column names, in order.</summary>
    public IReadOnlyList<string> Headers { get; }

    /// <summary>
    /// Opens a seekable stream: finds encoding and separator and checks the header. The stream stays the caller's.
    /// </summary>
    public static Result<CsvTable> Open(Stream stream)
    {
        var head = new byte[Head];
        stream.Position = 0;
        var read = stream.ReadAtLeast(head, Head, throwOnEndOfStream: false);
        if (read == 0) return CsvRefusals.Empty;
        if (CsvEncoding.Detect(head.AsSpan(0, read)) is not { } encoding) return CsvRefusals.Encoding;

        var table = new CsvTable(stream, encoding, []);
        try
        {
            using var reader = table.Rewind();
            reader.ReadHeader();
            string[] headers = [.. reader.Headers.ToArray().Select(h => h.Trim())];
            if (CheckHeader(headers) is { } refusal) return refusal;
            return reader.Read() ? new CsvTable(stream, encoding, headers) : CsvRefusals.NoRows;
        }
        catch (CsvFormatException)
        {
            return CsvRefusals.Malformed(1);
        }
        catch (DecoderFallbackException)
        {
            return CsvRefusals.Encoding;
        }
    }

    /// <summary>The position of a column, or -1.</summary>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Headers.Count; i++)
        {
            if (Headers[i] == name) return i;
        }

        return -1;
    }

    /// <summary>
    /// Reads every row from the start. <paramref name="row"/> returns null to go on, or the refusal to stop with; its
    /// fields are spans into the read buffer and valid for that call only.
    /// </summary>
    public Result<long> Scan(Func<CsvReader, Refusal?> row, long mostRows = long.MaxValue, CancellationToken ct = default)
    {
        var rows = 0L;
        try
        {
            using var reader = Rewind();
            while (rows < mostRows && reader.Read())
            {
                rows++;
                if (reader.FieldCount != Headers.Count) return CsvRefusals.Ragged(rows + 1, reader.FieldCount, Headers.Count);
                if (row(reader) is { } refusal) return refusal;
                if (rows % 4096 == 0) ct.ThrowIfCancellationRequested();
            }
        }
        catch (CsvFormatException)
        {
            return CsvRefusals.Malformed(rows + 2);
        }
        catch (DecoderFallbackException)
        {
            return CsvRefusals.Encoding;
        }

        return rows;
    }

    private static Refusal? CheckHeader(string[] headers)
    {
        if (headers.Length == 0 || headers is [""]) return CsvRefusals.Empty;
        if (headers.Length > MostColumns) return CsvRefusals.TooManyColumns(headers.Length);
        var blank = Array.IndexOf(headers, "");
        if (blank >= 0) return CsvRefusals.BlankHeader(blank + 1);
        var twice = headers.GroupBy(h => h, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1);
        return twice is null ? null : CsvRefusals.DuplicateHeader(twice.Key);
    }

    private CsvReader Rewind()
    {
        _stream.Position = 0;
        return CsvReader.Create(_stream, new CsvReaderOptions { Encoding = _encoding, MaxRecordSize = LargestRow, IncludeValuesInExceptions = false }, leaveOpen: true);
    }
}
