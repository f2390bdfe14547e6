using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Workloads;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Core.Tests.Notebooks;

public class NotebookIdleSweepTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Step_ServersOfAClusterThatHangs_DoNotHoldUpThoseOfAnother(Provider provider)
    {
        var (seen, servers) = (new TwoSeen(), new HangingServers());
        await using var database = await TestDatabase.CreateAsync(
            provider, server, services => services.AddSingleton<IClusters>(seen).AddSingleton<INotebookActivity>(servers));
        var (owner, first) = await NotebookServiceTests.ProjectAsync(database);
        Guid second;
        await using (var db = await database.OpenAsync())
        {
            var team = (await db.Projects.SingleAsync()).TeamId;
            second = (await database.Get<ProjectService>().CreateAsync(owner, new ProjectDraft(Guid.CreateVersion7(), "Fraud", team), default)).Value;
        }
        foreach (var cluster in new[] { seen.Hanging, seen.Free })
            await database.ClusterAsync(cluster.Id.ToString(), c => c.Id = cluster.Id);
        // More than are asked at one time, and all of them before the other's.
        for (var i = 0; i < 20; i++)
            await RunningAsync(database, owner, first, seen.Hanging, $"a{i}");
        var free = await RunningAsync(database, owner, second, seen.Free, "b");
        servers.Hangs = seen.Hanging.Id;

        var step = database.Get<NotebookIdleSweep>().StepAsync(default);

        await Eventually.TrueAsync(() => servers.Asked.Contains(free), "the other cluster's notebook is asked");
        Assert.False(step.IsCompleted);
        servers.GiveUp();
        Assert.Empty(await step);
        Assert.Equal(21, servers.Asked.Count);
    }

    private static async Task<Guid> RunningAsync(TestDatabase database, Actor owner, Guid project, SeenCluster cluster, string name)
    {
        var id = (await database.Get<NotebookService>().LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, name), default)).Value;
        var token = database.Get<IRowSeal>().Seal("token");
        await using var db = await database.OpenAsync();
        await db.Projects.Where(p => p.Id == project).ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        await db.Set<Notebook>().Where(n => n.Id == id).ExecuteUpdateAsync(s => s.SetProperty(n => n.State, WorkloadState.Running).SetProperty(n => n.SealedToken, token));
        var ns = await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync();
        cluster.With(Kinds.Pod, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns, ["labels"] = new JsonObject { [Manifest.IdLabel] = id.ToString("D") } },
            ["status"] = new JsonObject
            {
                ["podIP"] = "10.0.0.1",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "Ready", ["status"] = "True" }),
            },
        });
        return id;
    }

    private sealed class TwoSeen : IClusters
    {
        public SeenCluster Hanging { get; } = new();

        public SeenCluster Free { get; } = new();

        public IReadOnlyList<ConnectedCluster> All => [.. Hanging.All, .. Free.All];

        public ConnectedCluster Get(Guid? id) => id == Free.Id ? Free.Get(id) : Hanging.Get(id);
    }

    private sealed class HangingServers : INotebookActivity
    {
        private readonly TaskCompletionSource _givenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Guid Hangs { get; set; }

        public ConcurrentBag<Guid> Asked { get; } = [];

        public void GiveUp() => _givenUp.SetResult();

        public async Task<NotebookActivity?> ReadAsync(NotebookTarget target, CancellationToken ct)
        {
            Asked.Add(target.Id);
            if (target.ClusterId == Hangs)
                await _givenUp.Task.WaitAsync(ct);
            return null;
        }
    }
}
