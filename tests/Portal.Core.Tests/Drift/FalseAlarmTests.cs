using Portal.Core.Drift.Policy;
using Portal.Core.Drift.Reports;

namespace Portal.Core.Tests.Drift;

public class FalseAlarmTests
{
    private const int Reports = 20;
    private const int Features = 20;

    [Fact]
    public void UndriftedReports_OfAHundredRows_AlarmInAtMostThreeOfTwenty() => Assert.InRange(Alarms(100), 0, 3);

    [Fact]
    public void UndriftedReports_OfAThousandRows_NeverAlarm() => Assert.Equal(0, Alarms(1000));

    [Fact]
    public void HalfADeviation_InAThousandRows_IsFoundEveryTime()
    {
        for (var seed = 0; seed < Reports; seed++)
        {
            var random = new Random(seed);
            var drift = NumericComparison.Compare("x", Samples.Normal(random, 10_000), Samples.Normal(random, 1000, 0.5), exactCells: 0);
            Assert.Equal(DriftLevel.Drift, DriftPolicy.Decide([drift])[0].Level);
        }
    }

    private static int Alarms(int rows) => Enumerable.Range(0, Reports).Count(seed =>
    {
        var random = new Random(1000 + seed);
        var report = Enumerable.Range(0, Features).Select(i => NumericComparison.Compare(
            $"f{i}", Samples.OfShape(random, i % 5, 10_000), Samples.OfShape(random, i % 5, rows), exactCells: 0));
        return DriftPolicy.Decide([.. report]).Any(d => d.Level == DriftLevel.Drift);
    });
}
