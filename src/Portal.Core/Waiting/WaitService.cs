using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Waiting;

/// <summary>Says why a workload waits, or what of it runs on what others lent, from what the watches have seen and the pool's history; the cluster is asked for no longer than a second.</summary>
public sealed class WaitService(
    IDbContextFactory<PortalDb> databases, AccessGate gate, IClusters clusters, Catalogue offered, TimeProvider clock)
{
    /// <summary>Why a run waits.</summary>
    [Requires(Permission.TrainingView)]
    public async Task<Result<WaitReport>> OfTrainingAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var run = await db.Set<TrainingRun>().AsNoTracking().Include(r => r.Project).SingleOrDefaultAsync(r => r.Id == id, ct);
        if (run is null)
            return Refusal.NotFound("training");
        return await gate.CheckAsync(db, actor, Permission.TrainingView, Scope.Project(run.ProjectId), "training", id, ct) is { } denied
            ? denied : await ReportAsync(db, actor, run, ct);
    }

    /// <summary>Why a notebook waits.</summary>
    [Requires(Permission.NotebookView)]
    public async Task<Result<WaitReport>> OfNotebookAsync(Actor actor, Guid id, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var notebook = await db.Set<Notebook>().AsNoTracking().Include(n => n.Project).SingleOrDefaultAsync(n => n.Id == id, ct);
        if (notebook is null)
            return Refusal.NotFound("notebook");
        return await gate.CheckAsync(db, actor, Permission.NotebookView, Scope.Project(notebook.ProjectId), "notebook", id, ct) is { } denied
            ? denied : await ReportAsync(db, actor, notebook, ct);
    }

    private async Task<WaitReport> ReportAsync(PortalDb db, Actor actor, WorkloadRow row, CancellationToken ct)
    {
        if (row.State == WorkloadState.Running)
            return row.Accelerators == 0 ? WaitReport.None : WaitReport.None with { Borrowed = await BorrowedAsync(db, actor, row, ct) };
        if (row.State is not (WorkloadState.Pending or WorkloadState.Starting or WorkloadState.Attention))
            return WaitReport.None;
        var cluster = clusters.Get(row.Project!.ClusterId);
        var snapshot = WaitSnapshots.Of(cluster.Cache, clock.GetUtcNow());
        var (workload, pod) = WaitSnapshots.Find(cluster.Cache, row.Project.Namespace, row);
        if (workload is null && pod is null)
            return WaitReport.None;
        var analysis = WaitExplanation.For(snapshot, workload, pod);
        // Its own state says all there is to say.
        if (analysis.Kind == WaitKind.Other)
            return WaitReport.None;
        var names = await WaitNames.ReadAsync(
            db, gate, actor, row, analysis.Ahead.Select(a => a.Namespace).Concat(analysis.Holders.Select(h => h.Namespace)), ct);
        var report = WithSize(names.Report(analysis, snapshot.Now), row, analysis);
        if (workload is not null && analysis.Position > 0
            && await QueueVisibility.PositionAsync(cluster.Client, analysis.ClusterQueue, row.Project.Namespace, workload.Name(), ct) is { } place)
        {
            report = report with { Position = place };
        }
        if (await PoolStays.OutlookAsync(db, row, snapshot, analysis, ct) is not var (_, scene, history))
            return report;
        return history.IsEnough
            ? report with { Estimate = StartForecast.Of(scene, history, row.Id.GetHashCode()) } : report with { TooFew = history.Stays.Count };
    }

    private async Task<IReadOnlyList<BorrowedLine>> BorrowedAsync(PortalDb db, Actor actor, WorkloadRow row, CancellationToken ct)
    {
        var cache = clusters.Get(row.Project!.ClusterId).Cache;
        // Lists ask for each of their rows: what needs no more than its own queue is told by that alone.
        if (!BorrowedUnits.MayBorrow(cache.Find(new ObjectKey(Kinds.ClusterQueue, null, ProjectQueueManifests.ClusterQueueName(row.Project)))))
            return [];
        if (WaitSnapshots.Find(cache, row.Project.Namespace, row).Workload is not { } workload || BorrowedUnits.Of(workload, cache) is not { Count: > 0 } borrowed)
            return [];
        return (await WaitNames.ReadAsync(db, gate, actor, row, borrowed.SelectMany(b => b.Lenders), ct)).Lines(borrowed);
    }

    private WaitReport WithSize(WaitReport report, WorkloadRow row, WaitAnalysis analysis)
    {
        var nodes = row is TrainingRun run ? run.Nodes : 1;
        if (offered.FindSize(row.SizeId) is not { } own || SmallerSize.For(analysis, own, nodes, offered.Sizes) is not { } size)
            return report;
        var option = new WaitOption(StartOptionKind.SmallerSize, row.PoolId, "", row.Accelerators * nodes) { OnEach = row.Accelerators, SizeId = size.Id };
        return report with { Options = [option, .. report.Options] };
    }
}
