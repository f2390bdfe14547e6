using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class HardwareCases : MatrixCases
{
    public HardwareCases()
    {
        Case<HardwareService>(nameof(HardwareService.CreateAsync), Towards.Platform, async (s, actor, target) =>
            await s.CreateAsync(actor, new PoolDraft(Guid.CreateVersion7(), "New pool", "nvidia.com/gpu", 8, 1) { ClusterId = target["cluster"] }, default));
        Case<HardwareService>(nameof(HardwareService.EditAsync), Towards.Platform, (s, actor, target) =>
            s.EditAsync(actor, new PoolEdit(target["pool"], 1, "Renamed", 16, 2, PoolState.Open), default));
        Case<HardwareService>(nameof(HardwareService.SetBudgetAsync), Towards.Platform, (s, actor, target) =>
            s.SetBudgetAsync(actor, target["pool"], target.TeamId, 9, default));

        Case<PoolRemovalService>(nameof(PoolRemovalService.TiesAsync), Towards.Platform, async (s, actor, target) =>
            await s.TiesAsync(actor, target["pool"], default));
        Case<PoolRemovalService>(nameof(PoolRemovalService.RemoveAsync), Towards.Platform, (s, actor, target) =>
            s.RemoveAsync(actor, target["pool"], default));

        Case<LendingService>(nameof(LendingService.GetAsync), Towards.Platform, async (s, actor, target) => await s.GetAsync(actor, target["pool"], default));
        Case<LendingService>(nameof(LendingService.PreviewAsync), Towards.Platform, async (s, actor, target) =>
            await s.PreviewAsync(actor, target["pool"], new PoolLending(), default));
        Case<LendingService>(nameof(LendingService.SetAsync), Towards.Platform, (s, actor, target) =>
            s.SetAsync(actor, target["pool"], 1, new PoolLending { Default = new LendingPolicy { Mode = LendingMode.Lend } }, default));

        Case<PoolQueryService>(nameof(PoolQueryService.PoolsAsync), Towards.Platform, async (s, actor, _) => await s.PoolsAsync(actor, default));
        Case<PoolQueryService>(nameof(PoolQueryService.FindAsync), Towards.Platform, async (s, actor, target) =>
            await s.FindAsync(actor, target["pool"], default));
        Case<PoolQueryService>(nameof(PoolQueryService.ProposalsAsync), Towards.Platform, async (s, actor, _) =>
            await s.ProposalsAsync(actor, default));
        Case<PoolQueryService>(nameof(PoolQueryService.SourcesAsync), Towards.Platform, async (s, actor, _) =>
            await s.SourcesAsync(actor, default));
        Case<PoolQueryService>(nameof(PoolQueryService.HoldersAsync), Towards.Platform, async (s, actor, target) =>
            await s.HoldersAsync(actor, target["pool"], default));
        Case<PoolQueryService>(nameof(PoolQueryService.BudgetsAsync), Towards.Platform, async (s, actor, target) =>
            await s.BudgetsAsync(actor, target["pool"], default));
    }

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target)
    {
        var pool = new HardwarePool { Name = target.Name + " pool", Slug = target.Name, ResourceName = "nvidia.com/gpu", Ledger = { Capacity = 64 } };
        await using var db = await database.OpenAsync();
        db.Add(pool);
        await db.SaveChangesAsync();
        target["pool"] = pool.Id;
    }
}
