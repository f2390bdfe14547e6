using Portal.Core.Results;

namespace Portal.Core.Audit;

/// <summary>What a reader of the audit log narrows it to; null leaves a field open.</summary>
/// <param name="Actor">Part of the actor's name.</param>
/// <param name="ObjectType">The word of the object, for example <c>project</c>.</param>
/// <param name="ObjectId">One object's whole history.</param>
/// <param name="Action">Beginning of the action, for example <c>quota.</c>.</param>
/// <param name="From">Not before, UTC.</param>
/// <param name="Until">Before, UTC.</param>
/// <param name="DeniedOnly">Refusals for lack of a right alone.</param>
public sealed record AuditFilter(
    string? Actor = null, string? ObjectType = null, Guid? ObjectId = null, string? Action = null,
    DateTimeOffset? From = null, DateTimeOffset? Until = null, bool DeniedOnly = false)
{
    /// <summary>True when every entry passes.</summary>
    public bool IsOpen => this == new AuditFilter();

    internal IQueryable<AuditEntry> Of(IQueryable<AuditEntry> entries)
    {
        if (TextRules.SearchTerm(Actor) is { } actor)
            entries = entries.Where(e => e.ActorName.ToLower().Contains(actor));
        if (!string.IsNullOrWhiteSpace(ObjectType))
            entries = entries.Where(e => e.ObjectType == ObjectType);
        if (ObjectId is { } id)
            entries = entries.Where(e => e.ObjectId == id || e.ProjectId == id);
        if (TextRules.SearchTerm(Action) is { } action)
            entries = entries.Where(e => e.Action.StartsWith(action));
        if (From is { } from)
            entries = entries.Where(e => e.At >= from);
        if (Until is { } until)
            entries = entries.Where(e => e.At < until);
        if (DeniedOnly)
            entries = entries.Where(e => e.Denied);
        return entries;
    }
}

/// <summary>What a walk along the whole chain found.</summary>
/// <param name="Entries">Entries read.</param>
/// <param name="FirstBroken">Number of the first entry that was altered, is missing or out of place; null when the chain holds.</param>
/// <param name="Hash">Hash at the end of the chain, to compare with one that was noted elsewhere.</param>
public sealed record AuditVerification(long Entries, long? FirstBroken, string Hash);

/// <summary>Entries to write out, read from the database as they are taken.</summary>
public sealed record AuditExport(IAsyncEnumerable<AuditEntry> Entries);
