using System.Collections.Concurrent;
using System.Security.Cryptography;
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

namespace Portal.Core.Notebooks;

/// <summary>Carries notebooks out. Run again at any point it ends at the same objects.</summary>
public sealed class NotebookReconciler(
    IDbContextFactory<PortalDb> databases, WorkloadClusters clusters, WorkloadLaunch launch, IRowSeal seal, LeaseFence fence, TimeProvider clock)
    : WorkloadReconciler<Notebook>(databases, fence, clock)
{
    // A pod that starts tells by events; this only lets "slow" be said in time.
    private static readonly TimeSpan WhileMoving = TimeSpan.FromSeconds(15);

    // What no watch shows is asked for: at the resync, not whenever the pod tells something.
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromMinutes(4);

    private static readonly WorkloadStatus NotReady = new(WorkloadState.Pending, "project.not_ready");

    private readonly ConcurrentDictionary<Guid, long> _askedAt = [];

    /// <inheritdoc/>
    public override IReadOnlyList<ResourceType> Watches { get; } = [NotebookManifests.Kind, Kinds.StatefulSet, Kinds.Pod, Kinds.Workload];

    /// <inheritdoc/>
    protected override Task SayAsync(PortalDb db, Notebook row, WorkloadStatus outage, CancellationToken ct)
    {
        row.SetStatus(outage, Now);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    protected override async Task<ReconcileResult> PassAsync(PortalDb db, Notebook notebook, CancellationToken ct)
    {
        if (notebook.Intent == NotebookIntent.Running && notebook.Project!.Intent == ProjectIntent.Archived)
        {
            // As if it had been stopped here, so that it stays stopped when the project is opened again.
            Want(db, notebook, NotebookIntent.Stopped, "notebook.stopped");
            notebook.Generation++;
            await SaveAsync(db, ct);
        }
        if (notebook.Intent == NotebookIntent.Running && notebook.Generation != notebook.ObservedGeneration && Waits(notebook.Project!) is { } waits)
            return await WaitAsync(db, notebook, waits, ct);
        var cluster = clusters.Of(notebook.Project!);
        var place = await cluster.PlaceAsync(notebook.Project!.Namespace, ct);
        if (notebook.Intent == NotebookIntent.Deleted)
            return await RemoveAsync(db, cluster, notebook, place, ct);

        var facts = await FactsAsync(cluster, notebook, place, ct);
        // What is gone is made again where the project stands: until then its namespace may go, or be gone.
        var stands = ProjectHealth.TakesWork(notebook.Project!);
        if (notebook.Intent == NotebookIntent.Running && facts.Controller is null && !stands)
            return await WaitAsync(db, notebook, NotReady, ct);
        WorkloadStatus? unmended = null;
        if (notebook.Generation != notebook.ObservedGeneration || (facts.Controller is null && notebook.Intent == NotebookIntent.Running))
        {
            // Kueue lets the priority of what runs neither come nor go.
            if (notebook.Intent != NotebookIntent.Running && facts.Controller is { } live)
                place = place with { HasPriorities = live.Text("metadata", "labels", PriorityClass.Label) is not null };
            var starts = notebook.Intent == NotebookIntent.Running;
            var choice = starts ? NotebookPlan.For(place) : NotebookPlan.Current(notebook, place);
            var stillThere = false;
            if (await cluster.RefusedAsync(async () => stillThere = await StillThereAsync(cluster, notebook, place, choice, ct)) is { } kept)
                return await RefusedAsync(db, notebook, kept, ct);
            if (stillThere)
            {
                Observe(notebook, new WorkloadStatus(WorkloadState.Stopping));
                await SaveAsync(db, ct);
                return ReconcileResult.After(TimeSpan.FromSeconds(2));
            }
            // What is not there is not made in order to be stopped.
            if ((starts || facts.Controller is not null)
                && await cluster.RefusedAsync(() => ApplyAsync(db, cluster, notebook, place, choice, facts.Controller, ct)) is { } refused)
            {
                return await RefusedAsync(db, notebook, refused, ct);
            }
            notebook.ObservedGeneration = notebook.Generation;
            facts = await FactsAsync(cluster, notebook, place, ct);
        }
        // What is there was asked for after the stop was carried out, not taken from what a watch saw: the mark was there, and somebody took it away.
        else if (notebook.Project!.Intent == ProjectIntent.Active && NotebookManifests.IsStartedElsewhere(notebook, facts.Controller))
        {
            Want(db, notebook, NotebookIntent.Running, "notebook.started_elsewhere");
            (notebook.LastActivityAt, notebook.ActivityCheckedAt) = (null, null);
        }
        else if (notebook.Intent == NotebookIntent.Running && stands)
            unmended = await MendAsync(db, cluster, notebook, place, facts.Controller, ct);
        // A server that was stopped and runs all the same is stopped again, or it is noted who holds it.
        else if (notebook.Intent == NotebookIntent.Stopped && NotebookHealth.IsHeldByOthers(notebook, facts))
        {
            unmended = await StopAgainAsync(db, cluster, notebook, place, facts.Controller!, ct);
            facts = await FactsAsync(cluster, notebook, place, ct);
            // It stops from now on, whenever that was asked for.
            if (!NotebookHealth.IsHeldByOthers(notebook, facts))
                notebook.IntentChangedAt = Now;
        }
        var status = await PoolNames.InAsync(
            db, notebook.Project!.ClusterId, FrozenProject.Explain(notebook.Project, NotebookHealth.From(notebook, facts, Now)), ct);
        // A server that runs is reached, whoever holds fields of it.
        Observe(notebook, status.State == WorkloadState.Running ? status : unmended ?? status);
        await RecordAsync(db, cluster, notebook, ct);
        await SaveAsync(db, ct);
        return notebook.State is WorkloadState.Running or WorkloadState.Stopped ? ReconcileResult.Settled : ReconcileResult.After(WhileMoving);
    }

    // Of what the catalogue no longer describes only the number could be said, over whoever set it: that is not forced.
    private async Task<WorkloadStatus?> StopAgainAsync(
        PortalDb db, WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, JsonObject live, CancellationToken ct)
    {
        if (launch.FindImage(notebook.ImageId, ImageUse.Notebook) is null || launch.FindSize(notebook.SizeId) is null)
            return null;
        // Kueue lets the priority of what runs neither come nor go.
        place = place with { HasPriorities = live.Text("metadata", "labels", PriorityClass.Label) is not null };
        return await cluster.RefusedAsync(() => ApplyAsync(db, cluster, notebook, place, NotebookPlan.Current(notebook, place), live, ct));
    }

    private async Task<ReconcileResult> RefusedAsync(PortalDb db, Notebook notebook, WorkloadStatus refused, CancellationToken ct)
    {
        notebook.SetStatus(refused, Now);
        await SaveAsync(db, ct);
        return ReconcileResult.After(TimeSpan.FromMinutes(1));
    }

    private async Task<ReconcileResult> WaitAsync(PortalDb db, Notebook notebook, WorkloadStatus waits, CancellationToken ct)
    {
        notebook.SetStatus(waits, Now);
        await SaveAsync(db, ct);
        return ReconcileResult.After(WhileMoving);
    }

    // Nothing starts in a project that is not ready, or frozen; a server that was let start before goes on.
    private static WorkloadStatus? Waits(Project project) =>
        !ProjectHealth.TakesWork(project) ? NotReady : project.IsFrozen ? FrozenProject.Waiting : null;

    private void Want(PortalDb db, Notebook notebook, NotebookIntent intent, string action)
    {
        (notebook.Intent, notebook.IntentChangedAt, notebook.StoppedWhenIdle) = (intent, Now, false);
        db.Audit(new AuditRecord(Actor.Reconciler, action, "notebook", notebook.Id) { ProjectId = notebook.ProjectId });
    }

    private Task RecordAsync(PortalDb db, WorkloadCluster cluster, Notebook notebook, CancellationToken ct)
    {
        DateTimeOffset? ended = notebook.State == WorkloadState.Stopped || notebook.Intent == NotebookIntent.Deleted ? notebook.IntentChangedAt : null;
        return WaitRecords.ObserveAsync(
            db, cluster.Cache, notebook, SizeOf(notebook), notebook.IntentChangedAt, notebook.RunningSince, ended, Now, ct);
    }

    // Cores that nobody computes on are held all the same, and others wait for them. A size may leave the catalogue while it runs.
    private StaySize? SizeOf(Notebook notebook) => launch.FindSize(notebook.SizeId) is { } size
        ? new(notebook.Accelerators, (double)size.Cores, (double)size.MemoryGiB) : null;

    private void Observe(Notebook notebook, WorkloadStatus status)
    {
        var now = Now;
        notebook.SetStatus(status, now);
        if (notebook.State != WorkloadState.Running)
            (notebook.RunningSince, notebook.KernelBusy) = (null, false);
        else
            notebook.RunningSince ??= now;
    }

    // The cluster got or lost the notebook controller since this one was last started: what it was before goes first, since
    // both kinds make a pod of one name. A notebook is left as it is until somebody starts it.
    private static async Task<bool> StillThereAsync(WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, WorkloadChoice choice, CancellationToken ct)
    {
        var before = NotebookPlan.Current(notebook, place);
        if (before.Kind == choice.Kind)
            return false;
        var left = false;
        foreach (var key in NotebookManifests.Keys(notebook, place, before).Where(k => k.Type != Kinds.Secret))
            left |= await cluster.Writer.DeleteAsync(key, NotebookManifests.Owner(notebook.Id), ct);
        return left || cluster.Pods(place.Namespace, NotebookManifests.Owner(notebook.Id)).Count > 0;
    }

    private async Task ApplyAsync(
        PortalDb db, WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, WorkloadChoice choice, JsonObject? seen, CancellationToken ct)
    {
        if (notebook.Intent != NotebookIntent.Running && (launch.FindImage(notebook.ImageId, ImageUse.Notebook) is null || launch.FindSize(notebook.SizeId) is null))
        {
            // The catalogue no longer says what it is; to stop it, nobody has to know.
            if (seen is not null)
            {
                var kind = NotebookPlan.Current(notebook, place).Kind;
                await cluster.Client.PatchAsync(new ObjectKey(kind, place.Namespace, notebook.ObjectName), NotebookManifests.Stop(notebook, kind), ct);
            }
            return;
        }
        JsonObject? made = null;
        var manifests = await ManifestsAsync(db, notebook, place, choice, ct);
        // Known before anything of it is in the cluster: whichever answer is lost, what is there is found again as what it is.
        (notebook.RunsAs, notebook.RunsAsReason) = (choice.RunsAs, choice.Reason);
        await SaveAsync(db, ct);
        foreach (var manifest in manifests)
            made = await cluster.Writer.ApplyAsync(manifest, ct);
        // An apply takes away what the portal itself wrote, never what others did.
        if (notebook.Intent == NotebookIntent.Running && NotebookManifests.IsStoppedElsewhere(notebook, made))
            await cluster.Client.PatchAsync(new ObjectKey(choice.Kind, place.Namespace, notebook.ObjectName), NotebookManifests.NoStop, ct);
    }

    private async Task<IReadOnlyList<JsonObject>> ManifestsAsync(
        PortalDb db, Notebook notebook, WorkloadPlace place, WorkloadChoice choice, CancellationToken ct)
    {
        var (image, size) = (launch.Image(notebook.ImageId, ImageUse.Notebook), launch.Size(notebook.SizeId));
        var offer = await launch.OfferAsync(notebook, ct);
        var token = await TokenAsync(db, notebook, ct);
        var user = await db.People.Where(p => p.Id == notebook.CreatedBy).Select(p => p.UserName).FirstOrDefaultAsync(ct) ?? "";
        return NotebookManifests.For(new NotebookSpec(notebook, place, image, size, offer, user, token), choice);
    }

    /// <summary>Follows a stop that was asked for elsewhere, else sets right what others changed; what is refused is the result.</summary>
    private async Task<WorkloadStatus?> MendAsync(
        PortalDb db, WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, JsonObject? seen, CancellationToken ct)
    {
        if (NotebookManifests.IsStoppedElsewhere(notebook, seen))
        {
            // As if it had been stopped here, so that it can be started here.
            Want(db, notebook, NotebookIntent.Stopped, "notebook.stopped_elsewhere");
            return null;
        }
        // Without them it cannot be said what it should be; it runs on as it is. A new token is for a new start alone.
        if (launch.FindImage(notebook.ImageId, ImageUse.Notebook) is null || launch.FindSize(notebook.SizeId) is null || seal.Open(notebook.SealedToken) is null)
            return null;
        var asks = !_askedAt.TryGetValue(notebook.Id, out var last) || Clock.GetElapsedTime(last) > BetweenQuestions;
        var refused = await cluster.RefusedAsync(async () =>
        {
            foreach (var manifest in await ManifestsAsync(db, notebook, place, NotebookPlan.Current(notebook, place), ct))
                await cluster.Writer.RepairAsync(manifest, asks, ct);
        });
        if (asks && refused is null)
            _askedAt[notebook.Id] = Clock.GetTimestamp();
        return refused;
    }

    // In the row before it is in the pod, so that a running server's token is always the known one: no Secret is ever read.
    private async Task<string> TokenAsync(PortalDb db, Notebook notebook, CancellationToken ct)
    {
        if (seal.Open(notebook.SealedToken) is { } known)
            return known;
        var token = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(24));
        notebook.SealedToken = seal.Seal(token);
        await SaveAsync(db, ct);
        return token;
    }

    private async Task<ReconcileResult> RemoveAsync(PortalDb db, WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, CancellationToken ct)
    {
        var left = false;
        foreach (var key in NotebookManifests.EveryKey(notebook, place))
        {
            if (await cluster.RefusedAsync(async () => left |= await cluster.Writer.DeleteAsync(key, NotebookManifests.Owner(notebook.Id), ct)) is { } refused)
                return await RefusedAsync(db, notebook, refused, ct);
        }
        var facts = await FactsAsync(cluster, notebook, place, ct);
        if (left || facts.Pod is not null)
        {
            Observe(notebook, NotebookHealth.From(notebook, facts, Now));
            await SaveAsync(db, ct);
            return ReconcileResult.After(TimeSpan.FromSeconds(2));
        }
        await RecordAsync(db, cluster, notebook, ct);
        await DisputeBook.DropAsync(db, NotebookManifests.Owner(notebook.Id), ct);
        db.Remove(notebook);
        await SaveAsync(db, ct);
        _askedAt.TryRemove(notebook.Id, out _);
        return ReconcileResult.Settled;
    }

    private async Task<NotebookFacts> FactsAsync(WorkloadCluster cluster, Notebook notebook, WorkloadPlace place, CancellationToken ct)
    {
        var kind = NotebookPlan.Current(notebook, place).Kind;
        var controller = await cluster.Client.FindAsync(new ObjectKey(kind, place.Namespace, notebook.ObjectName), ct);
        var pod = cluster.Pods(place.Namespace, NotebookManifests.Owner(notebook.Id)).FirstOrDefault();
        // That it has stopped is said once: not because a watch has not shown its pod yet.
        if (pod is null && notebook.Intent != NotebookIntent.Running && notebook.State != WorkloadState.Stopped)
            pod = (await cluster.AskPodsAsync(place.Namespace, NotebookManifests.Owner(notebook.Id), ct)).FirstOrDefault();
        var workload = controller is null ? null : QueueHealth.Find(cluster.Cache.List(Kinds.Workload, place.Namespace), controller, pod);
        var facts = new NotebookFacts(controller, pod, workload, []);
        // A pod that waits for no reason of its own has one that only events tell.
        var asks = controller is not null && notebook.Intent == NotebookIntent.Running && (pod is null
            || Patience.IsTried(NotebookHealth.From(notebook, facts, notebook.IntentChangedAt), notebook.IntentChangedAt, Now));
        return asks ? facts with { Events = await cluster.EventsAsync(place.Namespace, controller!, pod, ct) } : facts;
    }
}
