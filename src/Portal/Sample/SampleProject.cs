using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Monitoring;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Teams;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Sample;

/// <summary>
/// Fills a new trial by the ways that people take: each step is a call of a service as one of the trial accounts. A step
/// that was done before is done again without effect, so that the sample survives a stop at any moment.
/// </summary>
internal sealed class SampleProject(
    IDbContextFactory<PortalDb> databases, SampleQuota quota, SampleTraining training, SampleModel model,
    IServiceProvider services, TimeProvider clock)
{
    private static readonly string Folder = Path.Combine(AppContext.BaseDirectory, "Sample");

    /// <summary>Makes everything; returns once the training has ended, or false where the trial accounts are not.</summary>
    public async Task<bool> MakeAsync(CancellationToken ct)
    {
        var (admin, lead, scientist) = (await ActorAsync("admin", ct), await ActorAsync("lead", ct), await ActorAsync("scientist", ct));
        if (admin is null || lead is null || scientist is null)
            return false;
        var data = await File.ReadAllTextAsync(Path.Combine(Folder, "german-credit.csv"), ct);
        var code = await File.ReadAllTextAsync(Path.Combine(Folder, "train.py"), ct);

        Done(await services.GetRequiredService<TeamService>().CreateAsync(admin, new TeamDraft(SampleIds.Team, "Retail credit")
        {
            DefaultRegion = "on-premises",
            DefaultDataClass = DataClass.Confidential,
            DefaultCostCentre = "RC-100",
            Members = [new("lead", TeamRole.Lead), new("scientist", TeamRole.Member)],
        }, ct));
        Done(await services.GetRequiredService<ProjectService>().CreateAsync(scientist, new ProjectDraft(SampleIds.Project, "Credit risk", SampleIds.Team)
        {
            Size = ProjectSize.M,
            DataClass = DataClass.Confidential,
            Region = "on-premises",
            CostCentre = "RC-100",
            Description = "Scores credit applications. A sample on the German credit data of the UCI Machine Learning Repository.",
        }, ct));
        await model.MakeAsync(scientist, data, clock.GetUtcNow(), ct);
        var pool = await quota.MakeAsync(admin, lead, scientist, ct);
        await training.MakeAsync(scientist, data, code, pool, ct);
        return true;
    }

    /// <summary>The value; a refusal here is a bug of the sample.</summary>
    internal static T Done<T>(Result<T> result) =>
        result.Succeeded ? result.Value : throw new InvalidOperationException($"the sample was refused: {result.Refusal.Code}");

    /// <inheritdoc cref="Done{T}"/>
    internal static void Done(Result result)
    {
        if (!result.Succeeded)
            throw new InvalidOperationException($"the sample was refused: {result.Refusal.Code}");
    }

    private async Task<Actor?> ActorAsync(string name, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        var id = await db.People.AsNoTracking().Where(p => p.UserName == name).Select(p => (Guid?)p.Id).SingleOrDefaultAsync(ct);
        return id is null ? null : new Actor(id.Value, name);
    }
}

/// <summary>A pool of what the nodes offer, a grant that runs and a request that waits for its decision.</summary>
internal sealed class SampleQuota(
    HardwareService hardware, PoolQueryService pools, QuotaService quotas, QuotaDecisionService decisions, QuotaQueryService queries,
    TimeProvider clock)
{
    private const decimal TeamBudget = 6;

    /// <summary>The pool, or null where the nodes offer no accelerator.</summary>
    public async Task<Guid?> MakeAsync(Actor admin, Actor lead, Actor scientist, CancellationToken ct)
    {
        if (await ProposalAsync(admin, ct) is not { } proposal)
            return null;
        var pool = proposal.CoveredBy ?? SampleProject.Done(await hardware.CreateAsync(admin, new PoolDraft(
            SampleIds.Pool, proposal.Name, proposal.ResourceName, proposal.Count, 2.40m)
        {
            ClusterId = proposal.ClusterId,
            NodeLabels = proposal.Labels,
            Taints = proposal.Taints,
        }, ct));
        SampleProject.Done(await hardware.SetBudgetAsync(admin, pool, SampleIds.Team, TeamBudget, ct));

        var now = clock.GetUtcNow();
        await SubmitAsync(scientist, SampleIds.FirstQuota, pool, 2, now, 30, "Train the first scoring model.", ct);
        var request = SampleProject.Done(await queries.GetAsync(lead, SampleIds.FirstQuota, ct));
        if (request.Row.State == QuotaState.Submitted)
            SampleProject.Done(await decisions.ApproveAsync(lead, new QuotaDecision(SampleIds.FirstQuota, request.ContentHash), 2, ct));
        await SubmitAsync(scientist, SampleIds.OpenQuota, pool, 2, now, 14, "Compare three models before the quarter's review.", ct);
        return pool;
    }

    private async Task SubmitAsync(
        Actor scientist, Guid id, Guid pool, decimal amount, DateTimeOffset from, int days, string reason, CancellationToken ct)
    {
        if ((await queries.GetAsync(scientist, id, ct)).Succeeded)
            return;
        SampleProject.Done(await quotas.SubmitAsync(
            scientist, new QuotaDraft(id, SampleIds.Project, pool, amount, from, from.AddDays(days), reason), ct));
    }

    // Nodes are known a moment after the start; a cluster without accelerators never proposes any.
    private async Task<PoolProposal?> ProposalAsync(Actor admin, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500), clock);
        for (var attempt = 0; attempt < 120; attempt++)
        {
            if (SampleProject.Done(await pools.ProposalsAsync(admin, ct)) is [var first, ..])
                return first;
            await timer.WaitForNextTickAsync(ct);
        }
        return null;
    }
}

/// <summary>Two runs: one puts the data into the project's storage, one trains on it and reports.</summary>
internal sealed class SampleTraining(TrainingService training, TimeProvider clock)
{
    public async Task MakeAsync(Actor scientist, string data, string code, Guid? pool, CancellationToken ct)
    {
        SampleProject.Done(await training.LaunchAsync(scientist, new TrainingDraft(SampleIds.LoadRun, SampleIds.Project, "Load the data")
        {
            Code = LoaderOf(data),
            TimeLimitMinutes = 10,
        }, ct));
        if (await EndOfAsync(scientist, SampleIds.LoadRun, ct) != WorkloadState.Succeeded)
            return;
        SampleProject.Done(await training.LaunchAsync(scientist, new TrainingDraft(SampleIds.TrainRun, SampleIds.Project, "Gradient boosting on German credit")
        {
            Code = code,
            Arguments = ["german-credit.csv", "80"],
            PoolId = pool,
            Accelerators = pool is null ? 0 : 1,
            TimeLimitMinutes = 30,
        }, ct));
        await EndOfAsync(scientist, SampleIds.TrainRun, ct);
    }

    private async Task<WorkloadState> EndOfAsync(Actor scientist, Guid id, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), clock);
        do
        {
            var state = SampleProject.Done(await training.GetAsync(scientist, id, ct)).Run.State;
            if (state is WorkloadState.Succeeded or WorkloadState.Failed or WorkloadState.Stopped)
                return state;
        }
        while (await timer.WaitForNextTickAsync(ct));
        return WorkloadState.Pending;
    }

    // The data travels in the code, since a new project's storage is empty.
    private static string LoaderOf(string data) => $"""
        import os

        DATA = '''{data.ReplaceLineEndings("\n")}'''

        path = os.path.join(os.environ["PORTAL_DATA_DIR"], "german-credit.csv")
        with open(path, "w") as file:
            file.write(DATA)
        print(DATA.count("\n") - 1, "applications written to german-credit.csv in the project's storage")

        """;
}

/// <summary>A monitored model with a month of windows, the last of which drift.</summary>
internal sealed class SampleModel(MonitoringService monitoring, DriftIngestService ingest, MonitoringQueryService queries)
{
    private const int Days = 30;
    private const int Drifting = 4;
    private const int Seed = 20;

    public async Task MakeAsync(Actor scientist, string data, DateTimeOffset now, CancellationToken ct)
    {
        SampleProject.Done(await monitoring.CreateAsync(
            scientist, new ModelDraft(SampleIds.Model, SampleIds.Project, "Credit scoring", "1", WindowLength.Day), ct));
        var dashboard = SampleProject.Done(await queries.GetAsync(scientist, SampleIds.Model, 1, ct));
        if (dashboard.Reference is null)
        {
            using var reference = new MemoryStream(Encoding.UTF8.GetBytes(data));
            SampleProject.Done(await monitoring.SetReferenceAsync(
                scientist, SampleIds.Model, "german-credit.csv", reference, new ReferenceOptions { Label = "credit_risk" }, ct));
            // The two columns that a credit officer watches: drift of either is drift of the model.
            foreach (var column in new[] { "age", "amount" })
                SampleProject.Done(await monitoring.SetLimitsAsync(scientist, SampleIds.Model, new FeatureLimits { Feature = column, Critical = true }, ct));
        }
        if (dashboard.Windows.Count > 0)
            return;
        using var month = new MemoryStream(Encoding.UTF8.GetBytes(new SampleRows(data).Month(now, Days, Drifting, Seed)));
        SampleProject.Done(await ingest.UploadAsync(scientist, SampleIds.Model, "applications.csv", month, null, ct));
    }
}
