using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Watching;
using Portal.Infrastructure.Tests.Kubernetes;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>
/// A few seconds of each kind of fault at 30 % of the calls, each before a portal of its own: afterwards every project and
/// notebook stands exactly once, the run ran once, and what the watches saw is what is there. The benchmarks do the same with
/// projects for two minutes.
/// </summary>
public sealed class FaultStormTests(PostgresServer server, EmbeddedCluster cluster) : IDisposable
{
    private const int Rate = 40;
    private const int Burst = 60;
    private const int FewestFaults = 5;
    private const int FewestWrites = 20;

    // Where runs leave word that they ran.
    private readonly string _traces = Directory.CreateTempSubdirectory("portal-storm-").FullName;

    public void Dispose() => Directory.Delete(_traces, recursive: true);

    [Fact]
    public Task ThirtyPercentOfCalls_EachKindOfFault_EndsAppliedExactlyOnce() =>
        Parallel.ForEachAsync(Enum.GetValues<FaultKind>(), new ParallelOptions { MaxDegreeOfParallelism = 4 }, async (kind, _) =>
        {
            try
            {
                await StormAsync(kind);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"The storm of {kind}: {e.Message}", e);
            }
        });

    private async Task StormAsync(FaultKind kind)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ProjectWorld.CreateAsync(Provider.Sqlite, server, proxy.Kubeconfig);
        await using var direct = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        var options = new List<KubernetesOptions> { world.Database.Get<KubernetesOptions>() };
        await using var followed = await ClusterWorld.CreateAsync(proxy.Kubeconfig, options.Add);
        options.ForEach(Hasten);
        using var stop = new CancellationTokenSource();
        var index = new ObjectIndex();
        var informer = followed.Follow(index);
        var following = Task.Run(() => informer.RunAsync(stop.Token));
        await Eventually.TrueAsync(() => informer.Age is not null, "the first list");
        world.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://127.0.0.1:1/");
        await world.StartAsync();
        var home = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var trace = Path.Combine(_traces, $"{kind}");

        var storm = new FaultStorm(kind, 0.3, seed: (int)kind + 1);
        proxy.Rule = storm.For;
        var (asked, began) = (proxy.Requests.Count, Stopwatch.GetTimestamp());
        proxy.CutStreams();
        var ids = new List<Guid>();
        var notebook = await LaunchNotebookAsync(world, home.Id);
        var run = await LaunchRunAsync(world, home.Id, trace);
        // Writes of somebody else, which only the watch can tell of, and a project now and then.
        for (var i = 0; i < FewestWrites || storm.Befallen < FewestFaults; i++)
        {
            if (i % FewestWrites == 0)
                ids.Add(await world.CreateProjectAsync());
            await direct.Client.ApplyAsync(direct.Config($"c{i % 7}", $"{i}"), default);
            await Task.Delay(20);
        }
        await direct.Client.DeleteAsync(direct.KeyOf("c3"), default);
        proxy.Rule = _ => Fault.None;
        var most = (2 * Burst) + (2 * Rate * Stopwatch.GetElapsedTime(began).TotalSeconds);
        Assert.InRange(proxy.Requests.Count - asked, 0, most);
        // What is asked now must not fail for want of a processor.
        options.ForEach(o => o.RequestTimeout = TimeSpan.FromSeconds(30));

        foreach (var id in ids)
            await AssertReadyOnceAsync(world, id, kind);
        await AssertLaunchedOnceAsync(world, home, notebook, kind);
        await AssertRanOnceAsync(world, run, trace, kind);
        await Eventually.TrueAsync(async () => await SameAsync(direct, index), () => $"{kind}: the cache equal to a fresh list");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => following);
    }

    private static void Hasten(KubernetesOptions options)
    {
        (options.RequestTimeout, options.WatchIdle) = (TimeSpan.FromSeconds(3), TimeSpan.FromSeconds(3));
        (options.RequestsPerSecond, options.Burst) = (Rate, Burst);
    }

    private static async Task AssertReadyOnceAsync(ProjectWorld world, Guid id, FaultKind kind)
    {
        var project = await world.WaitForAsync(id, ProjectState.Ready);
        Assert.All(project.Steps, step => Assert.True(step.State == StepState.Done, $"{kind}: {step.Kind} {step.State}"));
        await using var db = await world.Database.OpenAsync();
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "project.ready" && e.ObjectId == id));
        foreach (var (type, count) in new[] { (Kinds.ResourceQuota, 1), (Kinds.NetworkPolicy, 4), (Kinds.RoleBinding, 1), (Kinds.LocalQueue, 1) })
        {
            var found = 0;
            await foreach (var _ in world.Client.ListAsync(type, project.Namespace, null, default))
                found++;
            Assert.True(count == found, $"{kind}: {found} {type.Plural}, expected {count}");
        }
    }

    private static async Task<Guid> LaunchNotebookAsync(ProjectWorld world, Guid project) =>
        (await world.Database.Get<NotebookService>().LaunchAsync(world.Ana, new NotebookDraft(Guid.CreateVersion7(), project, "mine"), default)).Value;

    private static async Task<Guid> LaunchRunAsync(ProjectWorld world, Guid project, string trace) =>
        (await world.Database.Get<TrainingService>().LaunchAsync(
            world.Ana, new TrainingDraft(Guid.CreateVersion7(), project, "fit") { Code = $"open('{trace}', 'a').write('ran.')" }, default)).Value;

    private static async Task AssertLaunchedOnceAsync(ProjectWorld world, Project project, Guid id, FaultKind kind)
    {
        Notebook? seen = null;
        await Eventually.TrueAsync(
            async () => (seen = (await world.Database.Get<NotebookService>().GetAsync(world.Ana, id, default)).Value.Notebook).ObservedGeneration == seen.Generation,
            () => $"{kind}: the notebook is carried out, and it is {seen?.State} {seen?.Reason} {seen?.ReasonDetail}");
        foreach (var type in new[] { Kinds.StatefulSet, Kinds.Service, Kinds.Secret })
        {
            var names = new List<string>();
            await foreach (var made in world.Client.ListAsync(type, project.Namespace, $"{Manifest.IdLabel}={id:D}", default))
                names.Add(made.Name());
            Assert.Equal([seen!.ObjectName], names);
        }
    }

    private static async Task AssertRanOnceAsync(ProjectWorld world, Guid id, string trace, FaultKind kind)
    {
        TrainingRun? seen = null;
        await Eventually.TrueAsync(
            async () => (seen = (await world.Database.Get<TrainingService>().GetAsync(world.Ana, id, default)).Value.Run) is { State: WorkloadState.Succeeded, Cleared: true },
            () => $"{kind}: the run has ended, and it is {seen?.State} {seen?.Reason} {seen?.ReasonDetail}");
        Assert.Equal("ran.", await File.ReadAllTextAsync(trace));
    }

    private static async Task<bool> SameAsync(ClusterWorld direct, ObjectIndex index)
    {
        var there = new List<(string, string?)>();
        await foreach (var item in direct.Client.ListAsync(Kinds.ConfigMap, direct.Namespace, null, default))
            there.Add((item.Name(), item.Text("metadata", "resourceVersion")));
        var seen = index.List(direct.Namespace, null).Select(o => (o.Name(), o.Text("metadata", "resourceVersion")));
        return there.Order().SequenceEqual(seen.Order());
    }
}
