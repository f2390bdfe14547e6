using System.Text;

namespace Portal.Core.Drift.Csv;

/// <summary>
/// Finds the encoding of a text file from its first bytes: a byte order mark, else UTF-8 when it is valid, else UTF-16
/// when every other byte is zero, else GB18030 (which includes GBK) when that is valid.
/// </summary>
public static class CsvEncoding
{
    private static readonly Encoding Utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
    private static readonly Encoding Gb18030 = MakeGb18030();

    /// <summary>The encoding, or null when the bytes are no text.</summary>
    public static Encoding? Detect(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith<byte>([0xEF, 0xBB, 0xBF])) return Encoding.UTF8;
        if (head.StartsWith<byte>([0xFF, 0xFE])) return Encoding.Unicode;
        if (head.StartsWith<byte>([0xFE, 0xFF])) return Encoding.BigEndianUnicode;
        if (Zeros(head, 1) > 0.3 && Zeros(head, 0) < 0.1) return Encoding.Unicode;
        if (Zeros(head, 0) > 0.3 && Zeros(head, 1) < 0.1) return Encoding.BigEndianUnicode;
        if (head.Contains((byte)0)) return null;
        if (IsValid(Utf8, head, 3)) return Encoding.UTF8;
        return IsValid(Gb18030, head, 3) ? Gb18030 : null;
    }

    private static double Zeros(ReadOnlySpan<byte> head, int offset)
    {
        int zeros = 0, looked = 0;
        for (var i = offset; i < head.Length; i += 2, looked++)
        {
            if (head[i] == 0) zeros++;
        }

        return looked == 0 ? 0 : (double)zeros / looked;
    }

    // The head may end inside a character, so up to three of its last bytes may be left out.
    private static bool IsValid(Encoding encoding, ReadOnlySpan<byte> head, int mostCut)
    {
        for (var cut = 0; cut <= Math.Min(mostCut, head.Length); cut++)
        {
            try
            {
                encoding.GetCharCount(head[..^cut]);
                return true;
            }
            catch (DecoderFallbackException)
            {
                // Try again with one byte less.
            }
        }

        return false;
    }

    private static Encoding MakeGb18030()
    {
        Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return Encoding.GetEncoding("GB18030", EncoderFallback.ReplacementFallback, DecoderFallback.ExceptionFallback);
    }
}
