using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>What runs in a project that is archived is stopped by the portal itself: no queue may be there to do it.</summary>
public class ArchivedWorkTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Archive_WithWorkInTheCluster_StopsItAndItStaysStopped(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        world.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://127.0.0.1:1/");
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        await world.Database.Get<NotebookService>().LaunchAsync(world.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "mine"), default);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project.Id, "long") { Code = "import time; time.sleep(3600)" };
        await world.Database.Get<TrainingService>().LaunchAsync(world.Ana, draft, default);
        await Eventually.TrueAsync(async () => await RowsAsync(world) is ({ ObservedGeneration: > 0 }, { ObservedGeneration: > 0 }), "both are in the cluster");

        var archived = await world.Database.Get<ProjectLifecycleService>()
            .ArchiveAsync(world.Lead, project.Id, (await world.FindAsync(project.Id))!.Generation, default);

        Assert.True(archived.Succeeded, archived.Refusal?.Code);
        await Eventually.TrueAsync(async () => await RowsAsync(world) is ({ State: WorkloadState.Stopped, Intent: NotebookIntent.Stopped }, { State: WorkloadState.Stopped, StopRequested: true }), "both stopped");
        var (notebook, run) = await RowsAsync(world);
        Assert.Equal("0", (await world.Client.FindAsync(new ObjectKey(Kinds.StatefulSet, project.Namespace, notebook.ObjectName), default)).Text("spec", "replicas"));
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.Job, project.Namespace, run.ObjectName), default));
        await world.ChangeAsync(project.Id, p => p.Intent = ProjectIntent.Active);
        await world.WaitForAsync(project.Id, ProjectState.Ready);
        await world.PassAsync(nameof(Notebook), notebook.Id);
        Assert.Equal((NotebookIntent.Stopped, 1, 1), ((await RowsAsync(world)).Notebook.Intent, await AuditedAsync(world, "notebook.stopped"), await AuditedAsync(world, "training.stopped")));
    }

    private static async Task<(Notebook Notebook, TrainingRun Run)> RowsAsync(ProjectWorld world)
    {
        await using var db = await world.Database.OpenAsync();
        return (await db.Set<Notebook>().AsNoTracking().SingleAsync(), await db.Set<TrainingRun>().AsNoTracking().SingleAsync());
    }

    private static async Task<int> AuditedAsync(ProjectWorld world, string action)
    {
        await using var db = await world.Database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Action == action);
    }
}
