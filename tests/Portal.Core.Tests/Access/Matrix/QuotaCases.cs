using Microsoft.EntityFrameworkCore;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class QuotaCases : MatrixCases
{
    private static readonly DateTimeOffset From = new(2026, 3, 2, 9, 0, 0, TimeSpan.Zero);

    public QuotaCases()
    {
        Case<QuotaService>(nameof(QuotaService.PreviewAsync), Towards.Project, async (s, actor, target) =>
            await s.PreviewAsync(actor, Draft(target, Guid.CreateVersion7()), default));
        Case<QuotaService>(nameof(QuotaService.SubmitAsync), Towards.Project, async (s, actor, target) =>
            await s.SubmitAsync(actor, Draft(target, Guid.CreateVersion7()), default));
        Case<QuotaService>(nameof(QuotaService.EditAsync), Towards.Project, (s, actor, target) =>
            s.EditAsync(actor, Draft(target, target["quota"]), default), "quota.not_yours");
        Case<QuotaService>(nameof(QuotaService.WithdrawAsync), Towards.Project, (s, actor, target) =>
            s.WithdrawAsync(actor, target["quota"], default));
        Case<QuotaService>(nameof(QuotaService.ReleaseAsync), Towards.Project, (s, actor, target) =>
            s.ReleaseAsync(actor, target["grant"], default));
        Case<QuotaService>(nameof(QuotaService.AdvanceAsync), Towards.Platform, async (s, actor, _) => await s.AdvanceAsync(actor, default));

        Case<QuotaDecisionService>(nameof(QuotaDecisionService.ApproveAsync), Towards.Project, (s, actor, target) =>
            s.ApproveAsync(actor, new QuotaDecision(target["quota"], "seeded"), 4, default));
        Case<QuotaDecisionService>(nameof(QuotaDecisionService.RejectAsync), Towards.Project, (s, actor, target) =>
            s.RejectAsync(actor, new QuotaDecision(target["quota"], "seeded", "Not this quarter"), default));
        Case<QuotaDecisionService>(nameof(QuotaDecisionService.ReclaimAsync), Towards.Project, (s, actor, target) =>
            s.ReclaimAsync(actor, target["grant"], "Idle", default));

        Case<QuotaQueryService>(nameof(QuotaQueryService.FormAsync), Towards.Project, async (s, actor, target) =>
            await s.FormAsync(actor, target.ProjectId, default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.HeldAsync), Towards.Project, async (s, actor, target) =>
            await s.HeldAsync(actor, target.ProjectId, default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.ForProjectAsync), Towards.Project, async (s, actor, target) =>
            await s.ForProjectAsync(actor, target.ProjectId, new ListQuery(), default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.GetAsync), Towards.Project, async (s, actor, target) =>
            await s.GetAsync(actor, target["quota"], default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.MineAsync), Towards.Platform, async (s, actor, _) =>
            await s.MineAsync(actor, new ListQuery(), default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.AnswersSinceAsync), Towards.Platform, async (s, actor, _) =>
            await s.AnswersSinceAsync(actor, DateTimeOffset.MinValue, 1, default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.ToDecideAsync), Towards.Platform, async (s, actor, _) =>
            await s.ToDecideAsync(actor, new ListQuery(), default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.CountToDecideAsync), Towards.Platform, async (s, actor, _) =>
            await s.CountToDecideAsync(actor, default));
        Case<QuotaQueryService>(nameof(QuotaQueryService.NewestToDecideAsync), Towards.Platform, async (s, actor, _) =>
            await s.NewestToDecideAsync(actor, default));
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        await using var db = await database.OpenAsync();
        var boss = await db.People.SingleAsync(p => p.UserName == target.Name + "-boss");
        var pool = new HardwarePool { Name = target.Name + " GPUs", Slug = target.Name + "-gpus", ResourceName = "a/b", Ledger = { Capacity = 64, Granted = 4 } };
        var open = Request(target, pool, boss.Id);
        var grant = Request(target, pool, boss.Id);
        (grant.State, grant.GrantedAmount) = (QuotaState.Active, 4);
        db.AddRange(pool, open, grant, new TeamBudget { PoolId = pool.Id, TeamId = target.TeamId, Limit = 64 });
        await db.SaveChangesAsync();
        (target["gpus"], target["quota"], target["grant"]) = (pool.Id, open.Id, grant.Id);
    }

    private static QuotaRequest Request(MatrixTarget target, HardwarePool pool, Guid by) => new()
    {
        ProjectId = target.ProjectId,
        PoolId = pool.Id,
        Amount = 4,
        From = From,
        Until = From.AddDays(14),
        Reason = "Train",
        RequestedBy = by,
        RequestedAt = From,
        ContentHash = "seeded",
    };

    private static QuotaDraft Draft(MatrixTarget target, Guid id) =>
        new(id, target.ProjectId, target["gpus"], 2, From, From.AddDays(7), "Train");
}
