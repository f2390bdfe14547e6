using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Core.Idempotency;

/// <summary>Remembers the answers to calls with an idempotency key for a day.</summary>
public sealed class IdempotencyStore(IDbContextFactory<PortalDb> databases, TimeProvider clock)
{
    private const int Attempts = 20;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    // A call that has not answered by then died with its process; a repeat may take its place.
    private static readonly TimeSpan Abandoned = TimeSpan.FromMinutes(2);

    /// <summary>Takes the key, or returns the call that holds it.</summary>
    public async Task<IdempotentRequest?> FindOrTakeAsync(string key, string request, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            await using var db = await databases.CreateDbContextAsync(ct);
            var now = clock.GetUtcNow();
            await db.Set<IdempotentRequest>()
                .Where(r => r.StartedAt < now - Kept || (r.Key == key && r.Status == 0 && r.StartedAt < now - Abandoned))
                .ExecuteDeleteAsync(ct);
            db.Add(new IdempotentRequest { Key = key, Request = request, StartedAt = now });
            try
            {
                await db.SaveChangesAsync(ct);
                return null;
            }
            catch (DbUpdateException) when (attempt < Attempts)
            {
                db.ChangeTracker.Clear();
                // Gone again where the call that held it has failed in the meantime.
                if (await db.Set<IdempotentRequest>().AsNoTracking().SingleOrDefaultAsync(r => r.Key == key, ct) is { } earlier)
                    return earlier;
                // Others try as well: not all of them again at one moment.
                await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(10 * attempt)), ct);
            }
        }
    }

    /// <summary>Stores the answer that repeats are given.</summary>
    public async Task AnswerAsync(string key, int status, string contentType, string? location, string content, CancellationToken ct)
    {
        var body = IdempotentRequest.BodyOf(location, content);
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Set<IdempotentRequest>().Where(r => r.Key == key).ExecuteUpdateAsync(
            s => s.SetProperty(r => r.Status, status).SetProperty(r => r.ContentType, contentType).SetProperty(r => r.Body, body), ct);
    }

    /// <summary>Lets the key go: the call failed in a way that a repeat may mend.</summary>
    public async Task ReleaseAsync(string key, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        await db.Set<IdempotentRequest>().Where(r => r.Key == key).ExecuteDeleteAsync(ct);
    }
}
