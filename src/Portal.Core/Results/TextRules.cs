using System.Globalization;

namespace Portal.Core.Results;

/// <summary>What any text that people type has to be like. Pure.</summary>
public static class TextRules
{
    /// <summary>Null when the text may be stored: no control or invisible formatting characters, within its limit.</summary>
    /// <param name="field">The form field, for the refusal.</param>
    /// <param name="limit">Longest text, in UTF-16 units.</param>
    /// <param name="lines">True for texts of several lines, which may hold line ends and tabs.</param>
    /// <returns><c>text.long</c> or <c>text.control</c>.</returns>
    public static Refusal? Check(string field, string? text, int limit, bool lines = false)
    {
        if (text is null)
            return null;
        if (text.Length > limit)
            return new Refusal("text.long", Field: field).With("limit", limit).With("length", text.Length);
        return HasForbidden(text, lines) ? new Refusal("text.control", Field: field) : null;
    }

    /// <summary>Like <see cref="Check"/>, and not empty.</summary>
    /// <returns>Also <c>text.empty</c>.</returns>
    public static Refusal? CheckRequired(string field, string? text, int limit) =>
        string.IsNullOrWhiteSpace(text) ? new Refusal("text.empty", Field: field) : Check(field, text, limit);

    /// <summary>What a search box holds as the term to look for, lower case; null when there is nothing to search for.</summary>
    public static string? SearchTerm(string? search) =>
        string.IsNullOrWhiteSpace(search) || search.Length > 200 || HasForbidden(search.Trim()) ? null : search.Trim().ToLowerInvariant();

    /// <summary>True for control characters, invisible formatting and halves of surrogate pairs.</summary>
    public static bool HasForbidden(string text, bool lines = false)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (lines && c is ('\n' or '\r' or '\t'))
                continue;
            if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
                continue;
            }
            if (char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Surrogate or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator)
            {
                return true;
            }
        }
        return false;
    }
}
