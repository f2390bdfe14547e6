using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Audit;

public class AuditServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task List_Paged_GivesEveryEntryOnceNewestFirst(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var auditor = await FilledAsync(database, 60);
        var service = database.Get<AuditService>();

        var byNumber = new List<long>();
        for (var skip = 0; skip < 60; skip += 25)
            byNumber.AddRange((await service.ListAsync(auditor, new AuditFilter(), new ListQuery(Skip: skip), default)).Value.Items.Select(e => e.Seq));
        var byCursor = new List<long>();
        string? cursor = null;
        do
        {
            var page = (await service.ListAsync(auditor, new AuditFilter(Action: "thing."), new ListQuery(Cursor: cursor), default)).Value;
            byCursor.AddRange(page.Items.Select(e => e.Seq));
            cursor = page.Next;
        }
        while (cursor is not null);

        var expected = Enumerable.Range(1, 60).Reverse().Select(i => (long)i).ToList();
        Assert.Equal(expected, byNumber);
        Assert.Equal(expected, byCursor);
    }

    [Theory, EachProvider]
    public async Task List_Filtered_GivesOnlyWhatMatches(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var auditor = await FilledAsync(database, 12);

        async Task<int?> CountAsync(AuditFilter filter) =>
            (await database.Get<AuditService>().ListAsync(auditor, filter, new ListQuery(), default)).Value.Total;

        Assert.Equal(4, await CountAsync(new AuditFilter(DeniedOnly: true)));
        Assert.Equal(12, await CountAsync(new AuditFilter(Actor: "MAK")));
        Assert.Equal(6, await CountAsync(new AuditFilter(Action: "thing.changed")));
        Assert.Equal(0, await CountAsync(new AuditFilter(ObjectType: "other")));
        Assert.Equal(12, await CountAsync(new AuditFilter(From: database.Clock.GetUtcNow().AddMinutes(-1))));
        Assert.Equal(0, await CountAsync(new AuditFilter(Until: database.Clock.GetUtcNow().AddMinutes(-1))));
    }

    [Theory, EachProvider]
    public async Task Verify_UntouchedChain_Holds(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var auditor = await FilledAsync(database, 30);

        var found = (await database.Get<AuditService>().VerifyAsync(auditor, default)).Value;

        Assert.Null(found.FirstBroken);
        Assert.Equal(30, found.Entries);
    }

    [Theory]
    [InlineData("UPDATE audit_entries SET \"ActorName\" = 'nobody' WHERE \"Seq\" = 7", 7)]
    [InlineData("DELETE FROM audit_entries WHERE \"Seq\" = 7", 7)]
    [InlineData("DELETE FROM audit_entries WHERE \"Seq\" > 20", 21)]
    [InlineData("UPDATE audit_entries SET \"Denied\" = NOT \"Denied\" WHERE \"Seq\" = 30", 30)]
    public async Task Verify_AfterTampering_NamesTheFirstBrokenEntry(string tampering, long expected)
    {
        foreach (var provider in Enum.GetValues<Provider>())
        {
            await using var database = await TestDatabase.CreateAsync(provider, server);
            var auditor = await FilledAsync(database, 30);
            await using (var db = await database.OpenAsync())
                await db.Database.ExecuteSqlRawAsync(tampering);

            var found = (await database.Get<AuditService>().VerifyAsync(auditor, default)).Value;

            Assert.Equal(expected, found.FirstBroken);
        }
    }

    [Theory, EachProvider]
    public async Task Export_OfAll_ContinuesTheChainAndIsAudited(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var auditor = await FilledAsync(database, 10);

        var entries = await (await database.Get<AuditService>().ExportAsync(auditor, new AuditFilter(), default)).Value.Entries.ToListAsync();

        Assert.Equal("audit.exported", entries[^1].Action);
        Assert.Null(AuditChain.FirstBroken(entries, (0, AuditChain.Genesis)));
    }

    private static async Task<Actor> FilledAsync(TestDatabase database, int count)
    {
        var maker = await database.PersonAsync("maker");
        await using var db = await database.OpenAsync();
        for (var i = 1; i <= count; i++)
        {
            db.Audit(new AuditRecord(maker, i % 2 == 0 ? "thing.changed" : "thing.made", "thing", Guid.CreateVersion7()) { Denied = i % 3 == 0 });
            if (i % 10 == 0)
                await db.SaveChangesAsync();
        }
        await db.SaveChangesAsync();
        return await database.PersonAsync("auditor", PlatformRole.Auditor);
    }
}
