using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Audit;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Testing.Databases;

namespace Portal.Integration.Tests.Processes;

/// <summary>SIGKILL of the real portal while it onboards a project and decides a request: the next start completes both, once.</summary>
public class PortalKillTests(PostgresServer server)
{
    private const int Kills = 5;
    private const int LatestMilliseconds = 700;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, EachProvider]
    public async Task Portal_KilledAtAnyMoment_CompletesOnboardingAndApprovalExactlyOnce(Provider provider)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        Say($"seed {seed}");
        await using var stage = await ProcessStage.StartAsync(provider, server, Ct);
        var (team, pool) = await PrepareAsync(stage);
        var projects = new List<Guid> { Guid.CreateVersion7() };
        await stage.SendAsync("scientist", HttpMethod.Post, "projects", ProjectBody(projects[0], team));
        await ReadyAsync(stage, projects[0]);
        var requests = new List<Guid>();
        for (var kill = 1; kill <= Kills; kill++)
        {
            var (project, request) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            await stage.SendAsync("scientist", HttpMethod.Post, $"projects/{projects[^1]}/quota-requests", QuotaBody(request, pool));
            var hash = (await stage.GetAsync("lead", $"quota-requests/{request}"))["contentHash"]!.ToString();
            var onboarding = () => stage.TrySendAsync("scientist", HttpMethod.Post, "projects", ProjectBody(project, team));
            var approval = () => stage.TrySendAsync("lead", HttpMethod.Post, $"quota-requests/{request}/approve", new { contentHash = hash, amount = 1 });

            var delay = random.Next(LatestMilliseconds);
            Task<JsonNode?>[] answers = [onboarding(), approval()];
            await Task.Delay(delay, Ct);
            await stage.Portal.KillAsync();
            await Task.WhenAll(answers);
            Say($"kill {kill} after {delay} ms: {await LeftAsync(stage, project, request)}");
            await stage.Portal.StartAsync(Ct);
            // Whoever got no answer asks again, with the same id.
            Assert.NotNull(await onboarding());
            Assert.NotNull(await approval());
            projects.Add(project);
            requests.Add(request);
            await ReadyAsync(stage, project);
        }

        foreach (var project in projects)
            await AssertWholeAsync(stage, project);
        await AssertGrantedOnceAsync(stage, pool, requests);
        var verified = await stage.Get<AuditService>().VerifyAsync(await stage.ActorAsync("auditor"), Ct);
        Assert.Null(verified.Value.FirstBroken);
    }

    private static async Task<(Guid Team, Guid Pool)> PrepareAsync(ProcessStage stage)
    {
        var (team, pool) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await stage.SendAsync("admin", HttpMethod.Post, "teams", new
        {
            id = team,
            name = "Risk",
            members = new[] { new { userName = "lead", role = "Lead" }, new { userName = "scientist", role = "Member" } },
        });
        await stage.SendAsync("admin", HttpMethod.Post, "pools", new
        {
            id = pool,
            name = "Trial accelerators",
            resourceName = "nvidia.com/gpu",
            capacity = 8,
            pricePerHour = 1,
            nodeLabels = new Dictionary<string, string> { ["nvidia.com/gpu.product"] = "Simulated-GPU" },
        });
        await stage.SendAsync("admin", HttpMethod.Put, $"pools/{pool}/budgets/{team}", new { limit = 8 });
        return (team, pool);
    }

    private static async Task<string> LeftAsync(ProcessStage stage, Guid project, Guid request)
    {
        await using var db = await stage.OpenAsync();
        var row = await db.Projects.SingleOrDefaultAsync(p => p.Id == project, Ct);
        var state = await db.Set<QuotaRequest>().Where(r => r.Id == request).Select(r => r.State).SingleAsync(Ct);
        return $"project {row?.State.ToString() ?? "not stored"} ({string.Join(' ', row?.Steps.Select(s => s.State) ?? [])}), request {state}";
    }

    private static Task ReadyAsync(ProcessStage stage, Guid project) => stage.UntilAsync("scientist", $"projects/{project}",
        p => p["state"]!.ToString() == "Ready" && p["generation"]!.ToString() == p["observedGeneration"]!.ToString());

    private static async Task AssertWholeAsync(ProcessStage stage, Guid project)
    {
        await ReadyAsync(stage, project);
        Assert.Equal([], await stage.ChangesWantedAsync(project));
        Assert.Single(await stage.ObjectsAsync(Kinds.Namespace, project));
        Assert.Single(await stage.ObjectsAsync(Kinds.ClusterQueue, project));
        await using var db = await stage.OpenAsync();
        var actions = await db.AuditEntries.Where(e => e.ObjectId == project).OrderBy(e => e.Seq).Select(e => e.Action).ToListAsync(Ct);
        Assert.Equal(["project.created", "project.ready"], actions);
    }

    private static async Task AssertGrantedOnceAsync(ProcessStage stage, Guid pool, List<Guid> requests)
    {
        await using var db = await stage.OpenAsync();
        Assert.Equal(requests.Count, (await db.Set<PoolLedger>().SingleAsync(l => l.PoolId == pool, Ct)).Granted);
        foreach (var request in requests)
        {
            var row = await db.Set<QuotaRequest>().AsNoTracking().SingleAsync(r => r.Id == request, Ct);
            Assert.Equal((QuotaState.Active, 1), (row.State, row.GrantedAmount));
            Assert.Equal(
                ["quota.submitted", "quota.approved"],
                await db.AuditEntries.Where(e => e.ObjectId == request).OrderBy(e => e.Seq).Select(e => e.Action).ToListAsync(Ct));
        }
    }

    private static object ProjectBody(Guid id, Guid team) => new { id, name = $"Kill {id:N}"[..24], teamId = team };

    private static object QuotaBody(Guid id, Guid pool) => new
    {
        id,
        poolId = pool,
        amount = 1,
        from = DateTimeOffset.UtcNow,
        until = DateTimeOffset.UtcNow.AddDays(7),
        reason = "Retrain the scorecard",
    };

    private static void Say(string text) => TestContext.Current.SendDiagnosticMessage(text);
}
