using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Tests.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Hardware;

/// <summary>What a pass makes of a pool that is changed, and of one that is to go.</summary>
public class PoolPassTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Edit_OfLabelsAndTaints_IsFollowedByTheFlavor(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var (admin, pool) = await PoolAsync(stage);
        var edit = new PoolEdit(pool, 1, "A100", 8, 1, PoolState.Open)
        {
            NodeLabels = new Dictionary<string, string> { ["accelerator"] = "a100" },
            Taints = [new("gpu", "yes", "NoSchedule")],
        };

        Assert.True((await stage.Database.Get<HardwareService>().EditAsync(admin, edit, default)).Succeeded);
        await stage.PassAsync(nameof(HardwarePool), pool);

        var flavor = stage.Cluster.Find(Flavor);
        Assert.Equal("a100", flavor.Text("spec", "nodeLabels", "accelerator"));
        Assert.Equal("gpu", Assert.Single(flavor!.Items("spec", "nodeTaints")).Text("key"));
        Assert.Equal("yes", Assert.Single(flavor!.Items("spec", "tolerations")).Text("value"));
    }

    [Theory, EachProvider]
    public async Task Remove_WhileKueueHoldsTheFlavor_WaitsAndThenGoesWithWhatHasEnded(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var (admin, pool) = await PoolAsync(stage);
        await AskAsync(stage, pool, QuotaState.Expired);
        await RemoveAsync(stage, admin, pool);
        var held = stage.Cluster.Find(Flavor)!.DeepClone().AsObject();
        held["metadata"]!["deletionTimestamp"] = "2026-03-02T10:00:00Z";
        stage.Cluster.Put(Kinds.ResourceFlavor, held);

        await stage.PassAsync(nameof(HardwarePool), pool);
        Assert.Equal(PoolState.Removing, (await FindAsync(stage, pool))!.State);
        Assert.DoesNotContain("delete ResourceFlavor a100", stage.Cluster.Calls);

        await stage.Cluster.DeleteAsync(Flavor, default);
        await stage.PassAsync(nameof(HardwarePool), pool);
        await using var db = await stage.Database.OpenAsync();
        Assert.Equal((0, 0), (await db.Set<HardwarePool>().CountAsync(), await db.Set<QuotaRequest>().CountAsync()));
        Assert.Contains("pool.removed", await db.AuditEntries.Select(e => e.Action).ToListAsync());
    }

    [Theory, EachProvider]
    public async Task Remove_OfAFreePool_DeletesItsFlavorFirst(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var (admin, pool) = await PoolAsync(stage);
        await RemoveAsync(stage, admin, pool);

        await stage.PassAsync(nameof(HardwarePool), pool);
        Assert.Null(stage.Cluster.Find(Flavor));
        Assert.NotNull(await FindAsync(stage, pool));
        await stage.PassAsync(nameof(HardwarePool), pool);

        Assert.Null(await FindAsync(stage, pool));
    }

    [Theory, EachProvider]
    public async Task Remove_WhatIsAskedForMeanwhile_KeepsThePool(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var (admin, pool) = await PoolAsync(stage);
        await RemoveAsync(stage, admin, pool);
        await AskAsync(stage, pool, QuotaState.Submitted);

        await stage.PassAsync(nameof(HardwarePool), pool);

        Assert.Equal(PoolState.Closed, (await FindAsync(stage, pool))!.State);
        Assert.NotNull(stage.Cluster.Find(Flavor));
    }

    [Theory, EachProvider]
    public async Task Remove_OfAFlavorThatAnotherToolKeeps_LeavesItAndSaysSo(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var (admin, pool) = await PoolAsync(stage);
        var kept = stage.Cluster.Find(Flavor)!.DeepClone().AsObject().WithAnnotation("argocd.argoproj.io/tracking-id", "kueue:kueue.x-k8s.io/ResourceFlavor:/a100");
        stage.Cluster.Put(Kinds.ResourceFlavor, kept);
        await RemoveAsync(stage, admin, pool);

        await stage.PassAsync(nameof(HardwarePool), pool);

        Assert.NotNull(stage.Cluster.Find(Flavor));
        Assert.Contains("ArgoCd", (await FindAsync(stage, pool))!.Problem, StringComparison.Ordinal);
    }

    private static readonly ObjectKey Flavor = new(Kinds.ResourceFlavor, null, "a100");

    private static async Task<(Actor Admin, Guid Pool)> PoolAsync(PassStage stage)
    {
        var admin = await stage.Database.PersonAsync("admin", PlatformRole.Admin);
        var draft = new PoolDraft(Guid.CreateVersion7(), "A100", "nvidia.com/gpu", 8, 1) { NodeLabels = new Dictionary<string, string> { ["wrong"] = "label" } };
        Assert.True((await stage.Database.Get<HardwareService>().CreateAsync(admin, draft, default)).Succeeded);
        await stage.PassAsync(nameof(HardwarePool), draft.Id);
        Assert.Equal("label", stage.Cluster.Find(Flavor).Text("spec", "nodeLabels", "wrong"));
        return (admin, draft.Id);
    }

    private static async Task RemoveAsync(PassStage stage, Actor admin, Guid pool) =>
        Assert.True((await stage.Database.Get<PoolRemovalService>().RemoveAsync(admin, pool, default)).Succeeded);

    // As a row, since the service refuses what is asked of a pool that goes: one that came in the same moment.
    private static async Task AskAsync(PassStage stage, Guid pool, QuotaState state)
    {
        var (project, now) = (await stage.ProjectAsync(), stage.Database.Clock.GetUtcNow());
        await using var db = await stage.Database.OpenAsync();
        db.Add(new QuotaRequest
        {
            ProjectId = project,
            PoolId = pool,
            Amount = 1,
            From = now,
            Until = now.AddDays(1),
            RequestedBy = stage.Ana.Id,
            RequestedAt = now,
            State = state,
        });
        await db.SaveChangesAsync();
    }

    private static async Task<HardwarePool?> FindAsync(PassStage stage, Guid pool)
    {
        await using var db = await stage.Database.OpenAsync();
        return await db.Set<HardwarePool>().AsNoTracking().SingleOrDefaultAsync(p => p.Id == pool);
    }
}
