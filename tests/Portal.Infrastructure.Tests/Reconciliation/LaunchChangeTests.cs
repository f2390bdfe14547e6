using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;

namespace Portal.Infrastructure.Tests.Reconciliation;

public class LaunchChangeTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Preview_OfALaunch_IsWhatTheClusterMakesOfItAndStoresNothing(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var preview = world.Database.Get<LaunchChangePreview>();

        var notebook = await preview.ForNotebookAsync(world.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "explore"), default);
        var run = await preview.ForTrainingAsync(world.Ana, new TrainingDraft(Guid.CreateVersion7(), project.Id, "fraud") { Code = "print(1)" }, default);

        var (set, job) = (Assert.Single(notebook.Value.Objects), Assert.Single(run.Value.Objects));
        Assert.Equal(("StatefulSet", project.Namespace, ObjectChangeKind.Create), (set.Kind, set.Namespace, set.Change));
        Assert.Equal(("Job", project.Namespace, ObjectChangeKind.Create), (job.Kind, job.Namespace, job.Change));
        // What the API server adds by itself is in it.
        Assert.NotNull(job.After!.At("spec", "completions"));
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.StatefulSet, project.Namespace, set.Name), default));
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.Job, project.Namespace, job.Name), default));
    }
}
