using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Reconciliation;
using Portal.Core.Teams;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Reconciliation;

public class LeaseTests(PostgresServer server)
{
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    [Theory, EachProvider]
    public async Task Take_ByTwo_IsHeldByOneAndPassesOnWhenItExpires(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (one, two) = (Elector(database, "one"), Elector(database, "two"));

        var epochs = await Task.WhenAll(one.TryTakeAsync(default), two.TryTakeAsync(default));
        Assert.Single(epochs, e => e == 1);
        Assert.Single(epochs, e => e is null);
        var (holder, other) = epochs[0] == 1 ? (one, two) : (two, one);

        database.Clock.Advance(Duration - TimeSpan.FromSeconds(1));
        Assert.True(await holder.RenewAsync(1, default));
        database.Clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(await other.TryTakeAsync(default));

        database.Clock.Advance(Duration);
        Assert.Equal(2, await other.TryTakeAsync(default));
        Assert.False(await holder.RenewAsync(1, default));
    }

    [Theory, EachProvider]
    public async Task GiveBack_ByTheHolder_LetsTheNextOneStartAtOnce(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var (one, two) = (Elector(database, "one"), Elector(database, "two"));
        var epoch = await one.TryTakeAsync(default);

        await one.GiveBackAsync(epoch!.Value, default);

        Assert.Equal(2, await two.TryTakeAsync(default));
    }

    [Theory, EachProvider]
    public async Task Save_AfterATakeover_WritesNothing(Provider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, server);
        var fence = new LeaseFence { Epoch = (await Elector(database, "one").TryTakeAsync(default))!.Value };
        await using var db = await database.OpenAsync();
        db.Teams.Add(new Team { Name = "first" });
        await fence.SaveAsync(db, default);

        database.Clock.Advance(Duration);
        await Elector(database, "two").TryTakeAsync(default);
        db.Teams.Add(new Team { Name = "late" });

        await Assert.ThrowsAsync<LeaseLostException>(() => fence.SaveAsync(db, default));
        await using var fresh = await database.OpenAsync();
        Assert.Equal("first", (await fresh.Teams.SingleAsync()).Name);
    }

    private static LeaderElector Elector(TestDatabase database, string holder) =>
        new(database.Get<IDbContextFactory<PortalDb>>(), database.Clock, holder, Duration);
}
