using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Infrastructure.Reconciliation;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

public class ReconcileLanesTests
{
    [Fact]
    public async Task WakeAll_RowsThatComeWithTheirCluster_HaveItLookedUpForNone()
    {
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var rows = new Rows();
        using var lanes = new ReconcileLanes(
            [rows], new ClusterSet(), new ReconciliationOptions(), new ReconcileMeter(services.GetRequiredService<IMeterFactory>()),
            TimeProvider.System, NullLogger<ReconcileLanes>.Instance);
        using var stop = new CancellationTokenSource();

        await lanes.WakeAllAsync(default);
        var running = lanes.RunAsync(stop.Token);

        await Eventually.TrueAsync(() => rows.All.All(r => rows.Passed.Contains(r.Id)), "a pass over each");
        Assert.Equal([rows.All[^1].Id], rows.LookedUp);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class Rows : IReconciler
    {
        // The last lives on no cluster yet.
        public IReadOnlyList<ReconcileRow> All { get; } =
            [.. Enumerable.Range(0, 6).Select(i => new ReconcileRow(Guid.NewGuid(), i == 5 ? null : Guid.NewGuid()))];

        public ConcurrentQueue<Guid> LookedUp { get; } = [];

        public ConcurrentQueue<Guid> Passed { get; } = [];

        public string Kind => "Row";

        public IReadOnlyList<ResourceType> Watches => [];

        public Task<IReadOnlyList<ReconcileRow>> AllAsync(CancellationToken ct) => Task.FromResult(All);

        public Task<Guid?> ClusterOfAsync(Guid id, CancellationToken ct)
        {
            LookedUp.Enqueue(id);
            return Task.FromResult<Guid?>(null);
        }

        public Task<ReconcileResult> ReconcileAsync(Guid id, CancellationToken ct)
        {
            Passed.Enqueue(id);
            return Task.FromResult(ReconcileResult.Settled);
        }
    }
}
