using Microsoft.EntityFrameworkCore;
using Portal.Core.Tokens;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Tokens;

public class ApiTokenServiceTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Token_UntilRevoked_NamesItsOwner(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var ana = await database.PersonAsync("ana");
        var service = database.Get<ApiTokenService>();

        var secret = (await service.CreateAsync(ana, "pipeline", 30, default)).Value;
        Assert.Equal(ana.Id, (await service.AuthenticateAsync(secret, default))?.Id);
        await using (var db = await database.OpenAsync())
        {
            Assert.DoesNotContain(await db.Set<ApiToken>().ToListAsync(), t => t.Hash.Contains(secret, StringComparison.Ordinal));
            Assert.All(await db.AuditEntries.ToListAsync(), e => Assert.DoesNotContain(secret, e.Details, StringComparison.Ordinal));
        }

        var listed = Assert.Single((await service.ListAsync(ana, default)).Value);
        Assert.NotNull(listed.LastUsedAt);
        Assert.True((await service.RevokeAsync(ana, listed.Id, default)).Succeeded);
        Assert.Null(await service.AuthenticateAsync(secret, default));
    }

    [Theory, EachProvider]
    public async Task Token_PastItsTime_NoLongerWorks(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var service = database.Get<ApiTokenService>();
        var secret = (await service.CreateAsync(await database.PersonAsync("ana"), "short", 1, default)).Value;

        database.Clock.Advance(TimeSpan.FromDays(1));

        Assert.Null(await service.AuthenticateAsync(secret, default));
    }

    [Theory, EachProvider]
    public async Task Revoke_OfAnotherPersonsToken_IsNotFound(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var service = database.Get<ApiTokenService>();
        var ana = await database.PersonAsync("ana");
        await service.CreateAsync(ana, "hers", 1, default);
        var token = (await service.ListAsync(ana, default)).Value[0];

        var result = await service.RevokeAsync(await database.PersonAsync("bo"), token.Id, default);

        Assert.Equal("token.not_found", result.Refusal?.Code);
    }
}
