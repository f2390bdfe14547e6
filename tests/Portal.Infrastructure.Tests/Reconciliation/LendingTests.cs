using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>What the queues that the portal makes do in a cluster with Kueue: units move to who waits, and come back.</summary>
public class LendingTests(PostgresServer server, EmbeddedCluster cluster)
{
    private const string Gpu = "nvidia.com/gpu";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task LentUnits_WhenTheirOwnerReturns_ComeBackAtOnceOnlyWithReclaim(bool reclaim)
    {
        await using var world = await ProjectWorld.CreateAsync(Provider.Sqlite, server, cluster.Kubeconfig);
        await using var pool = await PoolAsync(world);
        Grant(world, pool.Name, new LendingPolicy { Mode = LendingMode.LendAndBorrow, Reclaim = reclaim });
        await world.StartAsync();
        var owner = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var borrower = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);

        await world.Client.ApplyAsync(Job(borrower, "big", 4), default);
        await Eventually.TrueAsync(async () => await AdmittedAsync(world, borrower, "big"), "four units, two of them borrowed");
        await world.Client.ApplyAsync(Job(owner, "own", 2), default);

        if (reclaim)
        {
            await Eventually.TrueAsync(async () => await AdmittedAsync(world, owner, "own"), "the owner's units back");
            Assert.False(await AdmittedAsync(world, borrower, "big"));
        }
        else
        {
            await Eventually.TrueAsync(async () => await MessageAsync(world, owner, "own") is { Length: > 0 }, "the owner waits");
            Assert.True(await AdmittedAsync(world, borrower, "big"));
            await world.Client.DeleteAsync(new ObjectKey(Kinds.Job, borrower.Namespace, "big"), default);
            await Eventually.TrueAsync(async () => await AdmittedAsync(world, owner, "own"), "the units once the borrower has ended");
        }
    }

    [Fact]
    public async Task NeverLent_UnitsStayWithTheirOwner()
    {
        await using var world = await ProjectWorld.CreateAsync(Provider.Sqlite, server, cluster.Kubeconfig);
        await using var pool = await PoolAsync(world);
        Grant(world, pool.Name, LendingPolicy.None);
        await world.StartAsync();
        await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var wants = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);

        await world.Client.ApplyAsync(Job(wants, "big", 4), default);

        await Eventually.TrueAsync(
            async () => (await MessageAsync(world, wants, "big"))?.Contains("maximum capacity (2)", StringComparison.Ordinal) == true, "it never fits");
    }

    private static void Grant(ProjectWorld world, string flavor, LendingPolicy lending) => world.Grants.Active =
        [new ProjectGrant(Guid.NewGuid(), flavor, Gpu, 2) { Lending = lending, MayBorrow = lending.MayBorrow(2, 4) }];

    private static async Task<Flavor> PoolAsync(ProjectWorld world)
    {
        var flavor = Manifest.Create(Kinds.ResourceFlavor, null, "lend-" + Guid.NewGuid().ToString("N")[..8], new ReconcileOwner("HardwarePool", Guid.NewGuid()))
            .With("spec", new JsonObject());
        await world.Client.ApplyAsync(flavor, default);
        return new Flavor(world, flavor.Name());
    }

    private static JsonObject Job(Project project, string name, int units) =>
        Manifest.Create(Kinds.Job, project.Namespace, name, new ReconcileOwner("Test", Guid.NewGuid()))
            .WithLabel("kueue.x-k8s.io/queue-name", ProjectQueueManifests.LocalQueueName)
            .With("spec", new JsonObject
            {
                ["suspend"] = true,
                ["template"] = new JsonObject
                {
                    ["spec"] = new JsonObject
                    {
                        ["restartPolicy"] = "Never",
                        ["containers"] = new JsonArray(new JsonObject
                        {
                            ["name"] = "main",
                            ["image"] = "registry.example/none:1",
                            ["resources"] = new JsonObject
                            {
                                ["requests"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "64Mi", [Gpu] = $"{units}" },
                                ["limits"] = new JsonObject { [Gpu] = $"{units}" },
                            },
                        }),
                    },
                },
            });

    private static async Task<bool> AdmittedAsync(ProjectWorld world, Project project, string job) =>
        await WorkloadAsync(world, project, job) is { } workload && Condition.Find(workload, "QuotaReserved") is { IsTrue: true };

    private static async Task<string?> MessageAsync(ProjectWorld world, Project project, string job) =>
        await WorkloadAsync(world, project, job) is { } workload ? Condition.Find(workload, "QuotaReserved")?.Message : null;

    private static async Task<JsonObject?> WorkloadAsync(ProjectWorld world, Project project, string job)
    {
        await foreach (var workload in world.Client.ListAsync(Kinds.Workload, project.Namespace, null, default))
        {
            if (workload.Items("metadata", "ownerReferences").Any(o => o.Text("name") == job))
                return workload;
        }
        return null;
    }

    private sealed record Flavor(ProjectWorld World, string Name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await World.Client.DeleteAsync(new ObjectKey(Kinds.ResourceFlavor, null, Name), default);
    }
}
