using Portal.Core.Access;
using Portal.Core.Quotas;

namespace Portal.Core.Tests.Quotas;

public class QuotaRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("0", "quota.amount_positive")]
    [InlineData("-1", "quota.amount_positive")]
    [InlineData("0.5", "quota.amount_fraction")]
    [InlineData("8.25", "quota.amount_fraction")]
    [InlineData("65", "quota.amount_beyond_pool")]
    [InlineData("1000000000", "quota.amount_beyond_pool")]
    [InlineData("79228162514264337593543950335", "quota.amount_beyond_pool")]
    [InlineData("64", null)]
    [InlineData("1", null)]
    [InlineData("8.0", null)]
    public void CheckAmount_Amount_IsRefusedWithCode(string amount, string? code) => Assert.Equal(
        code, QuotaRules.CheckAmount(decimal.Parse(amount, System.Globalization.CultureInfo.InvariantCulture), 64)?.Code);

    [Theory]
    [InlineData(0, 0, "quota.dates_order")]
    [InlineData(5, 2, "quota.dates_order")]
    [InlineData(-3, 10, "quota.from_past")]
    [InlineData(-0.5, -0.25, "quota.until_past")]
    [InlineData(400, 410, "quota.from_far")]
    [InlineData(0, 367, "quota.period_long")]
    [InlineData(-0.5, 10, null)]
    [InlineData(0, 366, null)]
    public void CheckPeriod_Dates_AreRefusedWithCode(double from, double until, string? code) =>
        Assert.Equal(code, QuotaRules.CheckPeriod(Now.AddDays(from), Now.AddDays(until), Now)?.Code);

    [Theory]
    [InlineData("", "quota.reason_empty")]
    [InlineData("  \n ", "quota.reason_empty")]
    [InlineData("Retrain", null)]
    public void CheckReason_Reason_IsRefusedWithCode(string reason, string? code) =>
        Assert.Equal(code, QuotaRules.CheckReason(reason)?.Code);

    [Fact]
    public void CheckReason_TooLong_IsRefused() =>
        Assert.Equal("quota.reason_long", QuotaRules.CheckReason(new string('x', QuotaRules.ReasonLimit + 1))?.Code);

    [Theory]
    [InlineData(8, "", null)]
    [InlineData(4, "", "quota.reason_empty")]
    [InlineData(4, "Half is enough", null)]
    [InlineData(9, "More", "quota.grant_more")]
    [InlineData(0, "None", "quota.amount_positive")]
    public void CheckGrant_Amount_NeedsAReasonWhenLess(int amount, string reason, string? code) =>
        Assert.Equal(code, QuotaRules.CheckGrant(new QuotaRequest { Amount = 8 }, amount, reason)?.Code);

    [Fact]
    public void ContentHash_AnyChangeOfTheWish_ChangesIt()
    {
        QuotaRequest Wish(Action<QuotaRequest>? change = null)
        {
            var wish = new QuotaRequest { ProjectId = Guid.Empty, PoolId = Guid.Empty, Amount = 8, From = Now, Until = Now.AddDays(1), Reason = "a" };
            change?.Invoke(wish);
            return wish;
        }

        var hashes = new[]
        {
            Wish(), Wish(w => w.Amount = 9), Wish(w => w.Until = Now.AddDays(2)), Wish(w => w.From = Now.AddHours(1)),
            Wish(w => w.Reason = "b"), Wish(w => w.PoolId = Guid.CreateVersion7()), Wish(w => w.ProjectId = Guid.CreateVersion7()),
        }.Select(QuotaRules.ContentHash).ToList();

        Assert.Equal(hashes.Count, hashes.Distinct().Count());
        Assert.Equal(hashes[0], QuotaRules.ContentHash(Wish()));
    }

    [Theory]
    [InlineData(8, 10, true, QuotaDecider.Lead)]
    [InlineData(8, 8, false, QuotaDecider.AdminNoOtherLead)]
    [InlineData(8, 7, true, QuotaDecider.AdminBeyondBudget)]
    [InlineData(8, -4, true, QuotaDecider.AdminBeyondBudget)]
    public void DeciderOf_Budget_SaysWho(int amount, int left, bool otherLead, QuotaDecider decider) =>
        Assert.Equal(decider, QuotaForecast.DeciderOf(amount, left, otherLead));

    [Fact]
    public void Forecast_DoesNotFit_SaysWhenEnoughEnds()
    {
        var forecast = QuotaForecast.For(8, TimeSpan.FromDays(2), 2.5m, free: 3, budgetLeft: 64, otherLead: true,
            [(Now.AddDays(9), 1), (Now.AddDays(3), 2), (Now.AddDays(5), 3)]);

        Assert.False(forecast.Fits);
        Assert.Equal(Now.AddDays(5), forecast.FitsFrom);
        Assert.Equal(480m, forecast.PricePerDay);
        Assert.Equal(960m, forecast.PriceInAll);
    }

    [Fact]
    public void Forecast_NeverFits_SaysNoDay() =>
        Assert.Null(QuotaForecast.For(8, TimeSpan.FromDays(2), 0, 3, 64, true, [(Now, 2)]).FitsFrom);

    [Theory]
    [InlineData(Role.TeamLead, false, 8, 64, 64, DecisionBar.None, 8)]
    [InlineData(Role.TeamLead, false, 8, 64, 5, DecisionBar.BeyondBudget, 5)]
    [InlineData(Role.Admin, false, 8, 64, 5, DecisionBar.None, 8)]
    [InlineData(Role.Admin, false, 8, 3, 5, DecisionBar.PoolExhausted, 3)]
    [InlineData(Role.Admin, true, 8, 64, 64, DecisionBar.OwnRequest, 8)]
    [InlineData(Role.Owner, false, 8, 64, 64, DecisionBar.NotDecider, 8)]
    public void RightsFor_Reader_SaysWhatBarsThem(Role roles, bool own, int amount, int free, int left, DecisionBar bar, int most)
    {
        var rights = QuotaRights.For(roles, own, QuotaState.Submitted, amount, free, left);

        Assert.Equal(bar, rights.Bar);
        Assert.Equal(most, rights.Most);
        Assert.Equal(bar is not (DecisionBar.OwnRequest or DecisionBar.NotDecider), rights.Decide);
    }

    [Fact]
    public void UsageSummary_NoSamples_KnowsNothing() => Assert.Equal(0, UsageSummary.From([]).Hours);

    [Fact]
    public void UsageSummary_Hours_WeighsBySamples()
    {
        var summary = UsageSummary.From(
        [
            new UsageHour { Samples = 12, RunningSum = 24, RunningPeak = 4, WaitingSamples = 0 },
            new UsageHour { Samples = 4, RunningSum = 8, RunningPeak = 6, WaitingSamples = 4 },
        ]);

        Assert.Equal(new UsageSummary(2, 6, 2, 0.25), summary);
    }
}
