using Microsoft.EntityFrameworkCore;
using Portal.Core.Results;
using Portal.Core.Tests.Notebooks;
using Portal.Core.Tests.Workloads;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Training;

public class TrainingWaitTests(PostgresServer server)
{
    private static readonly DateTimeOffset Now = Places.Now;

    private static DateTimeOffset? At(int? minute) => minute is { } at ? Now.AddMinutes(at) : null;

    [Fact]
    public void Of_RunThatLostItsPlace_IsFromThereUntilItRunsAgain()
    {
        var waits = TrainingWait.Of(
        [
            (WorkloadState.Pending, Now), (WorkloadState.Starting, Now.AddMinutes(1)), (WorkloadState.Running, Now.AddMinutes(2)),
            (WorkloadState.Pending, Now.AddMinutes(10)), (WorkloadState.Attention, Now.AddMinutes(20)), (WorkloadState.Starting, Now.AddMinutes(30)),
            (WorkloadState.Running, Now.AddMinutes(40)), (WorkloadState.Attention, Now.AddMinutes(50)), (WorkloadState.Pending, Now.AddMinutes(60)),
        ]);

        TrainingWait[] expected = [new(Now.AddMinutes(10), Now.AddMinutes(40)), new(Now.AddMinutes(60), null)];
        Assert.Equal(expected, waits);
    }

    [Fact]
    public void Of_RunThatEndedBeforeItWasSeenToRun_IsNothing() =>
        Assert.Empty(TrainingWait.Of([(WorkloadState.Pending, Now), (WorkloadState.Starting, Now.AddSeconds(1)), (WorkloadState.Succeeded, Now.AddSeconds(2))]));

    [Theory]
    [InlineData(null, 60, 0)]
    [InlineData(0, null, 110)]
    [InlineData(0, 60, 30)]
    [InlineData(0, 25, 10)]
    public void Hours_OfARun_AreThoseBetweenStartAndEndWithoutWaits(int? start, int? end, double minutes)
    {
        TrainingWait[] waits = [new(Now.AddMinutes(10), Now.AddMinutes(40))];

        var hours = TrainingWait.HoursBetween(At(start), At(end), waits, Now.AddMinutes(140));

        Assert.Equal(minutes, hours * 60, 6);
    }

    [Theory, EachProvider]
    public async Task Use_OfARunThatWaitsAgain_StandsStillInTheListAndOnItsPage(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (owner, project) = await NotebookServiceTests.ProjectAsync(database);
        var draft = new TrainingDraft(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" };
        var id = (await database.Get<TrainingService>().LaunchAsync(owner, draft, default)).Value;
        var start = database.Clock.GetUtcNow();
        await using (var db = await database.OpenAsync())
        {
            await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.StartedAt, start).SetProperty(r => r.PricePerHour, 6m));
            db.AddRange(
                new TrainingStep { RunId = id, Position = 2, At = start, State = WorkloadState.Running },
                new TrainingStep { RunId = id, Position = 3, At = start.AddMinutes(30), State = WorkloadState.Pending });
            await db.SaveChangesAsync();
        }
        var now = start.AddHours(5);

        var row = Assert.Single((await database.Get<TrainingList>().ForProjectAsync(owner, project, new ListQuery(), null, default)).Value.Items);
        var view = (await database.Get<TrainingService>().GetAsync(owner, id, default)).Value;

        Assert.Equal((0.5, 3m), (row.Hours(now), row.Cost(now)));
        Assert.Equal((0.5, 3m), (view.Use(now).Hours, view.Use(now).Cost));
    }
}
