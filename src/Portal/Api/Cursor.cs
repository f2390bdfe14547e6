using System.Buffers.Text;
using System.Globalization;
using System.Text;
using Portal.Core.Results;

namespace Portal.Api;

/// <summary>
/// Opaque cursors of API lists. Services that know a better one put it into <see cref="Page{T}.Next"/>;
/// for the rest the cursor is the number of rows already given.
/// </summary>
public static class Cursor
{
    /// <summary>The query that continues after <paramref name="cursor"/>, or null for one that was never given out.</summary>
    public static ListQuery? Continue(ListQuery query, string? cursor)
    {
        if (string.IsNullOrEmpty(cursor) || KeyCursor.Text(cursor) is not null)
            return query;
        Span<byte> bytes = stackalloc byte[32];
        return cursor.Length <= 40 && Base64Url.TryDecodeFromChars(cursor, bytes, out var length)
            && Encoding.ASCII.GetString(bytes[..length]) is ['r', .. var digits]
            && int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var skip)
            ? query with { Skip = skip, Cursor = null } : null;
    }

    /// <summary>The page with the cursor of the next one.</summary>
    public static ApiPage<T> Page<T>(Page<T> page, ListQuery query)
    {
        var given = query.Skip + page.Items.Count;
        var more = page.Total is { } total ? given < total : page.Items.Count == query.Limit;
        return new ApiPage<T>(page.Items, page.Next ?? (more ? Base64Url.EncodeToString(Encoding.ASCII.GetBytes($"r{given}")) : null));
    }
}

/// <summary>A page of a list.</summary>
/// <param name="Items">The rows.</param>
/// <param name="Next">Send it as <c>cursor</c> for the next page; null at the end.</param>
public sealed record ApiPage<T>(IReadOnlyList<T> Items, string? Next);
