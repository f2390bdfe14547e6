using Microsoft.Extensions.Caching.Memory;
using Portal.Core.Access;
using Portal.Core.Notebooks;
using Portal.Core.Results;

namespace Portal.Api.Notebooks;

/// <summary>Who may pass to which notebook, asked anew every few seconds: a page of Jupyter makes dozens of requests at once.</summary>
internal sealed class NotebookPasses(NotebookEndpoints endpoints, IMemoryCache cache)
{
    /// <summary>Longest that a right which was taken away still works.</summary>
    public static readonly TimeSpan Validity = TimeSpan.FromSeconds(3);

    /// <summary>The server, or why not.</summary>
    public async Task<Result<NotebookTarget>> AskAsync(Actor actor, Guid id, CancellationToken ct)
    {
        var key = (nameof(NotebookPasses), actor.Id, id);
        if (cache.TryGetValue(key, out Result<NotebookTarget>? known))
            return known!;
        var answer = await endpoints.OpenAsync(actor, id, ct);
        // A server that was not there yet is let in to as soon as it is. That somebody may not is audited each time that it is asked.
        if (answer.Succeeded || answer.Refusal.Kind != RefusalKind.Conflict)
            cache.Set(key, answer, Validity);
        return answer;
    }
}
