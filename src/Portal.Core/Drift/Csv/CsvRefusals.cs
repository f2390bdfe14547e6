using Portal.Core.Results;

namespace Portal.Core.Drift.Csv;

/// <summary>Why a CSV file cannot be taken. Every bad file is one of these, never an exception.</summary>
public static class CsvRefusals
{
    /// <summary>The file has no bytes, or only blank lines.</summary>
    public static Refusal Empty => new("csv.empty", Field: "File");

    /// <summary>There is a header and no row below it.</summary>
    public static Refusal NoRows => new("csv.no_rows", Field: "File");

    /// <summary>The bytes are no text in a known encoding.</summary>
    public static Refusal Encoding => new("csv.encoding", Field: "File");

    /// <summary>More columns than a report can hold.</summary>
    public static Refusal TooManyColumns(int columns) =>
        new Refusal("csv.too_many_columns", Field: "File").With("columns", columns).With("limit", CsvTable.MostColumns);

    /// <summary>Two columns have one name.</summary>
    public static Refusal DuplicateHeader(string name) => new Refusal("csv.duplicate_header", Field: "File").With("name", name);

    /// <summary>A column has no name.</summary>
    public static Refusal BlankHeader(int position) => new Refusal("csv.blank_header", Field: "File").With("position", position);

    /// <summary>A row has more or fewer fields than the header.</summary>
    public static Refusal Ragged(long row, int found, int expected) =>
        new Refusal("csv.ragged", Field: "File").With("row", row).With("found", found).With("expected", expected);

    /// <summary>A row that cannot be read, such as one with a quote that is never closed.</summary>
    public static Refusal Malformed(long row) => new Refusal("csv.malformed", Field: "File").With("row", row);

    /// <summary>Columns that the reference has and the file has not.</summary>
    public static Refusal MissingColumns(IReadOnlyCollection<string> names) => new Refusal("csv.columns_missing", Field: "File")
        .With("count", names.Count).With("names", string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", …" : ""));

    /// <summary>A row whose time cannot be read.</summary>
    public static Refusal BadTime(long row, string column) =>
        new Refusal("csv.time_unreadable", Field: "File").With("row", row).With("column", column);

    /// <summary>The times spread over more windows than one upload may make.</summary>
    public static Refusal TooManyWindows(int limit) => new Refusal("csv.too_many_windows", Field: "File").With("limit", limit);

    /// <summary>No column can be monitored.</summary>
    public static Refusal NoFeatures => new("csv.no_features", Field: "File");
}
