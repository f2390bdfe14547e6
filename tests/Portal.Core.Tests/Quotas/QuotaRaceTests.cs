using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Quotas;

public class QuotaRaceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Approve_HundredAtOnceOfEightFromSixtyFour_GrantsEight(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 64, budget: 1000);
        var decisions = new List<QuotaDecision>();
        for (var i = 0; i < 100; i++)
            decisions.Add(await stage.SeenAsync(await stage.SubmitAsync(8)));

        var results = await AtOnceAsync(decisions.Select((d, i) => (Func<Task<Result>>)(() =>
            stage.Decisions.ApproveAsync(i % 2 == 0 ? stage.Lead : stage.Admin, d, 8, default))));

        Assert.Equal(8, results.Count(r => r.Succeeded));
        Assert.Equal(92, results.Count(r => r.Refusal?.Code == "quota.pool_exhausted"));
        Assert.Equal(64, await stage.GrantedInPoolAsync());
        await using var db = await stage.Database.OpenAsync();
        Assert.Equal(8, await db.Set<QuotaRequest>().CountAsync(r => r.State == QuotaState.Active));
        Assert.Equal(92, await db.Set<QuotaRequest>().CountAsync(r => r.State == QuotaState.Submitted));
        Assert.Equal(9, await stage.GenerationAsync());
        Assert.Equal(8, (await stage.AuditedAsync("quota.approved")).Count);
    }

    [Theory, EachProvider]
    public async Task Approve_ManyAtOnceByLeads_StaysWithinBudget(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 64, budget: 20);
        var decisions = new List<QuotaDecision>();
        for (var i = 0; i < 20; i++)
            decisions.Add(await stage.SeenAsync(await stage.SubmitAsync(4)));

        var results = await AtOnceAsync(decisions.Select((d, i) => (Func<Task<Result>>)(() =>
            stage.Decisions.ApproveAsync(i % 2 == 0 ? stage.Lead : stage.OtherLead, d, 4, default))));

        Assert.Equal(5, results.Count(r => r.Succeeded));
        Assert.Equal(15, results.Count(r => r.Refusal?.Code == "quota.beyond_budget"));
        Assert.Equal(20, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Approve_SeveralRenewalsOfOneGrantAtOnce_HandsItsUnitsOverOnce(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 8, budget: 8);
        await stage.GrantedAsync(8, days: 14);
        var decisions = new List<QuotaDecision>();
        for (var i = 0; i < 10; i++)
            decisions.Add(await stage.SeenAsync(await stage.SubmitAsync(4, startInDays: 14)));

        var results = await AtOnceAsync(decisions.Select(d => (Func<Task<Result>>)(() => stage.Decisions.ApproveAsync(stage.Lead, d, 4, default))));

        Assert.Equal((2, 8), (results.Count(r => r.Succeeded), await stage.GrantedInPoolAsync()));
        stage.Database.Clock.Advance(TimeSpan.FromDays(14));
        var ticks = await AtOnceAsync(Enumerable.Repeat<Func<Task<Result<QuotaTick>>>>(() => stage.Requests.AdvanceAsync(Actor.Expiry, default), 4));
        Assert.Equal((2, 1), (ticks.Sum(t => t.Value.Started), ticks.Sum(t => t.Value.Ended)));
        Assert.Equal((8, 8), (await stage.GrantedInPoolAsync(), Assert.Single(await stage.GrantsAsync()).Amount));
    }

    [Theory, EachProvider]
    public async Task ApproveAgainstReject_AtOnce_OneWinsAndTheOtherIsTold(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        for (var round = 0; round < 10; round++)
        {
            var seen = await stage.SeenAsync(await stage.SubmitAsync(2), "Not this quarter");

            var results = await AtOnceAsync(
            [
                () => stage.Decisions.ApproveAsync(stage.Lead, seen, 2, default),
                () => stage.Decisions.RejectAsync(stage.Admin, seen, default),
            ]);

            var loser = Assert.Single(results, r => !r.Succeeded);
            var row = await stage.RowAsync(seen.RequestId);
            Assert.Equal(results[0].Succeeded ? QuotaState.Active : QuotaState.Rejected, row.State);
            Assert.Equal(results[0].Succeeded ? "quota.already_approved_by" : "quota.already_rejected_by", loser.Refusal!.Code);
            Assert.Equal(results[0].Succeeded ? "lead" : "admin", loser.Refusal.Arguments["by"]);
            Assert.Equal(2, row.Steps.Count);
        }
        await using var db = await stage.Database.OpenAsync();
        var granted = await db.Set<QuotaRequest>().Where(QuotaRequest.Holds).SumAsync(r => r.GrantedAmount ?? 0);
        Assert.Equal(granted, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Approve_SameClickFiftyTimes_IsOneTransition(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var seen = await stage.SeenAsync(await stage.SubmitAsync(8));

        var results = await AtOnceAsync(Enumerable.Repeat<Func<Task<Result>>>(
            () => stage.Decisions.ApproveAsync(stage.Lead, seen, 8, default), 50));

        Assert.All(results, QuotaStage.Ok);
        Assert.Equal(8, await stage.GrantedInPoolAsync());
        Assert.Equal(2, (await stage.RowAsync(seen.RequestId)).Steps.Count);
        Assert.Equal(["quota.approved"], await stage.AuditedAsync("quota.approved"));
    }

    [Theory, EachProvider]
    public async Task EditAgainstApprove_AtOnce_NeverGrantsWhatWasNotSeen(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        for (var round = 0; round < 10; round++)
        {
            var draft = stage.Draft(2);
            await stage.Requests.SubmitAsync(stage.Ana, draft, default);
            var seen = await stage.SeenAsync(draft.Id);

            var results = await AtOnceAsync(
            [
                () => stage.Decisions.ApproveAsync(stage.Lead, seen, 2, default),
                () => stage.Requests.EditAsync(stage.Ana, draft with { Amount = 6 }, default),
            ]);

            var row = await stage.RowAsync(draft.Id);
            Assert.Single(results, r => r.Succeeded);
            Assert.Equal(results[0].Succeeded ? (2, 2, QuotaState.Active) : (6, null as int?, QuotaState.Submitted),
                (row.Amount, row.GrantedAmount, row.State));
        }
    }

    [Theory, EachProvider]
    public async Task Submit_SameFormTwentyTimes_IsOneRequest(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var draft = stage.Draft();

        var results = await AtOnceAsync(Enumerable.Repeat<Func<Task<Result>>>(
            async () => await stage.Requests.SubmitAsync(stage.Ana, draft, default), 20));

        Assert.All(results, QuotaStage.Ok);
        Assert.Equal(["quota.submitted"], await stage.AuditedAsync("quota."));
    }

    [Theory, EachProvider]
    public async Task Advance_BySeveralReplicasAtOnce_GivesBackOnce(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        for (var i = 0; i < 5; i++)
            await stage.GrantedAsync(4, days: 1);
        stage.Database.Clock.Advance(TimeSpan.FromDays(2));

        var ticks = await AtOnceAsync(Enumerable.Repeat<Func<Task<Result<QuotaTick>>>>(
            () => stage.Requests.AdvanceAsync(Actor.Expiry, default), 6));

        Assert.Equal(5, ticks.Sum(t => t.Value.Ended));
        Assert.Equal(0, await stage.GrantedInPoolAsync());
    }

    [Theory, EachProvider]
    public async Task Ledger_WrittenPastTheService_IsRefusedByTheDatabase(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server, capacity: 8);
        await using var db = await stage.Database.OpenAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => db.Set<PoolLedger>().ExecuteUpdateAsync(s => s.SetProperty(l => l.Granted, 9)));
        await Assert.ThrowsAnyAsync<Exception>(() => db.Set<PoolLedger>().ExecuteUpdateAsync(s => s.SetProperty(l => l.Granted, -1)));
    }

    [Theory, EachProvider]
    public async Task OwnDecision_WrittenPastTheService_IsRefusedByTheDatabase(Provider provider)
    {
        await using var stage = await QuotaStage.CreateAsync(provider, server);
        var id = await stage.SubmitAsync();
        await using var db = await stage.Database.OpenAsync();

        await Assert.ThrowsAnyAsync<Exception>(() => db.Set<QuotaRequest>().Where(r => r.Id == id)
            .ExecuteUpdateAsync(s => s.SetProperty(r => r.DecidedBy, stage.Ana.Id)));
    }

    private static async Task<T[]> AtOnceAsync<T>(IEnumerable<Func<Task<T>>> calls)
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = calls.Select(call => Task.Run(async () =>
        {
            await gate.Task;
            return await call();
        })).ToList();
        gate.SetResult();
        return await Task.WhenAll(running);
    }
}
