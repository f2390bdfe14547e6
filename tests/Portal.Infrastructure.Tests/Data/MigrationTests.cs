using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
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
}
