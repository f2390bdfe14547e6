namespace Portal.Architecture.Tests;

/// <summary>Fields of forms.</summary>
public class FieldTests
{
    // With it the library judges the field itself: in English only, and its verdict wipes out the page's own sentence.
    private const string OwnJudgement = " Required=\"true\"";

    [Fact]
    public void Fields_LeaveTheirJudgementToThePage() =>
        Assert.Empty(SourceFiles.Of("src").Where(f => f.Path.EndsWith(".razor", StringComparison.Ordinal) && f.Text.Contains(OwnJudgement, StringComparison.Ordinal)).Select(f => f.Path));
}
