using Microsoft.EntityFrameworkCore;
using Portal.Core.Results;

namespace Portal.Core.Data;

/// <summary>How many rows a list has in all, as far as it costs no more than a page of it.</summary>
internal static class PageCount
{
    /// <summary>Beyond so many rows nobody goes to the last page, and counting would grow with the table.</summary>
    private const int Limit = 1000;

    /// <summary>The number of rows, or null where there are too many to count them for each page.</summary>
    /// <param name="rows">All rows that match.</param>
    /// <param name="read">Rows that were read from <see cref="ListQuery.Skip"/> on, one more than asked for where there are more.</param>
    public static async Task<int?> TotalAsync<T>(this IQueryable<T> rows, ListQuery query, int read, CancellationToken ct)
    {
        if (query.Cursor is not null)
            return null;
        if (read <= query.Limit && (read > 0 || query.Skip == 0))
            return query.Skip + read;
        // Text inside of names is found by reading them all.
        if (!string.IsNullOrWhiteSpace(query.Search))
            return null;
        var counted = await rows.Take(Limit + 1).CountAsync(ct);
        return counted > Limit ? null : counted;
    }
}
