namespace Portal.Architecture.Tests;

/// <summary>Files that fit into a head.</summary>
public class SizeTests
{
    private const int FileLimit = 500;
    private const int RazorLimit = 150;

    [Fact]
    public void Files_AreNotTooLong()
    {
        var files = SourceFiles.Of("src").Concat(SourceFiles.Of("tests")).ToList();

        Assert.Empty(TooLong(files));
    }

    [Fact]
    public void Files_MostAreShort()
    {
        var lines = SourceFiles.Of("src").Select(f => f.Lines).Order().ToList();

        Assert.InRange(lines[lines.Count / 2], 1, 60);
        Assert.InRange(lines[lines.Count * 9 / 10], 1, 200);
    }

    [Fact]
    public void TooLongFile_IsFound() => Assert.Equal(
        ["a.razor", "b.cs"],
        TooLong([new("a.razor", new string('\n', 151)), new("b.cs", new string('\n', 501)), new("c.cs", new string('\n', 500))]));

    private static IEnumerable<string> TooLong(IEnumerable<SourceFile> files) => files
        .Where(f => f.Lines > (f.Path.EndsWith(".razor", StringComparison.Ordinal) ? RazorLimit : FileLimit)).Select(f => f.Path);
}
