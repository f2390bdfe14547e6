using System.Text;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Workloads;

public class LogTailTests
{
    [Theory]
    [InlineData("a\nb\nc\n", 3, "a\nb\nc\n", false)]
    [InlineData("a\nb\nc", 3, "a\nb\nc", false)]
    [InlineData("a\nb\nc\nd\n", 3, "b\nc\nd\n", true)]
    [InlineData("a\nb\nc\nd", 3, "b\nc\nd", true)]
    [InlineData("", 3, "", false)]
    public async Task Read_MoreLinesThanAreShown_SaysThatTheBeginningIsMissing(string log, int lines, string text, bool truncated) =>
        Assert.Equal((text, truncated), await ReadAsync(log, 1000, lines));

    [Theory]
    [InlineData("0123\n56789\n", 8, "56789\n", true)]
    [InlineData("0123\n567\n", 9, "0123\n567\n", false)]
    // A line that is cut within a character of two units leaves none of its halves.
    [InlineData("0123😀56", 3, "56", true)]
    public async Task Read_MoreThanTheLimit_IsItsEnd(string log, int limit, string text, bool truncated) =>
        Assert.Equal((text, truncated), await ReadAsync(log, limit));

    private static Task<(string, bool)> ReadAsync(string log, int limit, int lines = int.MaxValue) =>
        LogTail.ReadAsync(new MemoryStream(Encoding.UTF8.GetBytes(log)), limit, default, lines);
}
