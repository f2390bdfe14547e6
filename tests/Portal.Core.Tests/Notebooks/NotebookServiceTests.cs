using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Notebooks;

public class NotebookServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Launch_SentTwice_MakesOneNotebook(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var draft = new NotebookDraft(Guid.CreateVersion7(), project, "explore");
        var service = database.Get<NotebookService>();

        var results = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => service.LaunchAsync(owner, draft, default)));

        Assert.All(results, r => Assert.Equal(draft.Id, r.Value));
        var page = (await service.ListAsync(owner, project, new ListQuery(), default)).Value;
        Assert.Equal(("explore", 1), (Assert.Single(page.Items).Notebook.Name, page.Total));
        Assert.Equal("notebook", (await service.SuggestNameAsync(owner, project, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Launch_BadForm_IsRefusedAndNothingIsMade(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var service = database.Get<NotebookService>();
        NotebookDraft Draft(string name = "x") => new(Guid.CreateVersion7(), project, name);

        Assert.Equal("notebook.name_empty", await Code(Draft(" ")));
        Assert.Equal("notebook.name_long", await Code(Draft(new string('x', 300))));
        Assert.Equal("workload.unknown_image", await Code(Draft() with { ImageId = "none" }));
        Assert.Equal("workload.unknown_size", await Code(Draft() with { SizeId = "none" }));
        Assert.Equal("accelerators.amount", await Code(Draft() with { Accelerators = -1 }));
        Assert.Equal("accelerators.amount", await Code(Draft() with { Accelerators = 1_000_000_000 }));
        Assert.Equal("accelerators.no_pool", await Code(Draft() with { Accelerators = 1 }));
        Assert.Equal("notebook.idle_minutes", await Code(Draft() with { IdleMinutes = 0 }));
        await using var db = await database.OpenAsync();
        Assert.Equal(0, await db.Set<Notebook>().CountAsync());

        async Task<string?> Code(NotebookDraft draft) => (await service.LaunchAsync(owner, draft, default)).Refusal?.Code;
    }

    [Theory, EachProvider]
    public async Task Stop_ByAnAdmin_IsToldToWhoseWorkItIs(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var admin = await database.PersonAsync("admin", PlatformRole.Admin);
        var service = database.Get<NotebookService>();
        var stopped = database.Get<StoppedWork>();
        var since = database.Clock.GetUtcNow().AddMinutes(-1);
        var taken = await LaunchAsync("explore");
        Assert.Null((await service.StopAsync(owner, await LaunchAsync("own"), default)).Refusal);
        var run = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        Assert.Null((await database.Get<TrainingService>().LaunchAsync(owner, run, default)).Refusal);

        Assert.Null((await service.StopAsync(admin, taken, default)).Refusal);
        Assert.Null((await database.Get<TrainingService>().StopAsync(admin, run.Id, default)).Refusal);

        var items = (await stopped.ByOthersSinceAsync(owner, since, 6, default)).Value;
        Assert.Equal([(taken, "explore", "admin", true), (run.Id, "fraud", "admin", false)],
            items.OrderBy(i => i.Name).Select(i => (i.Id, i.Name, i.By, i.IsNotebook)));
        Assert.Empty((await stopped.ByOthersSinceAsync(admin, since, 6, default)).Value);
        Assert.Empty((await stopped.ByOthersSinceAsync(owner, database.Clock.GetUtcNow().AddMinutes(1), 6, default)).Value);

        async Task<Guid> LaunchAsync(string name) => (await service.LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, name), default)).Value;
    }

    [Theory, EachProvider]
    public async Task InStates_OfAllProjects_AreThoseThatTheReaderMaySee(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var outsider = await database.PersonAsync("outsider");
        var service = database.Get<NotebookService>();
        await service.LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default);

        Assert.Equal("explore", Assert.Single((await service.InStatesAsync(owner, [WorkloadState.Pending], 8, default)).Value).Notebook.Name);
        Assert.Empty((await service.InStatesAsync(owner, [WorkloadState.Running], 8, default)).Value);
        Assert.Empty((await service.InStatesAsync(outsider, [WorkloadState.Pending], 8, default)).Value);
    }

    [Theory, EachProvider]
    public async Task Door_WhereTheKeysOfTheTokenAreGone_SaysToStartAgain(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var id = (await database.Get<NotebookService>().LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;
        var (seal, endpoints) = (database.Get<IRowSeal>(), database.Get<NotebookEndpoints>());

        Assert.Equal("notebook.not_running", await CodeAsync(""));
        Assert.Equal("notebook.token_lost", await CodeAsync("sealed by other keys", WorkloadState.Running));
        // No pod is seen of it.
        Assert.Equal("notebook.not_running", await CodeAsync(seal.Seal("token"), WorkloadState.Running));
        Assert.DoesNotContain("token", seal.Seal("token"), StringComparison.Ordinal);

        async Task<string?> CodeAsync(string sealedToken, WorkloadState state = WorkloadState.Pending)
        {
            await using var db = await database.OpenAsync();
            await db.Set<Notebook>().ExecuteUpdateAsync(s => s.SetProperty(n => n.SealedToken, sealedToken).SetProperty(n => n.State, state));
            return (await endpoints.OpenAsync(owner, id, default)).Refusal?.Code;
        }
    }

    [Theory, EachProvider]
    public async Task List_SearchedFor_TakesTheTextAsItIs(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var service = database.Get<NotebookService>();
        foreach (var name in new[] { "Fraud_2", "fraud 12", "100%" })
            await service.LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, name), default);

        Assert.Equal(["Fraud_2"], await FoundAsync(" d_ "));
        Assert.Equal(["100%"], await FoundAsync("%"));
        // What no name can hold is no search.
        Assert.Equal(3, (await FoundAsync("a\0")).Length);
        Assert.True((await database.Get<TrainingList>().ForProjectAsync(owner, project, new("a\0"), null, default)).Succeeded);

        async Task<string[]> FoundAsync(string search) =>
            [.. (await service.ListAsync(owner, project, new(search), default)).Value.Items.Select(n => n.Notebook.Name)];
    }

    [Theory, EachProvider]
    public async Task StopStartDelete_ChangeTheIntentAndAreAudited(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var service = database.Get<NotebookService>();
        var id = (await service.LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;

        Assert.True((await service.StopAsync(owner, id, default)).Succeeded);
        Assert.True((await service.StopAsync(owner, id, default)).Succeeded);
        Assert.True((await service.StartAsync(owner, id, default)).Succeeded);
        Assert.True((await service.StopIdleAsync(Actor.Expiry, id, default)).Succeeded);
        Assert.True((await service.DeleteAsync(owner, id, default)).Succeeded);
        Assert.Equal("notebook.deleting", (await service.StartAsync(owner, id, default)).Refusal?.Code);

        await using var db = await database.OpenAsync();
        var row = await db.Set<Notebook>().SingleAsync();
        Assert.Equal((NotebookIntent.Deleted, 5L), (row.Intent, row.Generation));
        var actions = await db.AuditEntries.Where(e => e.ObjectType == "notebook").OrderBy(e => e.Seq).Select(e => e.Action).ToListAsync();
        Assert.Equal(["notebook.launched", "notebook.stopped", "notebook.started", "notebook.stopped_idle", "notebook.deleted"], actions);
    }

    [Theory, EachProvider]
    public async Task Get_ByOutsider_LooksAbsent(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await ProjectAsync(database);
        var service = database.Get<NotebookService>();
        var id = (await service.LaunchAsync(owner, new NotebookDraft(Guid.CreateVersion7(), project, "explore"), default)).Value;
        var outsider = await database.PersonAsync("outsider");

        Assert.Equal("notebook.not_found", (await service.GetAsync(outsider, id, default)).Refusal?.Code);
        Assert.Equal("notebook.not_found", (await service.StopAsync(outsider, id, default)).Refusal?.Code);
        Assert.Equal("notebook.not_found", (await service.GetAsync(owner, Guid.NewGuid(), default)).Refusal?.Code);
    }

    internal static async Task<(Actor Owner, Guid Project)> ProjectAsync(TestDatabase database)
    {
        var lead = await database.PersonAsync("lead");
        var owner = await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", lead, owner);
        var id = (await database.Get<ProjectService>().CreateAsync(owner, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team), default)).Value;
        return (owner, id);
    }
}
