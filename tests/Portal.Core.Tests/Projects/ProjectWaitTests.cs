using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

/// <summary>How often a project is looked at that waits for what no event has told yet.</summary>
public class ProjectWaitTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Pass_OfAQueueThatNobodyTakesUp_ComesAgainLaterTheLongerItWaits(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        stage.Cluster.Unattended.UnionWith([Kinds.ClusterQueue, Kinds.LocalQueue]);
        var id = await stage.ProjectAsync();

        var first = await stage.PassAsync(nameof(Project), id);
        stage.Database.Clock.Advance(TimeSpan.FromSeconds(20));
        var second = await stage.PassAsync(nameof(Project), id);
        stage.Database.Clock.Advance(TimeSpan.FromHours(1));
        var third = await stage.PassAsync(nameof(Project), id);

        var project = await stage.PassAsync(id);
        Assert.Contains(project.Steps, s => s is { Kind: ProjectStepKind.Queue, State: StepState.Waiting });
        Assert.Equal([TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(20), TimeSpan.FromMinutes(1)], new[] { first.Again, second.Again, third.Again }.Select(a => a ?? TimeSpan.Zero));
    }
}
