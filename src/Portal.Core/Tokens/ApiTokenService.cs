using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Audit;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Tokens;

/// <summary>A person's own bearer tokens for the API.</summary>
public sealed class ApiTokenService(IDbContextFactory<PortalDb> databases, AccessGate gate, TimeProvider clock)
{
    /// <summary>Longest name, in characters.</summary>
    public const int NameLimit = 60;

    /// <summary>Longest life, in days.</summary>
    public const int LifeLimitDays = 365;

    private const string Prefix = "mlp_";

    /// <summary>Makes a token; the returned text is the only time it is seen.</summary>
    /// <param name="days">Days until it expires, 1 to <see cref="LifeLimitDays"/>.</param>
    [Requires(Permission.AccountManage)]
    public async Task<Result<string>> CreateAsync(Actor actor, string name, int days, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AccountManage, Scope.Platform, "token", null, ct) is { } denied)
            return denied;
        name = name.Trim();
        if (name.Length is 0 or > NameLimit)
            return new Refusal("token.name", Field: "Name").With("limit", NameLimit);
        if (days is < 1 or > LifeLimitDays)
            return new Refusal("token.days", Field: "Days").With("limit", LifeLimitDays);
        var secret = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        var token = new ApiToken
        {
            PersonId = actor.Id,
            Name = name,
            Hash = HashOf(secret),
            CreatedAt = now,
            ExpiresAt = now.AddDays(days),
        };
        db.Add(token);
        db.Audit(new AuditRecord(actor, "token.created", "token", token.Id) { Details = { ["name"] = name, ["expires"] = token.ExpiresAt } });
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>The actor's tokens that still work, newest first.</summary>
    [Requires(Permission.AccountManage)]
    public async Task<Result<IReadOnlyList<ApiTokenView>>> ListAsync(Actor actor, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AccountManage, Scope.Platform, "token", null, ct) is { } denied)
            return denied;
        var now = clock.GetUtcNow();
        return await db.Set<ApiToken>().AsNoTracking()
            .Where(t => t.PersonId == actor.Id && t.RevokedAt == null && t.ExpiresAt > now)
            .OrderByDescending(t => t.CreatedAt)
            .Select(t => new ApiTokenView(t.Id, t.Name, t.CreatedAt, t.ExpiresAt, t.LastUsedAt))
            .ToListAsync(ct);
    }

    /// <summary>Ends a token at once.</summary>
    [Requires(Permission.AccountManage)]
    public async Task<Result> RevokeAsync(Actor actor, Guid tokenId, CancellationToken ct)
    {
        await using var db = await databases.CreateDbContextAsync(ct);
        if (await gate.CheckAsync(db, actor, Permission.AccountManage, Scope.Platform, "token", tokenId, ct) is { } denied)
            return denied;
        var token = await db.Set<ApiToken>().SingleOrDefaultAsync(t => t.Id == tokenId && t.PersonId == actor.Id, ct);
        if (token is null)
            return Refusal.NotFound("token");
        if (token.RevokedAt is not null)
            return Result.Done;
        token.RevokedAt = clock.GetUtcNow();
        db.Audit(new AuditRecord(actor, "token.revoked", "token", token.Id) { Details = { ["name"] = token.Name } });
        await db.SaveChangesAsync(ct);
        return Result.Done;
    }

    /// <summary>The person whose working token this is, or null. Authentication itself, so it asks for no permission.</summary>
    public async Task<Person?> AuthenticateAsync(string secret, CancellationToken ct)
    {
        if (!secret.StartsWith(Prefix, StringComparison.Ordinal))
            return null;
        await using var db = await databases.CreateDbContextAsync(ct);
        var now = clock.GetUtcNow();
        var hash = HashOf(secret);
        var token = await db.Set<ApiToken>().AsNoTracking()
            .SingleOrDefaultAsync(t => t.Hash == hash && t.RevokedAt == null && t.ExpiresAt > now, ct);
        if (token is null)
            return null;
        if (token.LastUsedAt is null || now - token.LastUsedAt > TimeSpan.FromHours(1))
        {
            await db.Set<ApiToken>().Where(t => t.Id == token.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(t => t.LastUsedAt, now), ct);
        }
        return await db.People.AsNoTracking().SingleOrDefaultAsync(p => p.Id == token.PersonId && !p.Disabled, ct);
    }

    private static string HashOf(string secret) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(secret)));
}

/// <summary>A token as its owner sees it.</summary>
public sealed record ApiTokenView(Guid Id, string Name, DateTimeOffset CreatedAt, DateTimeOffset ExpiresAt, DateTimeOffset? LastUsedAt);
