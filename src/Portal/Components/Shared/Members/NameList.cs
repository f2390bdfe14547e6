namespace Portal.Components.Shared.Members;

/// <summary>Names as people paste them: separated by commas, semicolons, spaces or lines. Pure.</summary>
public static class NameList
{
    private static readonly char[] Separators = ['\n', '\r', ',', ';', '，', '；', '、', ' ', '\t'];

    /// <summary>Each name once, in the order given.</summary>
    public static IReadOnlyList<string> Of(string? text) =>
        [.. (text ?? "").Split(Separators, StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.OrdinalIgnoreCase)];
}
