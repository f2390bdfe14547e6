using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Core.Results;

namespace Portal.Core.Clusters.Questions;

/// <summary>Asks questions and waits for their answers, whichever process gives them.</summary>
public sealed class ClusterQuestions(IDbContextFactory<PortalDb> databases, IChangeFeed feed, TimeProvider clock)
{
    // Somebody at a page waits; the many questions about rights take a distant cluster longer.
    private static readonly TimeSpan ForChanges = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ForRights = TimeSpan.FromSeconds(60);

    // The feed tells of the answer; this is for a message that was lost.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>The answer; <c>cluster.no_answer</c> when nobody gave one in time.</summary>
    public async Task<Result<TAnswer>> AskAsync<TBody, TAnswer>(Guid? clusterId, ClusterQuestionKind kind, TBody body, CancellationToken ct)
    {
        var question = new ClusterQuestion { ClusterId = clusterId, Kind = kind, Body = JsonSerializer.Serialize(body), AskedAt = clock.GetUtcNow() };
        using var changed = new SemaphoreSlim(0);
        using var subscription = feed.Subscribe(change =>
        {
            if (change.Id == question.Id)
                changed.Release();
        });
        await using (var db = await databases.CreateDbContextAsync(ct))
        {
            db.Add(question);
            await db.SaveChangesAsync(ct);
        }
        var answered = await WaitAsync(question, changed, ct);
        if (answered is null)
            return new Refusal("cluster.no_answer", RefusalKind.Conflict);
        return answered.Refusal.Length > 0
            ? new Refusal(answered.Refusal, RefusalKind.Conflict)
            : JsonSerializer.Deserialize<TAnswer>(answered.Answer)!;
    }

    private async Task<ClusterQuestion?> WaitAsync(ClusterQuestion question, SemaphoreSlim changed, CancellationToken ct)
    {
        var patience = question.Kind == ClusterQuestionKind.Rights ? ForRights : ForChanges;
        var began = clock.GetTimestamp();
        while (clock.GetElapsedTime(began) < patience)
        {
            await changed.WaitAsync(LookAgain, ct);
            await using var db = await databases.CreateDbContextAsync(ct);
            if (await db.Set<ClusterQuestion>().AsNoTracking().SingleOrDefaultAsync(q => q.Id == question.Id && q.ObservedGeneration > 0, ct) is { } answered)
                return answered;
        }
        return null;
    }
}
