using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Testing.Databases;

namespace Portal.Infrastructure.Tests.Data;

public class MigrationTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Model_AgainstMigrations_HasNothingPending(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        await using PortalDb db = await database.OpenAsync();

        Assert.NotEmpty(await db.Database.GetAppliedMigrationsAsync(TestContext.Current.CancellationToken));
        Assert.False(db.Database.HasPendingModelChanges(), "run tools/add-migrations.sh NAME");
    }

    [Theory, EachProvider]
    public async Task Migrate_FromTheFirstSchema_KeepsStepsAndStays(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var ct = TestContext.Current.CancellationToken;
        var maker = await database.PersonAsync("ana");
        var team = new Team { Name = "Fraud", CreatedAt = database.Clock.GetUtcNow() };
        await using PortalDb db = await database.OpenAsync();
        db.Teams.Add(team);
        foreach (var name in (string[])["with steps", "without"])
            db.Projects.Add(new ProjectDraft(Guid.CreateVersion7(), name, team.Id).ToProject(maker, database.Clock.GetUtcNow()));
        var run = new TrainingDraft(Guid.CreateVersion7(), Guid.Empty, "fraud") { Code = "print(1)", Nodes = 2 }
            .ToRun(maker, new("small", 500, 1024), 1, database.Clock.GetUtcNow());
        run.Project = db.Projects.Local.First();
        db.AddRange(
            run, new PoolStay { WorkloadId = run.Id, Accelerators = 3, PoolId = Guid.NewGuid(), QueuedAt = database.Clock.GetUtcNow() },
            new PoolStay { WorkloadId = Guid.NewGuid(), Cores = 2, QueuedAt = database.Clock.GetUtcNow(), ForecastAt = database.Clock.GetUtcNow() });
        await db.SaveChangesAsync(ct);
        await db.GetService<IMigrator>().MigrateAsync("Initial", ct);
        await db.Database.ExecuteSqlRawAsync(
            """
            INSERT INTO "project_steps" ("ProjectId", "Kind", "State", "Reason", "Detail", "Attempts", "ChangedAt")
            SELECT "Id", 'Queue', 'Failed', 'cluster.forbidden', 'It said "no".', 3, {0} FROM "projects" WHERE "Name" = 'with steps'
            """, [database.Clock.GetUtcNow().UtcDateTime], ct);

        await db.Database.MigrateAsync(ct);

        db.ChangeTracker.Clear();
        var steps = await db.Projects.ToDictionaryAsync(p => p.Name, p => p.Steps, ct);
        Assert.Empty(steps["without"]);
        var step = Assert.Single(steps["with steps"]);
        Assert.Equal(
            (ProjectStepKind.Queue, StepState.Failed, "cluster.forbidden", "It said \"no\".", 3, database.Clock.GetUtcNow()),
            (step.Kind, step.State, step.Reason, step.Detail, step.Attempts, step.ChangedAt));
        var stays = await db.Set<PoolStay>().OrderBy(s => s.Accelerators).ToListAsync(ct);
        Assert.Equal(
            [(0, 2, 0, 1, StayResource.Cores), (3, 0.5, 1, 2, null)],
            stays.Select(s => (s.Accelerators, s.Cores, s.MemoryGiB, s.Nodes, s.ForecastOf)));
    }
}
