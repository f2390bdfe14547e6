using Portal.Core.Access;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Quotas;

public class QuotaQueryTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Mine_OfSomeStates_LooksBehindWhatIsNewer(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var open = await stage.SubmitAsync();
        stage.Database.Clock.Advance(TimeSpan.FromMinutes(1));
        await stage.GrantedAsync();

        var found = (await stage.Queries.MineAsync(stage.Ana, new(Take: 1), default, [QuotaState.Submitted])).Value.Items;

        Assert.Equal(open, Assert.Single(found).Id);
    }

    [Theory, EachProvider]
    public async Task AnswersSince_OfOnesOwnRequests_AreWhatOthersMadeOfThem(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var since = stage.Now.AddMinutes(-1);
        await stage.SubmitAsync();
        var granted = await stage.GrantedAsync();

        var answer = Assert.Single((await stage.Queries.AnswersSinceAsync(stage.Ana, since, 6, default)).Value);

        Assert.Equal((granted, QuotaAction.Approved), (answer.RequestId, answer.Action));
        Assert.Empty((await stage.Queries.AnswersSinceAsync(stage.Ana, stage.Now.AddMinutes(1), 6, default)).Value);
        Assert.Empty((await stage.Queries.AnswersSinceAsync(stage.Lead, since, 6, default)).Value);
    }

    [Theory, EachProvider]
    public async Task NewestToDecide_Reader_IsOfOthersRequests(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        Assert.Null((await stage.Queries.NewestToDecideAsync(stage.Lead, default)).Value);
        await stage.SubmitAsync();
        stage.Database.Clock.Advance(TimeSpan.FromMinutes(1));
        var newest = stage.Now;
        await stage.SubmitAsync();

        Assert.Equal(newest, (await stage.Queries.NewestToDecideAsync(stage.Lead, default)).Value);
        Assert.Null((await stage.Queries.NewestToDecideAsync(stage.Ana, default)).Value);
    }

    [Theory, EachProvider]
    public async Task ToDecide_Reader_SeesTheirTeams(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        await stage.SubmitAsync();
        var own = await stage.NewProjectAsync("Lead's own", by: stage.Lead);
        await stage.Requests.SubmitAsync(stage.Lead, stage.Draft() with { ProjectId = own }, default);
        var stranger = await stage.Database.PersonAsync("stranger", PlatformRole.Lead);

        async Task<(int Rows, int Count)> For(Actor actor) => (
            (await stage.Queries.ToDecideAsync(actor, new ListQuery(), default)).Value.Items.Count,
            (await stage.Queries.CountToDecideAsync(actor, default)).Value);

        Assert.Equal((2, 1), await For(stage.Lead));
        Assert.Equal((2, 2), await For(stage.OtherLead));
        Assert.Equal((2, 2), await For(stage.Admin));
        Assert.Equal((0, 0), await For(stage.Ana));
        Assert.Equal((0, 0), await For(stranger));
    }

    [Theory, EachProvider]
    public async Task ForProject_PagedByCursor_ReturnsEachOnce(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        for (var i = 0; i < 7; i++)
        {
            await stage.SubmitAsync();
            if (i % 3 == 0)
                stage.Database.Clock.Advance(TimeSpan.FromMinutes(1));
        }

        var seen = new List<Guid>();
        string? cursor = null;
        do
        {
            var page = (await stage.Queries.ForProjectAsync(stage.Ana, stage.Project, new ListQuery(Take: 3, Cursor: cursor), default)).Value;
            seen.AddRange(page.Items.Select(r => r.Id));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(7, seen.Count);
        Assert.Equal(7, seen.Distinct().Count());
    }

    [Theory, EachProvider]
    public async Task Get_ByDecider_ShowsPoolRivalsAndHistory(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 16);
        await stage.GrantedAsync(4);
        var theirLead = await stage.Database.PersonAsync("their lead", PlatformRole.Lead);
        var theirs = await stage.NewProjectAsync("Fraud rings", await stage.Database.TeamAsync("Fraud", theirLead), theirLead);
        await stage.Requests.SubmitAsync(theirLead, stage.Draft(2) with { ProjectId = theirs }, default);
        var id = await stage.SubmitAsync(8);

        var view = (await stage.Queries.GetAsync(stage.Lead, id, default)).Value;
        var admins = (await stage.Queries.GetAsync(stage.Admin, id, default)).Value;

        Assert.Equal((16, 4, 12), (view.Pool.Pool.Ledger.Capacity, view.Pool.Pool.Ledger.Granted, view.Forecast.Free));
        Assert.Equal(4, view.Held);
        Assert.Equal(0, view.Usage.Hours);
        Assert.Null(Assert.Single(view.Rivals).Project);
        Assert.Equal("Fraud rings", Assert.Single(admins.Rivals).Project);
        Assert.Equal(QuotaAction.Submitted, Assert.Single(view.Steps).Action);
        Assert.True(view.Rights is { Decide: true, Most: 8, Bar: DecisionBar.None, Edit: false });
    }

    [Theory, EachProvider]
    public async Task Sample_RunningPods_BecomesTwoWeekUse(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var held = await stage.GrantedAsync(8);
        var sampler = stage.Database.Get<UsageSampler>();
        stage.Cluster.WithNode("n1", QuotaStage.Gpu, 64).WithPod("ml-credit-risk-" + "x", "p", "n1", QuotaStage.Gpu, 1);
        var ns = await NamespaceAsync(stage);

        stage.Cluster.WithPod(ns, "a", "n1", QuotaStage.Gpu, 2);
        Assert.Equal(1, await sampler.SampleAsync(default));
        stage.Cluster.WithPod(ns, "b", "n1", QuotaStage.Gpu, 4).WithWaiting(ns, "c", QuotaStage.Gpu, 8);
        await sampler.SampleAsync(default);
        stage.Database.Clock.Advance(TimeSpan.FromHours(1));
        await sampler.SampleAsync(default);

        var usage = (await stage.Queries.GetAsync(stage.Lead, held, default)).Value.Usage;
        Assert.Equal((2, 6), (usage.Hours, usage.Peak));
        Assert.Equal(14d / 3, usage.Mean, 9);
        Assert.Equal(2d / 3, usage.WaitingShare, 9);
    }

    private static async Task<string> NamespaceAsync(QuotaStage stage)
    {
        await using var db = await stage.Database.OpenAsync();
        return (await db.Projects.FindAsync(stage.Project))!.Namespace;
    }
}
