using Portal.Core.Idempotency;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Idempotency;

public class IdempotencyStoreTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Answer_WithAnAddress_IsRepeatedWithIt(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var store = database.Get<IdempotencyStore>();

        foreach (var (key, location, content) in new[] { ("a", "/api/v1/projects/1", """{"id":1}"""), ("b", "/api/v1/projects/2", ""), ("c", (string?)null, """{"x":"/a"}"""), ("d", "", "") })
        {
            Assert.Null(await store.FindOrTakeAsync(key, "request", default));
            await store.AnswerAsync(key, 201, "application/json", location, content, default);
            var earlier = (await store.FindOrTakeAsync(key, "request", default))!;
            Assert.Equal((201, location is "" ? null : location, content), (earlier.Status, earlier.Location, earlier.Content));
        }
    }

    [Theory, EachProvider]
    public async Task Key_LetGoWhileItIsAskedFor_IsTakenAnew(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var store = database.Get<IdempotencyStore>();
        var taken = 0;

        // Each is let go at once, so that it is often gone between the failed taking and the look at who holds it.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var i = 0; i < 50; i++)
            {
                if (await store.FindOrTakeAsync("key", "request", default) is not null)
                    continue;
                Interlocked.Increment(ref taken);
                await store.ReleaseAsync("key", default);
            }
        })));

        Assert.True(taken > 0);
    }
}
