using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using Portal.LocalCluster;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Integration.Tests.Identities;

/// <summary>
/// The main job, done by the two parts with the rights that the chart gives them, against what the cluster recorded: each uses
/// every right that it was given, and was refused nothing.
/// </summary>
public class UsedVerbsTests(PostgresServer server)
{
    private const string Long = "import time\nprint('begun', flush=True)\ntime.sleep(3600)";

    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    // Operators that the embedded cluster has not: what they carry out cannot be asked for here.
    private static readonly string[] NotServed =
    [
        "pytorchjobs.kubeflow.org", "jobsets.jobset.x-k8s.io", "trainjobs.trainer.kubeflow.org", "trainingruntimes.trainer.kubeflow.org", "rayjobs.ray.io",
        "inferenceservices.serving.kserve.io", "servingruntimes.serving.kserve.io",
    ];

    // Kueue of v1beta1 alone is not followed, so that its objects are asked for; the embedded cluster serves v1beta2.
    private static readonly string[] OfOldKueue =
        ["get workloadpriorityclasses.kueue.x-k8s.io", "get cohorts.kueue.x-k8s.io", "get localqueues.kueue.x-k8s.io"];

    private const string Notebooks = "notebooks.kubeflow.org";

    [Fact]
    public async Task MainJob_OfTwoParts_UsesEveryRightAndIsRefusedNothing()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        await using var parts = await TwoParts.StartAsync(server);
        await CheckRightsAsync(parts);
        var pool = await MakePoolAsync(parts);
        var project = await OnboardAsync(parts);
        await OpenNetworkAsync(parts, project);
        await GrantAsync(parts, project, pool);
        await ChangeMembersAsync(parts, project);
        await WorkInNotebookAsync(parts, project, delete: true);
        await TrainAsync(parts, project, pool);
        await MonitorAsync(parts, project);
        await ArchiveAsync(parts, project);
        await DeleteAsync(parts, project);
        await RemovePoolAsync(parts, pool);

        AssertUsed(parts.Chart, ChartStage.Web, parts.Chart.Granted("web", "workload-reader"), NotServed.Append(Notebooks));
        AssertUsed(parts.Chart, ChartStage.Reconciler, parts.Chart.Granted("reconciler", "workload-manager"), NotServed.Append(Notebooks));
        AssertOnlyInProjects(parts.Chart);
        await AssertNotServedAsync(parts.Chart, NotServed.Append(Notebooks));
    }

    [Fact]
    public async Task MainJob_WhereKubeflowRunsNotebooks_UsesTheRightsOnThemToo()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        await using var parts = await TwoParts.StartAsync(server, options => options.Operators.Add(LocalClusterOptions.Kubeflow));
        var project = await OnboardAsync(parts);
        await WorkInNotebookAsync(parts, project, delete: true);

        foreach (var (user, roles) in new[] { (ChartStage.Web, new[] { "web" }), (ChartStage.Reconciler, ["reconciler", "workload-manager"]) })
        {
            var used = Used(parts.Chart, user);
            Assert.Equal(Of(parts.Chart.Granted(roles)), Of(used));
        }

        static IEnumerable<string> Of(IEnumerable<string> rights) => rights.Where(r => r.EndsWith(" " + Notebooks, StringComparison.Ordinal)).Order();
    }

    [Fact]
    public async Task Reconciler_AskedForAPage_ServesNone()
    {
        await using var parts = await TwoParts.StartAsync(server);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = parts.ReconcilerAddress };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/readyz", UriKind.Relative), Ct)).StatusCode);
        foreach (var path in new[] { "/", "/sign-in", "/api/v1/projects", "/openapi/v1.json", "/notebooks/x/" })
        {
            var status = (await client.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode;
            Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized, $"{path}: {status}");
        }
    }

    private static async Task CheckRightsAsync(TwoParts parts)
    {
        ClusterCheck? check = null;
        await UntilAsync(async () => (check = Value(await parts.Get<ClusterService>().CheckAsync(parts.Admin, ClusterRegistration.ConfiguredId, Ct))).Problem.Length == 0,
            () => $"the cluster is tried by the reconciler: {check?.Problem} {check?.Detail}");
        Assert.Empty(check!.Missing);
    }

    private static async Task<Guid> MakePoolAsync(TwoParts parts)
    {
        var draft = new PoolDraft(Guid.CreateVersion7(), "Cards", "nvidia.com/gpu", 8, 2) { AllowedTeams = [parts.Team] };
        return Value(await parts.Get<HardwareService>().CreateAsync(parts.Admin, draft, Ct));
    }

    private static async Task<Guid> OnboardAsync(TwoParts parts)
    {
        var id = Value(await parts.Get<ProjectService>().CreateAsync(parts.Scientist, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", parts.Team), Ct));
        await ReadyAsync(parts, id);
        return id;
    }

    // Somebody copies a policy of the project under another name and lets everything in; it goes.
    private static async Task OpenNetworkAsync(TwoParts parts, Guid project)
    {
        string ns;
        await using (var db = await parts.OpenAsync())
            ns = await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync(Ct);
        var policies = $"/apis/networking.k8s.io/v1/namespaces/{ns}/networkpolicies";
        var wide = new JsonObject
        {
            ["metadata"] = new JsonObject
            {
                ["name"] = "wide",
                ["labels"] = (await parts.Chart.MustAsync("GET", policies + "/default-deny"))["metadata"]!["labels"]!.DeepClone(),
            },
            ["spec"] = new JsonObject { ["podSelector"] = new JsonObject(), ["ingress"] = new JsonArray(new JsonObject()) },
        };
        await parts.Chart.MustAsync("POST", policies, wide.ToJsonString());
        await UntilAsync(async () => (await parts.Chart.SendAsync("", "GET", policies + "/wide")).Status == 404, () => "the wide policy goes");
    }

    private static async Task GrantAsync(TwoParts parts, Guid project, Guid pool)
    {
        var now = DateTimeOffset.UtcNow;
        var draft = new QuotaDraft(Guid.CreateVersion7(), project, pool, 2, now, now.AddDays(7), "Retrain the scorecard");
        Value(await parts.Get<QuotaService>().SubmitAsync(parts.Scientist, draft, Ct));
        var plan = Value(await parts.Get<QuotaChangePreview>().ForApprovalAsync(parts.Lead, draft.Id, 2, Ct));
        Assert.Contains(plan.Objects, o => o is { Kind: "ClusterQueue", Change: ObjectChangeKind.Change });
        Assert.DoesNotContain(plan.Objects, o => o.Change == ObjectChangeKind.Refused);
        await using (var db = await parts.OpenAsync())
        {
            var hash = (await db.Set<QuotaRequest>().SingleAsync(r => r.Id == draft.Id, Ct)).ContentHash;
            Done(await parts.Get<QuotaDecisionService>().ApproveAsync(parts.Admin, new QuotaDecision(draft.Id, hash), 2, Ct));
        }
        await UntilAsync(async () =>
        {
            await using var db = await parts.OpenAsync();
            var ns = await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync(Ct);
            return (await parts.Chart.MustAsync("GET", $"/api/v1/namespaces/{ns}/resourcequotas/project-limits")).Text("spec", "hard", "requests.nvidia.com/gpu") == "2";
        }, () => "the cluster grants two cards");
        await ReadyAsync(parts, project);
    }

    // One of each role, so that each is bound; and one that changes, so that a binding is taken away.
    private static async Task ChangeMembersAsync(TwoParts parts, Guid project)
    {
        await MembersAsync(parts, project, new MemberChange<ProjectRole>("lead", ProjectRole.Contributor), new MemberChange<ProjectRole>("auditor", ProjectRole.Viewer));
        await ReadyAsync(parts, project);
        await MembersAsync(parts, project, new MemberChange<ProjectRole>("lead", null));
        await UntilAsync(async () => !(await BoundAsync(parts, project)).Contains("edit"), () => "the lead is no longer bound");
    }

    private static async Task MembersAsync(TwoParts parts, Guid project, params MemberChange<ProjectRole>[] changes) => await UntilAsync(async () =>
    {
        var view = Value(await parts.Get<ProjectQueryService>().GetAsync(parts.Scientist, project, Ct));
        return (await parts.Get<ProjectMembersService>().ChangeAsync(parts.Scientist, project, view.Generation, changes, Ct)).Succeeded;
    }, () => "the members are changed");

    private static async Task<IReadOnlyList<string>> BoundAsync(TwoParts parts, Guid project)
    {
        await using var db = await parts.OpenAsync();
        var ns = await db.Projects.Where(p => p.Id == project).Select(p => p.Namespace).SingleAsync(Ct);
        var bindings = await parts.Chart.MustAsync("GET", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings");
        return [.. bindings.Items("items").Select(b => b.Text("roleRef", "name")!)];
    }

    private static async Task WorkInNotebookAsync(TwoParts parts, Guid project, bool delete)
    {
        var notebooks = parts.Get<NotebookService>();
        var id = Value(await notebooks.LaunchAsync(parts.Scientist, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), Ct));
        Notebook? seen = null;
        await UntilAsync(async () => (seen = Value(await notebooks.GetAsync(parts.Scientist, id, Ct)).Notebook).State == WorkloadState.Running,
            () => $"the notebook runs: {seen?.State} {seen?.Reason} {seen?.ReasonDetail}");
        using (var browser = await parts.Web.BrowserAsync("scientist"))
        {
            var answered = HttpStatusCode.Unused;
            // The web part follows the cluster by watches of its own.
            await UntilAsync(async () =>
            {
                using var answer = await browser.GetAsync(new Uri($"/notebooks/{id}/api/status", UriKind.Relative), Ct);
                return (answered = answer.StatusCode) == HttpStatusCode.OK;
            }, () => $"the web part reaches the server: {answered}");
        }
        if (!delete)
            return;
        Done(await notebooks.DeleteAsync(parts.Scientist, id, Ct));
        await UntilAsync(async () => !(await notebooks.GetAsync(parts.Scientist, id, Ct)).Succeeded, () => "the notebook is gone");
    }

    private static async Task TrainAsync(TwoParts parts, Guid project, Guid pool)
    {
        var first = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "first") { Code = Long, PoolId = pool, Accelerators = 2 });
        await UntilAsync(async () => Value(await parts.Get<TrainingLogs>().ReadAsync(parts.Scientist, first, Ct)) is { Live: true } log && log.Text.Contains("begun", StringComparison.Ordinal),
            () => "the first run's log is read while it runs");
        // Nothing is left of the grant: the second one waits, and Kueue is asked for its place.
        var second = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "second") { Code = Long, PoolId = pool, Accelerators = 2 });
        await UntilAsync(async () => Value(await parts.Get<WaitService>().OfTrainingAsync(parts.Scientist, second, Ct)).Position == 1, () => "the second run waits");
        foreach (var id in new[] { first, second })
        {
            Done(await parts.Get<TrainingService>().StopAsync(parts.Scientist, id, Ct));
            await EndedAsync(parts, id, WorkloadState.Stopped);
        }
        var two = await LaunchAsync(parts, new TrainingDraft(Guid.CreateVersion7(), project, "two nodes") { Code = "print('done')", Nodes = 2 });
        await EndedAsync(parts, two, WorkloadState.Succeeded);
    }

    private static async Task<Guid> LaunchAsync(TwoParts parts, TrainingDraft draft) => Value(await parts.Get<TrainingService>().LaunchAsync(parts.Scientist, draft, Ct));

    private static async Task EndedAsync(TwoParts parts, Guid id, WorkloadState state)
    {
        TrainingRun? run = null;
        await UntilAsync(async () => (run = Value(await parts.Get<TrainingService>().GetAsync(parts.Scientist, id, Ct)).Run) is { Cleared: true },
            () => $"the run has ended: {run?.State} {run?.Reason} {run?.ReasonDetail}");
        Assert.Equal(state, run!.State);
    }

    // The web part takes the events in, the reconciler counts them: they share the database and nothing else.
    private static async Task MonitorAsync(TwoParts parts, Guid project)
    {
        using var api = await parts.Web.ApiAsync("scientist");
        var model = (await api.PostAsJsonAsync("/api/v1/monitored-models", new { projectId = project, name = "scoring" }, Ct)).Headers.Location!.ToString();
        var rows = "amount\n" + string.Concat(Enumerable.Range(0, 200).Select(i => $"{i % 17}.5\n"));
        Assert.Equal(HttpStatusCode.Created, (await api.PutAsync($"{model}/reference", new StringContent(rows, Encoding.UTF8, "text/csv"), Ct)).StatusCode);
        const string Event = """{"specversion":"1.0","id":"b","type":"org.kubeflow.serving.inference.request","source":"s","time":"2026-03-02T11:00:00Z","data":{"instances":[[3]]}}""";
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"{model}/events", new StringContent(Event, Encoding.UTF8, "application/cloudevents+json"), Ct)).StatusCode);
        await UntilAsync(async () => (await api.GetFromJsonAsync<JsonObject>(model, Ct)).Items("windows").Sum(w => (long)w["rows"]!) == 1, () => "the event is counted");
    }

    private static async Task ArchiveAsync(TwoParts parts, Guid project)
    {
        var lifecycle = parts.Get<ProjectLifecycleService>();
        await UntilAsync(async () => (await lifecycle.ArchiveAsync(parts.Lead, project, await GenerationAsync(parts, project), Ct)).Succeeded, () => "the project is closed");
        await UntilAsync(async () => Value(await parts.Get<ProjectQueryService>().GetAsync(parts.Lead, project, Ct)).State == ProjectState.Archived, () => "the project is archived");
        await UntilAsync(async () => (await lifecycle.UnarchiveAsync(parts.Lead, project, await GenerationAsync(parts, project), Ct)).Succeeded, () => "the project is opened again");
        await ReadyAsync(parts, project);
    }

    private static async Task<long> GenerationAsync(TwoParts parts, Guid project)
    {
        await using var db = await parts.OpenAsync();
        return await db.Projects.Where(p => p.Id == project).Select(p => p.Generation).SingleAsync(Ct);
    }

    // With a notebook that still runs: it goes with its project.
    private static async Task DeleteAsync(TwoParts parts, Guid project)
    {
        await WorkInNotebookAsync(parts, project, delete: false);
        await UntilAsync(async () =>
            (await parts.Get<ProjectLifecycleService>().DeleteAsync(parts.Lead, project, await GenerationAsync(parts, project), "Credit risk", Ct)).Succeeded,
            () => "the project is asked to go");
        await UntilAsync(async () =>
        {
            await using var db = await parts.OpenAsync();
            return !await db.Projects.AnyAsync(p => p.Id == project, Ct);
        }, () => "the project is gone");
    }

    private static async Task RemovePoolAsync(TwoParts parts, Guid pool)
    {
        Done(await parts.Get<PoolRemovalService>().RemoveAsync(parts.Admin, pool, Ct));
        await UntilAsync(async () => !(await parts.Get<PoolQueryService>().FindAsync(parts.Admin, pool, Ct)).Succeeded, () => "the pool is gone");
    }

    private static async Task ReadyAsync(TwoParts parts, Guid id)
    {
        Project? seen = null;
        await UntilAsync(async () =>
        {
            await using var db = await parts.OpenAsync();
            seen = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == id, Ct);
            return seen.State == ProjectState.Ready && seen.ObservedGeneration == seen.Generation;
        }, () => $"the project is ready: {string.Join("; ", seen?.Steps.Select(s => $"{s.Kind} {s.State} {s.Reason} {s.Detail}") ?? [])}");
    }

    private static void AssertUsed(ChartStage chart, string user, IReadOnlySet<string> granted, IEnumerable<string> notServed)
    {
        var expected = granted.Where(r => !notServed.Any(n => r.EndsWith(" " + n, StringComparison.Ordinal)) && !OfOldKueue.Contains(r));
        Assert.Empty(Refused(chart, user).Select(r => r.ToJsonString()));
        Assert.Equal(expected.Order(), Used(chart, user).Order());
    }

    // A pass that began before its namespace was asked to go finds there, once it goes, no right any more.
    private static IEnumerable<JsonObject> Refused(ChartStage chart, string user)
    {
        var gone = new HashSet<string?>();
        foreach (var request in chart.Requests())
        {
            if (request.Text("verb") == "delete" && request.Text("resource") == "namespaces")
                gone.Add(request.Text("name"));
            else if (request.Text("user") == user && request.Text("allowed") != "true" && !(request.Text("namespace") is { Length: > 0 } ns && gone.Contains(ns)))
                yield return request;
        }
    }

    // Requests without a resource are discovery, which everybody who is known may do.
    private static IReadOnlySet<string> Used(ChartStage chart, string user) => chart.Requests()
        .Where(r => r.Text("user") == user && r.Text("path") is null)
        .Select(r => Right(r).ToString()).ToHashSet();

    // To bind is no request of its own: the cluster records that it looked for the right to it, and for which role.
    private static ClusterRight Right(JsonObject request) =>
        new(request.Text("verb")!, request.Text("group")!, request.Text("resource")!, request.Text("subresource")!)
        {
            Name = request.Text("verb") == "bind" ? request.Text("name")! : "",
        };

    // What the roles give inside of projects alone was used there alone.
    private static void AssertOnlyInProjects(ChartStage chart)
    {
        foreach (var (user, everywhere, inside) in new[] { (ChartStage.Web, "web", "workload-reader"), (ChartStage.Reconciler, "reconciler", "workload-manager") })
        {
            var narrow = chart.Granted(inside).Except(chart.Granted(everywhere)).ToHashSet();
            Assert.All(chart.Requests().Where(r => r.Text("user") == user && r.Text("path") is null
                && narrow.Contains(Right(r).ToString())),
                r => Assert.StartsWith("ml-", r.Text("namespace"), StringComparison.Ordinal));
        }
    }

    private static async Task AssertNotServedAsync(ChartStage chart, IEnumerable<string> kinds)
    {
        foreach (var kind in kinds)
        {
            var parts = kind.Split('.', 2);
            var groups = await chart.MustAsync("GET", "/apis");
            foreach (var version in groups.Items("groups").Where(g => g.Text("name") == parts[1]).SelectMany(g => g.Items("versions")))
            {
                var served = await chart.MustAsync("GET", "/apis/" + version.Text("groupVersion"));
                Assert.DoesNotContain(served.Items("resources"), r => r.Text("name") == parts[0]);
            }
        }
    }

    private static Task UntilAsync(Func<Task<bool>> condition, Func<string> what) => Eventually.TrueAsync(condition, what, Ct, Patience);

    private static T Value<T>(Portal.Core.Results.Result<T> result)
    {
        Done(result);
        return result.Value;
    }

    private static void Done(Portal.Core.Results.Result result) => Assert.True(result.Succeeded, result.Refusal?.Code);
}
