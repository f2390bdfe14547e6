using Portal.Core.Clusters;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Tests.Quotas;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Clusters;

public class ProjectPlacementTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Place_WithThePoolOfACluster_SaysThatOneAndTheProjectIsMadeThere(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var far = await stage.Database.ClusterAsync("Far", c => c.Region = "far");
        var pool = await PoolAsync(stage, far);

        var anywhere = (await PlaceAsync(stage, new ProjectContent(""))).Value;
        var there = (await PlaceAsync(stage, new ProjectContent("") { PoolId = pool })).Value;
        var made = await stage.Database.Get<ProjectService>().CreateAsync(
            stage.Ana, new ProjectDraft(Guid.CreateVersion7(), "Vision", stage.Team) { PoolId = pool }, default);

        Assert.Equal(2, anywhere.Verdicts.Count(v => v.Fits));
        Assert.Equal(("Far", "far", "placement.only_unseen"), (there.Chosen!.Cluster, there.Chosen.Region, there.Chosen.Reason.Code));
        Assert.Equal("placement.pool", there.Verdicts.Single(v => !v.Fits).Reason.Code);
        var home = (await stage.Database.Get<ProjectQueryService>().GetAsync(stage.Ana, made.Value, default)).Value.Home;
        Assert.Equal((far, "Far", "far", "placement.only_unseen"), (home!.ClusterId, home.Cluster, home.Region, home.Because?.Code));
    }

    [Theory, EachProvider]
    public async Task Pool_ThatTheTeamMayNotAskFor_IsRefusedBeforeAndWhenItIsMade(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var other = await stage.Database.TeamAsync("Other", stage.Lead);
        var foreign = await stage.NewPoolAsync("Theirs", 4, other);
        var closed = await stage.NewPoolAsync("Closed", 4);
        QuotaStage.Ok(await stage.Hardware.EditAsync(stage.Admin, new PoolEdit(closed, 1, "Closed", 4, 1, PoolState.Closed), default));

        foreach (var (pool, code) in new[] { (foreign, "quota.pool_not_for_team"), (closed, "quota.pool_closed"), (Guid.NewGuid(), "pool.not_found") })
        {
            var before = await PlaceAsync(stage, new ProjectContent("") { PoolId = pool });
            var made = await stage.Database.Get<ProjectService>().CreateAsync(
                stage.Ana, new ProjectDraft(Guid.CreateVersion7(), "Vision", stage.Team) { PoolId = pool }, default);

            Assert.Equal((code, "PoolId"), (before.Refusal?.Code, before.Refusal?.Field));
            Assert.Equal(code, made.Refusal?.Code);
        }
    }

    private static Task<Results.Result<Placement>> PlaceAsync(QuotaStage stage, ProjectContent content) =>
        stage.Database.Get<ClusterQueryService>().PlaceAsync(stage.Ana, stage.Team, content, default);

    private static async Task<Guid> PoolAsync(QuotaStage stage, Guid cluster) => (await stage.Hardware.CreateAsync(
        stage.Admin, new PoolDraft(Guid.CreateVersion7(), "Far GPU", "nvidia.com/gpu", 8, 1) { ClusterId = cluster }, default)).Value;
}
