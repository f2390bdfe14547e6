using System.Text;

namespace Portal.Core.Training;

/// <summary>Keeps the end of a log in bounded memory.</summary>
public static class LogTail
{
    /// <summary>The last <paramref name="limit"/> characters, cut at a line, without the characters that no database holds.</summary>
    public static async Task<(string Text, bool Truncated)> ReadAsync(Stream stream, int limit, CancellationToken ct)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        var truncated = false;
        int read;
        while ((read = await reader.ReadAsync(buffer, ct)) > 0)
        {
            text.Append(buffer, 0, read);
            if (text.Length > limit * 2)
            {
                text.Remove(0, text.Length - limit);
                truncated = true;
            }
        }
        if (text.Length > limit)
        {
            text.Remove(0, text.Length - limit);
            truncated = true;
        }
        var kept = text.Replace('\0', ' ').ToString();
        return truncated ? (kept[(kept.IndexOf('\n', StringComparison.Ordinal) + 1)..], true) : (kept, false);
    }
}
