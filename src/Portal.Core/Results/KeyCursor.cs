using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Portal.Core.Results;

/// <summary>Opaque cursors: the sort key of the last row shown, so that a page costs the same however far down it is.</summary>
public static class KeyCursor
{
    private const char Mark = 'k';

    /// <summary>The cursor after a row with this key.</summary>
    public static string Of(string key) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(Mark + key));

    /// <inheritdoc cref="Of(string)"/>
    public static string Of(long key) => Of(key.ToString(CultureInfo.InvariantCulture));

    /// <summary>The key in a cursor, or null when there is none or it is not one of ours.</summary>
    public static string? Text(string? cursor)
    {
        if (string.IsNullOrEmpty(cursor) || !Base64Url.IsValid(cursor))
            return null;
        try
        {
            var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Base64Url.DecodeFromChars(cursor));
            return text is [Mark, .. var key] && !TextRules.HasForbidden(key) ? key : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The number in a cursor, or null.</summary>
    public static long? Number(string? cursor) =>
        long.TryParse(Text(cursor), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var key) ? key : null;
}
