using Portal.Core.Hardware;

namespace Portal.Core.Tests.Hardware;

public class PoolRulesTests
{
    private static readonly PoolDraft Good = new(Guid.Empty, "A100", "nvidia.com/gpu", 8, 2.5m);

    [Fact]
    public void Check_BadDrafts_AreRefusedWithCode()
    {
        foreach (var (draft, code) in new (PoolDraft, string?)[]
        {
            (Good, null),
            (Good with { Name = " " }, "pool.name_empty"),
            (Good with { Name = new string('x', 300) }, "pool.name_long"),
            (Good with { Name = "a\u0007b" }, "pool.name_control"),
            (Good with { ResourceName = "cpu" }, "pool.resource_bad"),
            (Good with { ResourceName = "nvidia.com/gpu\n" }, "pool.resource_bad"),
            (Good with { ResourceName = "kubernetes.io/x" }, "pool.resource_bad"),
            (Good with { Capacity = -1 }, "pool.units_range"),
            (Good with { Capacity = 1_000_000_000 }, "pool.units_range"),
            (Good with { Capacity = 0.5m }, "pool.units_fraction"),
            (Good with { PricePerHour = -1 }, "pool.price_range"),
            (Good with { NodeLabels = Enumerable.Range(0, 9).ToDictionary(i => $"l{i}", _ => "") }, "pool.labels_many"),
            (Good with { Taints = [new("nvidia.com/gpu", "", "NoExecute")] }, null),
            (Good with { Taints = [new("gpu", "a b", "NoSchedule")] }, "pool.taint_bad"),
            (Good with { Taints = [new("gpu", "a", "Never")] }, "pool.taint_bad"),
            (Good with { Taints = [.. Enumerable.Range(0, 9).Select(i => new NodeTaint($"t{i}", "", "NoSchedule"))] }, "pool.taints_many"),
        })
        {
            Assert.Equal(code, PoolRules.Check(draft)?.Code);
        }
    }

    [Fact]
    public void Check_BadEdits_AreRefusedWithCode()
    {
        var good = new PoolEdit(Guid.Empty, 1, "A100", 8, 2.5m, PoolState.Closed);
        foreach (var (edit, code) in new (PoolEdit, string?)[]
        {
            (good, null),
            (good with { NodeLabels = new Dictionary<string, string> { ["a b"] = "" } }, "label.key"),
            (good with { NodeLabels = new Dictionary<string, string> { ["accelerator"] = "-" } }, "label.value"),
            (good with { Taints = [new("", "", "NoSchedule")] }, "pool.taint_bad"),
            (good with { State = PoolState.Removing }, "pool.state_bad"),
        })
        {
            Assert.Equal(code, PoolRules.Check(edit)?.Code);
        }
    }

    [Fact]
    public void CheckFor_ClosedPoolOrAnotherTeam_SaysWhy()
    {
        var (team, pool) = (Guid.NewGuid(), new HardwarePool { Name = "A100", State = PoolState.Open });

        Assert.Null(PoolRules.CheckFor(pool, team));
        pool.AllowedTeams.Add(new PoolTeam { TeamId = Guid.NewGuid() });
        Assert.Equal("quota.pool_not_for_team", PoolRules.CheckFor(pool, team)?.Code);
        pool.AllowedTeams.Add(new PoolTeam { TeamId = team });
        Assert.Null(PoolRules.CheckFor(pool, team));
        pool.State = PoolState.Closed;
        Assert.Equal("quota.pool_closed", PoolRules.CheckFor(pool, team)?.Code);
    }

    [Fact]
    public void SlugFor_DifferentNames_StayApartAndFitKubernetes()
    {
        string[] names = ["A100", "a-100", "a 100", "a.100", "大模型", "卡", "-", new string('x', 60), new string('x', 59), "H100 80GB"];

        var slugs = names.Select(PoolRules.SlugFor).ToList();

        Assert.Equal("a100", slugs[0]);
        Assert.Equal("h100-80gb", slugs[^1]);
        Assert.All(slugs, s => Assert.Matches("^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$", s));
        // 'a-100' and 'a 100' meet in one slug; the unique index refuses the second as a name that is taken.
        Assert.Equal(names.Length - 1, slugs.Distinct().Count());
    }
}
