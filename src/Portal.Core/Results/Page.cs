namespace Portal.Core.Results;

/// <summary>One page of a list that the database pages.</summary>
/// <param name="Items">The rows, in the order asked for.</param>
/// <param name="Total">How many rows match in all, or null where counting would cost more than the page.</param>
/// <param name="Next">Opaque cursor of the next page, or null at the end.</param>
public sealed record Page<T>(IReadOnlyList<T> Items, int? Total = null, string? Next = null);

/// <summary>What a page of a list asks for.</summary>
/// <param name="Search">Free text, or null.</param>
/// <param name="Skip">Rows to skip; grids use it.</param>
/// <param name="Take">Rows wanted, 1 to 200.</param>
/// <param name="Sort">Property to order by, or null for the list's own order.</param>
/// <param name="Descending">Largest first.</param>
/// <param name="Cursor">Cursor from <see cref="Page{T}.Next"/>; the API uses it in place of <paramref name="Skip"/>.</param>
public sealed record ListQuery(
    string? Search = null, int Skip = 0, int Take = 25, string? Sort = null, bool Descending = false, string? Cursor = null)
{
    /// <summary>Rows to return, kept within bounds.</summary>
    public int Limit => Math.Clamp(Take, 1, 200);
}
