using System.Linq.Expressions;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Health;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Waiting;
using Portal.Core.Workloads;

namespace Portal.Core.Training;

/// <summary>
/// Carries runs out: submits the Job once, follows it, and closes the run when it has ended. What is known is in the row and
/// in the cluster, so a portal that dies at any point goes on where it was.
/// </summary>
public sealed class TrainingReconciler(
    IDbContextFactory<PortalDb> databases, WorkloadClusters clusters, WorkloadLaunch launch, IRowSeal seal, LeaseFence fence, TimeProvider clock)
    : WorkloadReconciler<TrainingRun>(databases, fence, clock)
{
    // While it runs its log is kept every few seconds: a node that dies takes the pod's own log along.
    private static readonly TimeSpan WhileRunning = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan WhileStopping = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan WhileRefused = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LogPatience = TimeSpan.FromSeconds(5);

    // How long after its end, or before a stop takes its pod, a run's log is asked for again that could not be read.
    private static readonly TimeSpan LastLines = TimeSpan.FromSeconds(20);

    /// <inheritdoc/>
    public override IReadOnlyList<ResourceType> Watches { get; } = [.. TrainingKinds.All, Kinds.Pod, Kinds.Workload];

    /// <inheritdoc/>
    protected override Expression<Func<TrainingRun, bool>> IsOpen => r => !r.Cleared;

    /// <inheritdoc/>
    protected override Task<ReconcileResult> PassAsync(PortalDb db, TrainingRun run, CancellationToken ct) =>
        run.FinishedAt is null ? CarryOutAsync(db, run, ct) : ClearAsync(db, run, ct);

    /// <inheritdoc/>
    protected override Task SayAsync(PortalDb db, TrainingRun run, WorkloadStatus outage, CancellationToken ct) =>
        // How it ended stays said, whatever becomes of what is left of it.
        run.FinishedAt is null ? ShowAsync(db, run, outage, ct) : Task.CompletedTask;

    private async Task<ReconcileResult> CarryOutAsync(PortalDb db, TrainingRun run, CancellationToken ct)
    {
        if (!run.StopRequested && run.Project!.Intent == ProjectIntent.Archived)
        {
            (run.StopRequested, run.IntentChangedAt) = (true, Now);
            run.Generation++;
            db.Audit(new AuditRecord(Actor.Reconciler, "training.stopped", "training", run.Id) { ProjectId = run.ProjectId, Details = { ["name"] = run.Name } });
            await SaveAsync(db, ct);
        }
        if (run.ObservedGeneration == 0 && !run.StopRequested && Waits(run) is { } waits)
        {
            await ShowAsync(db, run, waits, ct);
            await SaveAsync(db, ct);
            return ReconcileResult.After(WhileRunning);
        }
        var cluster = clusters.Of(run.Project!);
        var place = await cluster.PlaceAsync(run.Project!.Namespace, ct);
        if (run.ObservedGeneration == 0 && !run.StopRequested)
        {
            var refused = ChoiceFor(run, place) is { } choice
                ? await cluster.RefusedAsync(() => SubmitAsync(db, cluster, run, place, choice, ct))
                : new WorkloadStatus(WorkloadState.Attention, "training.no_ray").With("nodes", run.Nodes);
            if (refused is not null)
            {
                await ShowAsync(db, run, refused, ct);
                await SaveAsync(db, ct);
                return ReconcileResult.After(WhileRefused);
            }
        }
        return await FollowAsync(db, cluster, run, place, ct);
    }

    private async Task<ReconcileResult> FollowAsync(PortalDb db, WorkloadCluster cluster, TrainingRun run, WorkloadPlace place, CancellationToken ct)
    {
        var facts = await FactsAsync(cluster, run, place, ct);
        var status = await PoolNames.InAsync(
            db, run.Project!.ClusterId, FrozenProject.Explain(run.Project!, TrainingHealth.From(run, facts, Now)), ct);
        var startedAt = TrainingHealth.StartedAt(facts.Pod);
        run.StartedAt ??= startedAt;
        // A stop takes the pod along, and its log with it; what is said last is read once the run has ended.
        var log = status.State.IsFinal() ? null : await LogAsync(cluster, run, facts.Pod, whole: run.StopRequested, ct);
        var unread = log is null && startedAt is not null && Now - run.IntentChangedAt < LastLines;
        var refused = run.StopRequested && !status.State.IsFinal() && !unread
            ? await cluster.RefusedAsync(() => cluster.Writer.DeleteAsync(TrainingManifests.ControllerKey(run, place), TrainingManifests.Owner(run.Id), ct)) : null;
        status = refused ?? status;
        await ShowAsync(db, run, status, ct);
        if (status.State.IsFinal())
        {
            (run.FinishedAt, run.ExitCode) = TrainingHealth.Ending(facts);
            run.FinishedAt ??= Now;
            (run.TokenHash, run.SealedToken) = ("", "");
        }
        await WaitRecords.ObserveAsync(db, cluster.Cache, run, SizeOf(run), run.CreatedAt, startedAt, run.FinishedAt, Now, ct);
        await SaveAsync(db, ct);
        if (status.State.IsFinal())
            return await ClearAsync(db, run, ct);
        await KeepLogAsync(db, run, log, ct);
        return ReconcileResult.After(refused is not null ? WhileRefused : run.StopRequested ? WhileStopping : WhileRunning);
    }

    // After the end is committed, never before: without the Job nobody could tell any more how it ended.
    private async Task<ReconcileResult> ClearAsync(PortalDb db, TrainingRun run, CancellationToken ct)
    {
        var cluster = clusters.Of(run.Project!);
        var place = await cluster.PlaceAsync(run.Project!.Namespace, ct);
        var pod = TrainingPods.Leader(await cluster.AskPodsAsync(place.Namespace, TrainingManifests.Owner(run.Id), ct));
        var log = await LogAsync(cluster, run, pod, whole: true, ct);
        // The last lines say why it failed: what could not be read at once is asked for a little longer, while the pod is there.
        if (log is null && pod is not null && run.StartedAt is not null && Now - run.FinishedAt < LastLines)
            return ReconcileResult.After(WhileStopping);
        // Too long to be read whole in time: its end. Of one that was stopped the whole may be kept already.
        if (log is null && !run.StopRequested)
            log = await LogAsync(cluster, run, pod, whole: false, ct);
        await KeepLogAsync(db, run, log, ct);
        foreach (var key in TrainingManifests.Leftovers(run, place))
            await LetGoAsync(cluster, key, TrainingManifests.Owner(run.Id), ct);
        await DisputeBook.DropAsync(db, TrainingManifests.Owner(run.Id), ct);
        (run.Cleared, run.ObservedGeneration) = (true, run.Generation);
        await SaveAsync(db, ct);
        return ReconcileResult.Settled;
    }

    // What another tool keeps by now stays with it.
    private static async Task LetGoAsync(WorkloadCluster cluster, ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        try
        {
            await cluster.Writer.DeleteAsync(key, owner, ct);
        }
        catch (ClusterException kept) when (kept.Failure == ClusterFailure.Owned)
        {
        }
    }

    private static StaySize SizeOf(TrainingRun run) =>
        new(run.Accelerators, run.CpuMilli / 1000d, run.MemoryMiB / 1024d, run.Nodes);

    private WorkloadStatus? Waits(TrainingRun run)
    {
        if (!ProjectHealth.TakesWork(run.Project!))
            return new WorkloadStatus(WorkloadState.Pending, "project.not_ready");
        if (run.Project!.IsFrozen)
            return FrozenProject.Waiting;
        return clusters.Options.PortalAddress is null ? new WorkloadStatus(WorkloadState.Pending, "training.no_address") : null;
    }

    // One that was submitted in part before the portal died goes on as what it was.
    private static WorkloadChoice? ChoiceFor(TrainingRun run, WorkloadPlace place) => run.RunsAs.Length > 0
        ? new WorkloadChoice(TrainingManifests.ControllerKind(run), run.RunsAsReason) : TrainingPlan.For(run, place);

    // The token is stored before anything of the run is in the cluster, and forgotten once all of it is: whichever step the
    // portal dies after, the token in the pod is the one whose hash is known. No Secret is ever read.
    private async Task SubmitAsync(
        PortalDb db, WorkloadCluster cluster, TrainingRun run, WorkloadPlace place, WorkloadChoice choice, CancellationToken ct)
    {
        var token = seal.Open(run.SealedToken) ?? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        (run.SealedToken, run.TokenHash) = (seal.Seal(token), HashOf(token));
        // What it was submitted as is kept: a cluster that learns another kind later must not hide the one that runs.
        (run.RunsAs, run.RunsAsReason) = (choice.RunsAs, choice.Reason);
        await SaveAsync(db, ct);
        await cluster.Writer.ApplyAsync(TrainingManifests.Secret(run, place, token), ct);
        if (await cluster.Client.FindAsync(TrainingManifests.ControllerKey(run, place), ct) is null)
        {
            var image = run.CustomImage.Length > 0 ? null : launch.Image(run.ImageId, ImageUse.Training);
            var spec = new TrainingSpec(run, run.Project!.Name, place, image, await launch.OfferAsync(run, ct));
            // A Job that was let go must not be held back by a second apply, so it is applied only when it is absent.
            foreach (var manifest in TrainingManifests.For(spec, choice))
                await ApplyAsync(cluster, manifest, ct);
        }
        (run.ObservedGeneration, run.SealedToken) = (run.Generation, "");
        await SaveAsync(db, ct);
    }

    private static async Task ApplyAsync(WorkloadCluster cluster, JsonObject manifest, CancellationToken ct)
    {
        try
        {
            await cluster.Writer.ApplyAsync(manifest, ct);
        }
        catch (ClusterException refused) when (KubeflowTraining.DropUnknownLimit(manifest, refused.Message))
        {
            await cluster.Writer.ApplyAsync(manifest, ct);
        }
    }

    private async Task<TrainingFacts> FactsAsync(WorkloadCluster cluster, TrainingRun run, WorkloadPlace place, CancellationToken ct)
    {
        var job = await cluster.Client.FindAsync(TrainingManifests.ControllerKey(run, place), ct);
        var facts = await FactsAsync(cluster, run, place, job, cluster.Pods(place.Namespace, TrainingManifests.Owner(run.Id)), ct);
        // What is said of an end is said once: not by pods that a watch may show as they were before it.
        if (TrainingHealth.From(run, facts, Now).State.IsFinal())
            facts = await FactsAsync(cluster, run, place, job, await cluster.AskPodsAsync(place.Namespace, TrainingManifests.Owner(run.Id), ct), ct);
        // A pod that waits for no reason of its own has one that only events tell.
        var asks = job is not null && (facts.Pod is null
            || Patience.IsTried(TrainingHealth.From(run, facts, run.IntentChangedAt), run.IntentChangedAt, Now));
        return asks ? facts with { Events = await cluster.EventsAsync(place.Namespace, job!, facts.Pod, ct) } : facts;
    }

    private static async Task<TrainingFacts> FactsAsync(
        WorkloadCluster cluster, TrainingRun run, WorkloadPlace place, JsonObject? job, IReadOnlyList<JsonObject> pods, CancellationToken ct)
    {
        var queued = cluster.Cache.List(Kinds.Workload, place.Namespace);
        var workload = job is null ? null : QueueHealth.Find(queued, job.Text("metadata", "uid") ?? "");
        return new TrainingFacts(job, TrainingPods.Leader(pods), workload, [], workload is null ? 0 : QueueHealth.Position(workload, queued))
        {
            Pods = TrainingPods.LastTry(pods),
            Jobs = job is not null && TrainingEnd.IsToldByItsJobs(job) ? await JobsAsync(cluster, run, place, ct) : [],
        };
    }

    // Asked for, not taken from what the watches saw: they may be behind, and what is said of an end is said once.
    private static async Task<IReadOnlyList<JsonObject>> JobsAsync(WorkloadCluster cluster, TrainingRun run, WorkloadPlace place, CancellationToken ct)
    {
        var jobs = new List<JsonObject>();
        await foreach (var job in cluster.Client.ListAsync(Kinds.Job, place.Namespace, $"{JobSetHealth.NameLabel}={run.ObjectName}", ct))
            jobs.Add(job);
        return jobs;
    }

    private async Task ShowAsync(PortalDb db, TrainingRun run, WorkloadStatus status, CancellationToken ct)
    {
        var now = Now;
        var first = !await db.Set<TrainingStep>().AnyAsync(s => s.RunId == run.Id, ct);
        if (!run.SetStatus(status, now) && !first)
            return;
        var last = first ? 0 : await db.Set<TrainingStep>().Where(s => s.RunId == run.Id).MaxAsync(s => s.Position, ct);
        db.Add(new TrainingStep
        {
            RunId = run.Id,
            Position = last + 1,
            At = now,
            State = run.State,
            Reason = run.Reason,
            ReasonArguments = run.ReasonArguments,
        });
    }

    // What can be had of it: the pod may be gone, or on a node that no longer answers. While the run goes on it is asked for again and
    // again, and a long log costs its node and the API server as much each time: then its end has to do.
    private static async Task<(string Text, bool Truncated)?> LogAsync(
        WorkloadCluster cluster, TrainingRun run, JsonObject? pod, bool whole, CancellationToken ct)
    {
        if (pod is null || run.StartedAt is null)
            return null;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(LogPatience);
        try
        {
            await using var stream = await cluster.Client.LogsAsync(
                run.Project!.Namespace, pod.Name(), PodHealth.ContainerName(pod), follow: false, whole ? null : PodLog.TailLines + 1, patience.Token);
            return await LogTail.ReadAsync(stream, TrainingLog.Limit, patience.Token, whole ? int.MaxValue : PodLog.TailLines);
        }
        catch (Exception e) when (e is ClusterException or IOException or HttpRequestException or OperationCanceledException && !ct.IsCancellationRequested)
        {
            return null;
        }
    }

    // In a commit of its own: nothing that a program prints may stand between a run and its end.
    private async Task KeepLogAsync(PortalDb db, TrainingRun run, (string Text, bool Truncated)? log, CancellationToken ct)
    {
        if (log is not var (text, truncated))
            return;
        var kept = await db.Set<TrainingLog>().SingleOrDefaultAsync(l => l.RunId == run.Id, ct);
        if (kept is null)
            db.Add(kept = new TrainingLog { RunId = run.Id });
        else if (kept.Text == text && kept.Truncated == truncated)
            return;
        (kept.Text, kept.Truncated, kept.SavedAt) = (text, truncated, Now);
        await SaveAsync(db, ct);
    }

    /// <summary>How a token is stored and found again.</summary>
    public static string HashOf(string token) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(token)));
}
