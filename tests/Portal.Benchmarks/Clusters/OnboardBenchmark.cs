using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Reconciliation;
using Portal.Core.Teams;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Faults;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Clusters;

/// <summary>
/// 500 projects onboarded by the portal against a bare loop of the same apply calls, and an approval until the API server
/// shows it against one bare apply of the same object. Neither side is held to a rate. All of it twice: before the embedded
/// cluster itself, which answers sooner than any API server can that keeps its objects elsewhere and takes its processor time
/// from the same cores; and with each call as much longer as a write may take to be stored by etcd. Or once before API servers
/// that are named, see <see cref="BenchCluster"/>.
/// </summary>
public static class OnboardBenchmark
{
    private const int Projects = 500;
    // Until most of what runs has been compiled for good.
    private const int WarmUp = 1000;
    private const int Approvals = 60;
    private const int ApprovalWarmUp = 20;

    // What etcd's own guide asks of its disk: 99 of 100 syncs of its log within 10 ms. The bound, taken for each call.
    private static readonly TimeSpan Stored = TimeSpan.FromMilliseconds(10);

    // An approval is somebody's act: the passes that follow the one before, the look at its echo among them, are over by then.
    private static readonly TimeSpan Rest = 2 * WorkQueue.Echo;

    private const double AskedRate = 0.7;
    private const double AskedApproval = 2;
    private const string Unlimited = "100000";

    /// <summary>Runs the portal on one embedded cluster and the loop on another.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(CancellationToken ct) => BenchCluster.IsGiven
        ? await RunAsync(TimeSpan.Zero, ", clusters as named", ct)
        :
    [
        .. await RunAsync(TimeSpan.Zero, "", ct),
        .. await RunAsync(Stored, $", each call {Stored.TotalMilliseconds:0} ms longer", ct),
    ];

    private static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(TimeSpan longer, string how, CancellationToken ct)
    {
        await using var cluster = await BenchCluster.OfPortalAsync();
        await using var way = await WayToAsync(cluster, longer);
        var kubeconfig = way?.Kubeconfig ?? cluster.Kubeconfig;
        await using var portal = await RunningPortal.StartAsync("Kubeconfig", sample: false,
            "--Cluster:Kubeconfig", kubeconfig, "--Cluster:RequestsPerSecond", Unlimited, "--Cluster:Burst", Unlimited);
        var stage = await StageAsync(portal, ct);
        var before = await OnboardAsync(portal, stage, WarmUp, ct);
        // The loop before and after, in a cluster of about as many: a machine that others use is not as fast at every moment.
        await using var loop = await BareLoop.StartAsync(longer);
        var first = Manifests(portal, before);
        await loop.FillAsync(first.SkipLast(Projects / 2), ct);
        var looped = await loop.ApplyAsync(first.TakeLast(Projects / 2), ct);
        var clock = Stopwatch.StartNew();
        var made = await OnboardAsync(portal, stage, Projects, ct);
        var rate = Projects / clock.Elapsed.TotalSeconds;
        // Not for a condition: the last passes of the portal shall be over, see Rest.
        await Task.Delay(Rest, ct);
        looped += await loop.ApplyAsync(Manifests(portal, made).Take(Projects / 2), ct);
        var bare = Projects / looped.TotalSeconds;
        var (visible, applied) = await ApproveAsync(portal, stage, made, cluster.Kubeconfig, kubeconfig, ct);
        var (seen, plain) = (visible.At(0.95), applied.At(0.95));
        return
        [
            new($"{Projects} projects onboarded, against a bare loop of such apply calls, one after the other{how}", $"{rate / bare:0.00} × {bare:0.0}/s", "≥ 0.7 ×", rate >= AskedRate * bare),
            new($"approval until the API server shows it, against one bare apply{how}: p95", $"{seen / plain:0.0} × {plain:0.0} ms", "≤ 2 ×", seen <= AskedApproval * plain),
        ];
    }

    private static async Task<(Guid Team, Guid Pool)> StageAsync(RunningPortal portal, CancellationToken ct)
    {
        var (admin, scientist) = (await portal.ActorAsync("admin"), await portal.ActorAsync("scientist"));
        var team = new Team { Name = "Benchmark", CreatedAt = DateTimeOffset.UtcNow };
        team.Members.Add(new TeamMember { PersonId = scientist.Id, Role = TeamRole.Member });
        await using var db = await OpenAsync(portal, ct);
        db.Teams.Add(team);
        await db.SaveChangesAsync(ct);
        var pool = await portal.Services.GetRequiredService<HardwareService>().CreateAsync(
            admin, new PoolDraft(Guid.CreateVersion7(), "Cards", "nvidia.com/gpu", Approvals, 1), ct);
        return (team.Id, pool.Value);
    }

    private static async Task<IReadOnlyList<Guid>> OnboardAsync(RunningPortal portal, (Guid Team, Guid Pool) stage, int count, CancellationToken ct)
    {
        var (service, scientist) = (portal.Services.GetRequiredService<ProjectService>(), await portal.ActorAsync("scientist"));
        await using var db = await OpenAsync(portal, ct);
        var before = await db.Projects.CountAsync(p => p.TeamId == stage.Team, ct);
        Guid[] ids = [.. Enumerable.Range(0, count).Select(_ => Guid.CreateVersion7())];
        foreach (var id in ids)
        {
            var made = await service.CreateAsync(scientist, new ProjectDraft(id, $"Bench {id:N}"[..30], stage.Team), ct);
            if (!made.Succeeded)
                throw new InvalidOperationException(made.Refusal?.Code);
        }
        while (await db.Projects.CountAsync(p => p.TeamId == stage.Team && p.State == ProjectState.Ready, ct) < before + count)
            // The pause between two looks: asking without one would take the portal's processor time.
            await Task.Delay(100, ct);
        return ids;
    }

    // What the portal has applied, as it was applied.
    private static IReadOnlyList<IReadOnlyList<JsonObject>> Manifests(RunningPortal portal, IReadOnlyList<Guid> projects)
    {
        var cluster = portal.Services.GetRequiredService<IClusters>().All.Single();
        var kinds = portal.Services.GetServices<IReconciler>().Single(r => r.Kind == nameof(Project)).Watches;
        var all = new List<IReadOnlyList<JsonObject>>();
        foreach (var id in projects)
        {
            var own = new List<JsonObject>();
            foreach (var kind in kinds)
            {
                foreach (var seen in cluster.Cache.List(kind, null, (Manifest.IdLabel, id.ToString("D"))))
                {
                    seen.Remove("status");
                    foreach (var field in (string[])["uid", "resourceVersion", "creationTimestamp", "generation", "managedFields"])
                        seen["metadata"]!.AsObject().Remove(field);
                    own.Add(seen);
                }
            }
            all.Add(own);
        }
        return all;
    }

    internal static async Task<FaultProxy?> WayToAsync(BenchCluster cluster, TimeSpan longer)
    {
        if (longer == TimeSpan.Zero)
            return null;
        var way = await FaultProxy.StartAsync(cluster.Kubeconfig);
        way.Rule = _ => Fault.Slow(longer);
        return way;
    }

    private static async Task<(Latency Visible, Latency Applied)> ApproveAsync(
        RunningPortal portal, (Guid Team, Guid Pool) stage, IReadOnlyList<Guid> projects, string server, string way, CancellationToken ct)
    {
        Action<ReconcileOwner> touched = _ => { };
        await using var line = Line(way);
        // What looks on stands at the server itself.
        await using var watcher = Line(server, owner => touched(owner));
        watcher.Watch([Kinds.ResourceQuota]);
        while (!watcher.Cache.IsSynced)
            // The pause between two looks, before anything is measured.
            await Task.Delay(Rest, ct);
        var (admin, scientist) = (await portal.ActorAsync("admin"), await portal.ActorAsync("scientist"));
        var (visible, applied) = (new Latency(), new Latency());
        var requests = new List<QuotaDraft>();
        foreach (var project in projects.Take(Approvals))
        {
            var now = DateTimeOffset.UtcNow;
            requests.Add(new QuotaDraft(Guid.CreateVersion7(), project, stage.Pool, 1, now, now.AddDays(7), "Benchmark"));
            await portal.Services.GetRequiredService<QuotaService>().SubmitAsync(scientist, requests[^1], ct);
        }
        foreach (var (i, draft) in requests.Index())
        {
            var project = draft.ProjectId;
            await using var db = await OpenAsync(portal, ct);
            var hash = (await db.Set<QuotaRequest>().SingleAsync(r => r.Id == draft.Id, ct)).ContentHash;
            var key = new ObjectKey(Kinds.ResourceQuota, (await db.Projects.SingleAsync(p => p.Id == project, ct)).Namespace, "project-limits");

            // A watch sees it a little after it is there; asking again and again would take the processor from what is measured.
            var shown = new TaskCompletionSource<JsonObject>(TaskCreationOptions.RunContinuationsAsynchronously);
            touched = _ =>
            {
                if (watcher.Cache.Find(key) is { } found && found.Text("spec", "hard", "requests.nvidia.com/gpu") == "1")
                    shown.TrySetResult(found);
            };
            // Not for a condition: what the last approval set going shall be over, see Rest.
            await Task.Delay(Rest, ct);

            var start = Stopwatch.GetTimestamp();
            var decided = await portal.Services.GetRequiredService<QuotaDecisionService>().ApproveAsync(admin, new QuotaDecision(draft.Id, hash), 1, ct);
            if (!decided.Succeeded)
                throw new InvalidOperationException(decided.Refusal?.Code);
            var seen = await shown.Task.WaitAsync(ct);
            var took = Stopwatch.GetElapsedTime(start);

            var again = new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "ResourceQuota",
                ["metadata"] = new JsonObject { ["name"] = "bare-" + key.Name, ["namespace"] = key.Namespace },
                ["spec"] = seen["spec"]!.DeepClone(),
            };
            // Like the portal's, the apply that is measured changes one number of an object that is there.
            var first = again.DeepClone().AsObject();
            first["spec"]!["hard"]!["requests.nvidia.com/gpu"] = "0";
            await line.Cluster.Client.ApplyAsync(first, ct);
            // As above: a bare apply is measured beside nothing else, as the approval was.
            await Task.Delay(Rest, ct);
            start = Stopwatch.GetTimestamp();
            await line.Cluster.Client.ApplyAsync(again, ct);
            if (i < ApprovalWarmUp)
                continue;
            applied.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            visible.Add(took.TotalMilliseconds);
        }
        return (visible, applied);
    }

    internal static ClusterSession Line(string kubeconfig, Action<ReconcileOwner>? touched = null) => new(
        Guid.NewGuid(), "bench", ClusterLine.FromFile(kubeconfig), new KubernetesOptions { RequestsPerSecond = 100_000, Burst = 100_000 },
        touched ?? (_ => { }), TimeProvider.System, NullLoggerFactory.Instance);

    private static Task<PortalDb> OpenAsync(RunningPortal portal, CancellationToken ct) =>
        portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync(ct);
}
