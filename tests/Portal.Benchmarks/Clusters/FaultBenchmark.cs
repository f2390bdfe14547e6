using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Teams;
using Portal.Infrastructure.Kubernetes;
using Portal.Infrastructure.Kubernetes.Sessions;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;
using Portal.Testing.Web;

namespace Portal.Benchmarks.Clusters;

/// <summary>
/// Each kind of fault for two minutes at 30 % of the calls, each between a portal and a cluster of its own, with the
/// portal's own settings: what became of the intents, of what the watches saw, of the rate of calls, and of the pages.
/// </summary>
public static class FaultBenchmark
{
    private const double Share = 0.3;
    private const int AtOnce = 5;
    private const double AskedCatchUp = 60;
    private const double AskedPages = 1.5;
    // Beside this a ratio tells nothing.
    private const double QuickPage = 60;
    private static readonly TimeSpan Storm = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Between = TimeSpan.FromSeconds(4);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);
    private static readonly (ResourceType Type, int Count)[] Once =
        [(Kinds.ResourceQuota, 1), (Kinds.LimitRange, 1), (Kinds.NetworkPolicy, 4), (Kinds.PersistentVolumeClaim, 1), (Kinds.LocalQueue, 1)];

    private sealed record Outcome(FaultKind Kind, int Intents, int Applied, double CatchUp, double Calls, double Allowed, double Calm, double Stormy);

    /// <summary>Runs the kinds, some of them at one time.</summary>
    public static async Task<IReadOnlyList<BenchmarkRow>> RunAsync(IEnumerable<FaultKind> kinds, CancellationToken ct)
    {
        var outcomes = new ConcurrentBag<Outcome>();
        await Parallel.ForEachAsync(kinds, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct },
            async (kind, token) => outcomes.Add(await StormAsync(kind, token)));
        return [.. outcomes.OrderBy(o => o.Kind).SelectMany(Rows)];
    }

    private static IEnumerable<BenchmarkRow> Rows(Outcome o)
    {
        var name = $"two minutes of {o.Kind} at 30 % of the calls";
        yield return new($"{name}: intents applied, each once", $"{o.Applied} of {o.Intents}", "all", o.Applied == o.Intents);
        yield return new($"{name}: until all that is cached equals a fresh list", $"{o.CatchUp:0.0} s", "≤ 60 s", o.CatchUp <= AskedCatchUp);
        yield return new($"{name}: calls", $"{o.Calls:0}", $"≤ {o.Allowed:0} (rate and burst)", o.Calls <= o.Allowed);
        yield return new($"{name}: a project's page against before, p95", $"{o.Stormy / o.Calm:0.0} × {o.Calm:0} ms", "≤ 1.5 ×, or ≤ 60 ms",
            o.Stormy <= AskedPages * o.Calm || o.Stormy <= QuickPage);
    }

    private static async Task<Outcome> StormAsync(FaultKind kind, CancellationToken ct)
    {
        await using var cluster = new EmbeddedCluster();
        await cluster.InitializeAsync();
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var portal = await RunningPortal.StartAsync("Kubeconfig", sample: false, "--Cluster:Kubeconfig", proxy.Kubeconfig);
        await using var direct = new ClusterSession(
            Guid.NewGuid(), "bench", ClusterLine.FromFile(cluster.Kubeconfig), new KubernetesOptions(), _ => { }, TimeProvider.System, NullLoggerFactory.Instance);
        var team = await TeamAsync(portal, ct);
        var first = await CreateAsync(portal, team, ct);
        await ReadyAsync(portal, [first], ct);
        using var browser = await portal.BrowserAsync("scientist");
        var page = $"/projects/{first:D}";
        var calm = await Latency.MeasureAsync(20, 60, () => OpenAsync(browser, page, ct));

        var storm = new FaultStorm(kind, Share, seed: (int)kind + 1);
        var options = portal.Services.GetRequiredService<KubernetesOptions>();
        proxy.Rule = storm.For;
        proxy.CutStreams();
        var (asked, began) = (proxy.Requests.Count, Stopwatch.GetTimestamp());
        var stormy = new Latency();
        var intents = new List<Guid>();
        var next = TimeSpan.Zero;
        while (Stopwatch.GetElapsedTime(began) is var at && at < Storm)
        {
            if (at >= next)
            {
                // A new project, and another wish for the one before it.
                if (intents is [.., var last])
                    await GrowAsync(portal, last, ct);
                intents.Add(await CreateAsync(portal, team, ct));
                next = at + Between;
            }
            stormy.Add(await OpenAsync(browser, page, ct));
            // The pace of somebody who looks at pages; without it the looks would be the load.
            await Task.Delay(Look, ct);
        }
        proxy.Rule = _ => Fault.None;
        var allowed = options.Burst + (options.RequestsPerSecond * Stopwatch.GetElapsedTime(began).TotalSeconds);
        var calls = proxy.Requests.Count - asked;

        var catchUp = await CatchUpAsync(portal, direct, ct);
        await ReadyAsync(portal, intents, ct);
        var applied = 0;
        foreach (var (i, id) in intents.Index())
            applied += await IsAppliedOnceAsync(portal, direct, id, grown: i < intents.Count - 1, ct) ? 1 : 0;
        return new Outcome(kind, intents.Count, applied, catchUp, calls, allowed, calm.At(0.95), stormy.At(0.95));
    }

    private static async Task<double> OpenAsync(HttpClient browser, string page, CancellationToken ct)
    {
        var start = Stopwatch.GetTimestamp();
        using var answer = await browser.GetAsync(page, ct);
        answer.EnsureSuccessStatusCode();
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static async Task<Guid> TeamAsync(RunningPortal portal, CancellationToken ct)
    {
        var team = new Team { Name = "Benchmark", CreatedAt = DateTimeOffset.UtcNow };
        team.Members.Add(new TeamMember { PersonId = (await portal.ActorAsync("scientist")).Id, Role = TeamRole.Lead });
        await using var db = await DatabaseAsync(portal, ct);
        db.Teams.Add(team);
        await db.SaveChangesAsync(ct);
        return team.Id;
    }

    private static async Task<Guid> CreateAsync(RunningPortal portal, Guid team, CancellationToken ct)
    {
        var id = Guid.CreateVersion7();
        var draft = new ProjectDraft(id, $"Bench {id:N}"[..30], team);
        var made = await portal.Services.GetRequiredService<ProjectService>().CreateAsync(await portal.ActorAsync("scientist"), draft, ct);
        return made.Succeeded ? made.Value : throw new InvalidOperationException(made.Refusal.Code);
    }

    private static async Task GrowAsync(RunningPortal portal, Guid id, CancellationToken ct)
    {
        await using var db = await DatabaseAsync(portal, ct);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id, ct);
        var content = new ProjectContent(project.Name) { Size = ProjectSize.L };
        var done = await portal.Services.GetRequiredService<ProjectService>().EditAsync(
            await portal.ActorAsync("scientist"), id, project.Generation, content, ct);
        if (!done.Succeeded)
            throw new InvalidOperationException(done.Refusal.Code);
    }

    private static async Task ReadyAsync(RunningPortal portal, IReadOnlyList<Guid> ids, CancellationToken ct)
    {
        // Between two looks at a condition, as below: asking without pause would take the portal's processor time.
        for (var clock = Stopwatch.StartNew(); clock.Elapsed < Patience; await Task.Delay(Look, ct))
        {
            await using var db = await DatabaseAsync(portal, ct);
            if (await db.Projects.CountAsync(p => ids.Contains(p.Id) && p.State == ProjectState.Ready && p.ObservedGeneration == p.Generation, ct) == ids.Count)
                return;
        }
        // What has not been applied is counted by the caller.
    }

    private static async Task<bool> IsAppliedOnceAsync(RunningPortal portal, ClusterSession direct, Guid id, bool grown, CancellationToken ct)
    {
        await using var db = await DatabaseAsync(portal, ct);
        var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id, ct);
        if (project.State != ProjectState.Ready || project.ObservedGeneration != project.Generation
            || await db.AuditEntries.CountAsync(e => e.Action == "project.ready" && e.ObjectId == id, ct) != 1)
        {
            return false;
        }
        foreach (var (type, count) in Once)
        {
            if ((await ListAsync(direct, type, project.Namespace, ct)).Count != count)
                return false;
        }
        var quota = await direct.Cluster.Client.FindAsync(new ObjectKey(Kinds.ResourceQuota, project.Namespace, "project-limits"), ct);
        return (quota.Text("spec", "hard", "pods") == Pods(ProjectSize.L)) == grown;
    }

    private static string Pods(ProjectSize size) => ProjectSizes.Of(size).Pods.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static async Task<double> CatchUpAsync(RunningPortal portal, ClusterSession direct, CancellationToken ct)
    {
        var cache = portal.Services.GetRequiredService<IClusters>().All.Single().Cache;
        var kinds = portal.Services.GetServices<IReconciler>().SelectMany(r => r.Watches).Distinct().Where(k => cache.Age(k) is not null).ToList();
        var clock = Stopwatch.StartNew();
        while (clock.Elapsed < Patience)
        {
            var differing = new List<ResourceType>();
            foreach (var kind in kinds)
            {
                if (!(await ListAsync(direct, kind, null, ct)).SetEquals(cache.List(kind).Select(Version)))
                    differing.Add(kind);
            }
            if ((kinds = differing).Count == 0)
                break;
            // Between two looks; each lists what still differs.
            await Task.Delay(Look, ct);
        }
        return clock.Elapsed.TotalSeconds;
    }

    private static async Task<HashSet<string>> ListAsync(ClusterSession direct, ResourceType type, string? ns, CancellationToken ct)
    {
        var found = new HashSet<string>();
        await foreach (var item in direct.Cluster.Client.ListAsync(type, ns, null, ct))
            found.Add(Version(item));
        return found;
    }

    private static string Version(System.Text.Json.Nodes.JsonObject seen) =>
        $"{seen.Text("metadata", "namespace")}/{seen.Name()}@{seen.Text("metadata", "resourceVersion")}";

    private static Task<PortalDb> DatabaseAsync(RunningPortal portal, CancellationToken ct) =>
        portal.Services.GetRequiredService<IDbContextFactory<PortalDb>>().CreateDbContextAsync(ct);
}
