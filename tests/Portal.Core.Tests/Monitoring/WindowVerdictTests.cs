using Portal.Core.Drift.Csv;
using Portal.Core.Drift.Policy;
using Portal.Core.Monitoring;

namespace Portal.Core.Tests.Monitoring;

public class WindowVerdictTests
{
    [Theory]
    [InlineData("NNN", false)]
    [InlineData("NDN", false)]
    [InlineData("DND", true)]
    [InlineData("DDN", true)]
    [InlineData("DDNN", true)]
    [InlineData("DDNNN", false)]
    [InlineData("DDWNW", false)]
    [InlineData("DIID", true)]
    public void Alert_StartsAtTwoOfThreeAndEndsAfterThreeClean(string windows, bool expected) =>
        Assert.Equal(expected, WindowVerdict.IsAlert(windows.Select(Level)));

    [Fact]
    public void Verdict_HalfOfTheFeatures_IsDrift() => Assert.Equal(DriftLevel.Drift, Of(("a", 'D'), ("b", 'N')));

    [Fact]
    public void Verdict_FewFeatures_Warns() => Assert.Equal(DriftLevel.Warn, Of(("a", 'D'), ("b", 'N'), ("c", 'N')));

    [Fact]
    public void Verdict_NothingTested_IsInsufficient() => Assert.Equal(DriftLevel.Insufficient, Of(("a", 'I'), ("b", 'I')));

    [Theory]
    [InlineData(ColumnRole.Prediction, false)]
    [InlineData(ColumnRole.Feature, true)]
    public void Verdict_PredictionOrCriticalFeature_DecidesAlone(ColumnRole role, bool critical)
    {
        var quiet = Enumerable.Range(0, 9).Select(i => (Decision($"f{i}", 'N'), ColumnRole.Feature, false));
        Assert.Equal(DriftLevel.Drift, WindowVerdict.Of([.. quiet, (Decision("x", 'D'), role, critical)]));
    }

    private static DriftLevel Of(params (string Name, char Level)[] features) =>
        WindowVerdict.Of([.. features.Select(f => (Decision(f.Name, f.Level), ColumnRole.Feature, false))]);

    private static FeatureDecision Decision(string name, char level) => new(name, Level(level), [], null, true);

    private static DriftLevel Level(char code) => code switch
    {
        'D' => DriftLevel.Drift,
        'W' => DriftLevel.Warn,
        'I' => DriftLevel.Insufficient,
        _ => DriftLevel.None,
    };
}
