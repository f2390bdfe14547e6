using System.Text;

namespace Portal.Core.Workloads;

/// <summary>Keeps the end of a log in bounded memory.</summary>
public static class LogTail
{
    /// <summary>The last <paramref name="limit"/> characters, cut at a line, without the characters that no database holds.</summary>
    /// <param name="lines">Lines that are shown of a stream that may hold one more: if it does, the log begins above it.</param>
    public static async Task<(string Text, bool Truncated)> ReadAsync(Stream stream, int limit, CancellationToken ct, int lines = int.MaxValue)
    {
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var text = new StringBuilder();
        var buffer = new char[16 * 1024];
        var truncated = false;
        var (ended, last) = (0, '\n');
        int read;
        while ((read = await reader.ReadAsync(buffer, ct)) > 0)
        {
            text.Append(buffer, 0, read);
            ended += buffer.AsSpan(0, read).Count('\n');
            last = buffer[read - 1];
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
        truncated |= ended + (last == '\n' ? 0 : 1) > lines;
        var kept = text.Replace('\0', ' ').ToString();
        if (!truncated)
            return (kept, false);
        var start = kept.IndexOf('\n', StringComparison.Ordinal) + 1;
        // One endless line may be cut within a character.
        return (kept[(start == 0 && char.IsLowSurrogate(kept[0]) ? 1 : start)..], true);
    }
}
