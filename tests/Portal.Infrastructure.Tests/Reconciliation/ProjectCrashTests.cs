using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>Ends an onboarding, and a removal, at every single call to the cluster, and goes on with a new process.</summary>
public class ProjectCrashTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Onboarding_EndedAtEachCall_CompletesExactlyOnce(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig, services =>
            services.AddSingleton<IClusters>(s => new DyingClusters(s.GetRequiredService<ClusterSet>())));
        var client = world.Database.Get<IClusters>().Get(ClusterRegistration.ConfiguredId).Client as DyingClient ?? throw new InvalidOperationException();
        // What projects share is looked at once: the second tells what each of the others takes.
        await CallsOfOneAsync(world, client);
        var whole = await CallsOfOneAsync(world, client);
        Assert.True(whole >= 12);

        foreach (var after in new[] { false, true })
        {
            for (var at = 1; at <= whole; at++)
            {
                var id = await world.CreateProjectAsync();
                client.Reset();
                (client.DieAt, client.AfterTheCall) = (at, after);
                await Assert.ThrowsAsync<DiedException>(() => world.Reconciler.ReconcileAsync(id, default));
                client.DieAt = 0;

                var project = await FinishAsync(world, id, ProjectState.Ready);

                Assert.All(project.Steps, s => Assert.Equal(StepState.Done, s.State));
                await using var db = await world.Database.OpenAsync();
                Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "project.ready" && e.ObjectId == id));
                await AssertNoDuplicatesAsync(world, project);
            }
        }
    }

    [Theory, EachProvider]
    public async Task Removal_EndedAtEachCall_LeavesNothing(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig, services =>
            services.AddSingleton<IClusters>(s => new DyingClusters(s.GetRequiredService<ClusterSet>())));
        var client = world.Database.Get<IClusters>().Get(ClusterRegistration.ConfiguredId).Client as DyingClient ?? throw new InvalidOperationException();
        for (var at = 1; at <= 4; at++)
        {
            var id = await world.CreateProjectAsync();
            var ns = (await FinishAsync(world, id, ProjectState.Ready)).Namespace;
            await world.ChangeAsync(id, p => p.Intent = ProjectIntent.Deleted);
            client.Reset();
            (client.DieAt, client.AfterTheCall) = (at, at % 2 == 0);
            await Eventually.TrueAsync(async () => await EndsAsync(world, id), "the death or the end");
            client.DieAt = 0;

            await Eventually.TrueAsync(async () =>
            {
                await world.Reconciler.ReconcileAsync(id, default);
                return await world.FindAsync(id) is null;
            }, "the row gone");
            Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.Namespace, null, ns), default));
            Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, ns), default));
        }
    }

    private static async Task<bool> EndsAsync(ProjectWorld world, Guid id)
    {
        try
        {
            await world.Reconciler.ReconcileAsync(id, default);
            return await world.FindAsync(id) is null;
        }
        catch (DiedException)
        {
            return true;
        }
    }

    private static async Task<int> CallsOfOneAsync(ProjectWorld world, DyingClient client)
    {
        var id = await world.CreateProjectAsync();
        client.Reset();
        await world.Reconciler.ReconcileAsync(id, default);
        var calls = client.Calls;
        await FinishAsync(world, id, ProjectState.Ready);
        return calls;
    }

    private static async Task<Project> FinishAsync(ProjectWorld world, Guid id, ProjectState state)
    {
        await Eventually.TrueAsync(async () =>
        {
            await world.Reconciler.ReconcileAsync(id, default);
            return (await world.FindAsync(id))!.State == state;
        }, $"project {state}");
        return (await world.FindAsync(id))!;
    }

    private static async Task AssertNoDuplicatesAsync(ProjectWorld world, Project project)
    {
        foreach (var (type, count) in new[] { (Kinds.ResourceQuota, 1), (Kinds.LimitRange, 1), (Kinds.NetworkPolicy, 4), (Kinds.RoleBinding, 1), (Kinds.PersistentVolumeClaim, 1), (Kinds.LocalQueue, 1) })
        {
            var found = 0;
            await foreach (var _ in world.Client.ListAsync(type, project.Namespace, null, default))
                found++;
            Assert.Equal(count, found);
        }
    }
}
