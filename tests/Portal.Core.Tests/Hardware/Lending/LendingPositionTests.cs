using Portal.Core.Hardware.Lending;

namespace Portal.Core.Tests.Hardware.Lending;

public class LendingPositionTests
{
    private static readonly Guid Risk = Guid.NewGuid();
    private static readonly Guid Fraud = Guid.NewGuid();

    private static readonly LendingPolicy BothWays = new() { Mode = LendingMode.LendAndBorrow };

    [Fact]
    public void Never_MovesNothing()
    {
        var all = Positions(new PoolLending(), Holder(Risk, 8), Holder(Fraud, 4));

        Assert.All(all, p => Assert.Equal((0, 0, 0, ReturnKind.NothingLent), (p.MayBorrow, p.MayBeTakenBack, p.MayLend, p.Return.Kind)));
        Assert.Equal([8, 4], all.Select(p => p.Most));
    }

    [Fact]
    public void LendAndBorrow_IsBoundByWhatOthersLendAndByTheLimit()
    {
        var all = Positions(
            new PoolLending { Default = BothWays with { LendPercent = 50, BorrowLimit = 3 } }, Holder(Risk, 8), Holder(Fraud, 4));

        Assert.Equal([(2, 4), (3, 2)], all.Select(p => (p.MayBorrow, p.MayLend)));
    }

    [Fact]
    public void Lend_GivesAndTakesNothing()
    {
        var lending = new PoolLending { Default = BothWays, Teams = new Dictionary<Guid, LendingPolicy> { [Risk] = BothWays with { Mode = LendingMode.Lend } } };

        var all = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4));

        Assert.Equal([(0, 8), (8, 4)], all.Select(p => (p.MayBorrow, p.MayLend)));
    }

    [Fact]
    public void Borrow_NeverGoesBeyondThePool()
    {
        Assert.Equal(2, BothWays.MayBorrow(14, capacity: 16));
        Assert.Equal(0, BothWays.MayBorrow(20, capacity: 16));
    }

    [Theory]
    [InlineData(0, 8, 0)]
    [InlineData(33, 8, 2)]
    [InlineData(100, 7, 7)]
    [InlineData(100, 100_000, 100_000)]
    public void Lends_IsRoundedDown(int percent, int granted, int lends) =>
        Assert.Equal(lends, (BothWays with { LendPercent = percent }).Lends(granted));

    [Fact]
    public void TakenBack_OnlyFromOwnersThatReclaim()
    {
        var lending = new PoolLending { Default = BothWays, Teams = new Dictionary<Guid, LendingPolicy> { [Fraud] = BothWays with { Reclaim = false } } };

        var all = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4));

        Assert.Equal([(4, 0), (8, 8)], all.Select(p => (p.MayBorrow, p.MayBeTakenBack)));
    }

    [Theory]
    [InlineData(true, 4, ReturnKind.AtOnce)]
    [InlineData(false, 0, ReturnKind.NobodyBorrows)]
    public void TakenBack_OwnerThatReclaimsInAnotherPool_TakesBackHereToo(bool reclaims, int taken, ReturnKind back)
    {
        var lending = new PoolLending { Default = BothWays with { Reclaim = false } };

        var all = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4) with { Elsewhere = [new HeldUnits(Guid.NewGuid(), 1, BothWays with { Reclaim = reclaims })] });

        Assert.Equal((taken, back), (all[0].MayBeTakenBack, all[1].Return.Kind));
        Assert.Equal((0, ReturnKind.NobodyBorrows), (all[1].MayBeTakenBack, all[0].Return.Kind));
    }

    [Fact]
    public void Return_WithReclaim_IsAtOnce() =>
        Assert.Equal(ReturnKind.AtOnce, Positions(new PoolLending { Default = BothWays }, Holder(Risk, 8), Holder(Fraud, 4, 6, [null]))[0].Return.Kind);

    [Fact]
    public void Return_WithoutReclaim_IsTheLongestLimitOfThoseWhoBorrow()
    {
        var lending = new PoolLending { Default = BothWays with { Reclaim = false } };

        var borrowed = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4, 6, [TimeSpan.FromMinutes(12), TimeSpan.FromMinutes(40)]))[0].Return;
        var within = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4, 4, [TimeSpan.FromMinutes(40)]))[0].Return;
        var endless = Positions(lending, Holder(Risk, 8), Holder(Fraud, 4, 6, [TimeSpan.FromMinutes(12), null]))[0].Return;

        Assert.Equal(new LendingReturn(ReturnKind.Within, TimeSpan.FromMinutes(40)), borrowed);
        Assert.Equal(ReturnKind.NobodyBorrows, within.Kind);
        Assert.Equal(ReturnKind.NoLimit, endless.Kind);
    }

    [Fact]
    public void Preview_OfOpening_SaysWhoGainsAndWhoLoses()
    {
        var after = new PoolLending { Default = BothWays, Teams = new Dictionary<Guid, LendingPolicy> { [Risk] = BothWays with { Mode = LendingMode.Lend } } };

        var preview = LendingPreview.Compare(16, new PoolLending(), after, [Holder(Risk, 8), Holder(Fraud, 0)]);

        Assert.Equal([(LendingEffect.Gains, Fraud), (LendingEffect.Loses, Risk)], preview.Lines.Select(l => (l.Effect, l.Holder.TeamId)).OrderBy(l => l.Effect));
    }

    [Fact]
    public void Preview_OfNoChange_IsTheSameForAll() =>
        Assert.All(
            LendingPreview.Compare(16, new PoolLending { Default = BothWays }, new PoolLending { Default = BothWays }, [Holder(Risk, 8), Holder(Fraud, 4)]).Lines,
            l => Assert.Equal(LendingEffect.Same, l.Effect));

    [Fact]
    public void Preview_ReclaimTurnedOn_CountsWhatRunsOnBorrowedUnits()
    {
        var before = new PoolLending { Default = BothWays with { Reclaim = false } };

        var preview = LendingPreview.Compare(16, before, new PoolLending { Default = BothWays }, [Holder(Risk, 8), Holder(Fraud, 4, 6)]);

        var fraud = preview.Lines.Single(l => l.Holder.TeamId == Fraud);
        Assert.Equal((2, LendingEffect.Both), (fraud.StopsNow, fraud.Effect));
        Assert.Equal(LendingEffect.Gains, preview.Lines.Single(l => l.Holder.TeamId == Risk).Effect);
    }

    [Fact]
    public void Folded_ALineThatStopsWork_IsNeverAmongThem()
    {
        var lines = Enumerable.Range(0, LendingPreview.AtOnce + 2).Select(i =>
        {
            var holder = Holder(Risk, 8) with { ProjectId = Guid.NewGuid(), Project = $"p{i}" };
            var before = new LendingPosition(holder.ProjectId, 8, 0, 0, 0, new LendingReturn(ReturnKind.NothingLent, null));
            return new LendingLine(holder, before, before with { MayBorrow = i < LendingPreview.AtOnce ? 10 : 1 }, LendingEffect.Both, i == LendingPreview.AtOnce ? 1 : 0)
            {
                Resource = LentResource.Cores,
            };
        }).ToList();

        Assert.Same(lines[^1], Assert.Single(new LendingPreview(lines).Folded()));
    }

    [Fact]
    public void Preview_ReclaimTurnedOff_KeepsCoresOfTheOwnerFromThoseWhoBorrowThem()
    {
        var pool = Guid.NewGuid();
        var takesBack = new PoolLending { Default = BothWays };
        var owner = new CommonHolder(Holder(Risk, 4000) with { Elsewhere = [new HeldUnits(pool, 8, BothWays)] }, 0);
        var borrower = new CommonHolder(Holder(Fraud, 2000, 3000), 6000);

        var lines = LendingPreview.InCommon(LentResource.Cores, [owner, borrower], (pool, new PoolLending { Default = BothWays with { Reclaim = false } })).ToList();

        Assert.Equal(
            [(LendingEffect.Loses, Fraud, 6000, 2000), (LendingEffect.Gains, Risk, 4000, 4000)],
            lines.Select(l => (l.Effect, l.Holder.TeamId, l.Before.Most, l.After.Most)));
        Assert.All(lines, l => Assert.Equal(LentResource.Cores, l.Resource));
        Assert.Equal((4000, 0), (lines[1].Before.MayLend, lines[1].After.MayLend));
        Assert.Empty(LendingPreview.InCommon(LentResource.Cores, [owner, borrower], (pool, takesBack)));
    }

    [Fact]
    public void Preview_OfMemoryThatIsMoreThanAnIntInAll_IsCounted()
    {
        var pool = Guid.NewGuid();
        CommonHolder All(Guid team) => new(Holder(team, int.MaxValue) with { Elsewhere = [new HeldUnits(pool, 8, BothWays)] }, 10);

        var lines = LendingPreview.InCommon(LentResource.Memory, [All(Risk), All(Fraud)], (pool, new PoolLending { Default = BothWays with { Reclaim = false } }));

        Assert.All(lines, l => Assert.Equal((10, 10, 0), (l.Before.MayBorrow, l.Before.MayBeTakenBack, l.After.MayBorrow)));
    }

    [Theory]
    [InlineData(101, null, 1, "lending.percent_range")]
    [InlineData(-1, null, 1, "lending.percent_range")]
    [InlineData(50, -1, 1, "lending.borrow_range")]
    [InlineData(50, 100_001, 1, "lending.borrow_range")]
    [InlineData(50, 4, 101, "lending.weight_range")]
    [InlineData(50, 4, 0, null)]
    public void Check_OutOfRange_IsRefusedAlsoForATeam(int percent, int? borrow, int weight, string? code)
    {
        var policy = new LendingPolicy { Mode = LendingMode.Lend, LendPercent = percent, BorrowLimit = borrow, Weight = weight };

        Assert.Equal(code, LendingRules.Check(new PoolLending { Default = policy })?.Code);
        Assert.Equal(code, LendingRules.Check(new PoolLending { Teams = new Dictionary<Guid, LendingPolicy> { [Risk] = policy } })?.Code);
    }

    private static LendingHolder Holder(Guid team, int granted, int running = 0, TimeSpan?[]? remaining = null) =>
        new(team, team == Risk ? "risk" : "fraud", team, "team", granted, running) { Remaining = remaining ?? [] };

    private static IReadOnlyList<LendingPosition> Positions(PoolLending lending, params LendingHolder[] holders) =>
        LendingPosition.All(16, lending, holders);
}
