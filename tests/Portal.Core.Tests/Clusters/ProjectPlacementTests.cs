using Microsoft.EntityFrameworkCore;
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

    [Theory, EachProvider]
    public async Task Granted_BeforeItHasACluster_GoesToThatOfThePool(Provider provider)
    {
        await using var stage = await UnplacedAsync(provider);
        var far = await stage.Database.ClusterAsync("Far", c => (c.Region, c.TakesProjects) = ("far", false));
        var pool = await PoolAsync(stage, far);
        var asked = (await stage.Requests.SubmitAsync(stage.Ana, stage.Draft(2, startInDays: 2) with { PoolId = pool }, default)).Value;
        var generation = await stage.GenerationAsync();
        QuotaStage.Ok(await stage.Decisions.ApproveAsync(stage.Admin, await stage.SeenAsync(asked), 2, default));

        // Another pool's cluster takes it, and would give it nothing.
        Assert.Equal((null, StepState.Waiting, "project.closed_of_pool"), await PlacedAsync(stage));
        Assert.True(await stage.GenerationAsync() > generation, "A placement that was decided without the grant has to fail.");

        await using (var db = await stage.Database.OpenAsync())
            await db.Set<ClusterRegistration>().Where(c => c.Id == far).ExecuteUpdateAsync(s => s.SetProperty(c => c.TakesProjects, true));

        Assert.Equal((far, StepState.Done, ""), await PlacedAsync(stage));
    }

    [Theory, EachProvider]
    public async Task Granted_FromPoolsOfTwoClusters_IsRefusedBeforeItHasAnyOfThem(Provider provider)
    {
        await using var stage = await UnplacedAsync(provider);
        var pool = await PoolAsync(stage, await stage.Database.ClusterAsync("Far"));
        var far = (await stage.Requests.SubmitAsync(stage.Ana, stage.Draft(2) with { PoolId = pool }, default)).Value;
        await stage.GrantedAsync();

        var approved = await stage.Decisions.ApproveAsync(stage.Admin, await stage.SeenAsync(far), 2, default);
        var asked = await stage.Requests.SubmitAsync(stage.Ana, stage.Draft(2) with { PoolId = pool }, default);

        Assert.Equal(("quota.pool_apart", "Trial GPU"), (approved.Refusal?.Code, approved.Refusal?.Arguments["granted"]));
        Assert.Equal(("quota.pool_apart", "PoolId"), (asked.Refusal?.Code, asked.Refusal?.Field));
        Assert.Equal((stage.Cluster.Id, StepState.Done, ""), await PlacedAsync(stage));
    }

    private async Task<QuotaStage> UnplacedAsync(Provider provider)
    {
        var stage = await QuotaStage.CreateAsync(provider, server);
        await using var db = await stage.Database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, (Guid?)null));
        return stage;
    }

    private static async Task<(Guid? Cluster, StepState State, string Reason)> PlacedAsync(QuotaStage stage)
    {
        await using var db = await stage.Database.OpenAsync();
        var project = await db.Projects.SingleAsync(p => p.Id == stage.Project);
        var outcome = await stage.Database.Get<ProjectPlanner>().PlaceAsync(db, project, default);
        return (project.ClusterId, outcome.State, outcome.Reason);
    }

    private static Task<Results.Result<Placement>> PlaceAsync(QuotaStage stage, ProjectContent content) =>
        stage.Database.Get<ClusterQueryService>().PlaceAsync(stage.Ana, stage.Team, content, default);

    private static async Task<Guid> PoolAsync(QuotaStage stage, Guid cluster) => (await stage.Hardware.CreateAsync(
        stage.Admin, new PoolDraft(Guid.CreateVersion7(), "Far GPU", "nvidia.com/gpu", 8, 1) { ClusterId = cluster }, default)).Value;
}
