using System.Collections.Concurrent;
using Portal.Core.Ownership;

namespace Portal.Core.Cluster;

/// <summary>
/// What a writer has to tell of the objects that it set right, until it is audited: a database that was away for a moment must
/// not make it unsaid, and what a webhook makes of an object at every apply is said once.
/// </summary>
internal sealed class RepairNotes(DisputeBook? disputes)
{
    private readonly ConcurrentDictionary<ObjectKey, IReadOnlyList<FieldChange>> _untold = [];
    private readonly ConcurrentDictionary<ObjectKey, string> _overruled = [];

    /// <summary>To be told: the object was set right.</summary>
    /// <param name="fields">What had been changed; empty when the whole object was gone.</param>
    public void Repaired(ObjectKey key, IReadOnlyList<FieldChange> fields) => _untold[key] = fields;

    /// <summary>Audits what is still to be told of an object.</summary>
    public async Task TellAsync(ObjectKey key, ReconcileOwner owner, CancellationToken ct)
    {
        // Taken before it is told: another pass that comes to the same object meanwhile does not tell it as well.
        if (disputes is null || !_untold.TryRemove(key, out var fields))
            return;
        try
        {
            await disputes.RepairedAsync(key, owner, fields, ct);
        }
        catch
        {
            _untold.TryAdd(key, fields);
            throw;
        }
    }

    /// <summary>Audits which fields the cluster's own answer to an apply has otherwise, once until the wish or the answer changes.</summary>
    /// <param name="wish">The hash of what was applied.</param>
    /// <param name="left">Empty when it answered with what was applied.</param>
    public async Task TellOverruledAsync(ObjectKey key, ReconcileOwner owner, string? wish, IReadOnlyList<FieldChange> left, CancellationToken ct)
    {
        if (left.Count == 0)
            _overruled.TryRemove(key, out _);
        else if (disputes is not null && !IsOverruled(key, wish, left))
        {
            await disputes.OverruledAsync(key, owner, left, ct);
            _overruled[key] = Text(wish, left);
        }
    }

    /// <summary>True when the cluster has answered the same wish with the same other values before.</summary>
    public bool IsOverruled(ObjectKey key, string? wish, IReadOnlyList<FieldChange> left) => _overruled.GetValueOrDefault(key) == Text(wish, left);

    /// <summary>Forgets objects that are being removed.</summary>
    public void Forget(Func<ObjectKey, bool> which)
    {
        foreach (var key in _untold.Keys.Concat(_overruled.Keys).Where(which))
        {
            _untold.TryRemove(key, out _);
            _overruled.TryRemove(key, out _);
        }
    }

    private static string Text(string? wish, IReadOnlyList<FieldChange> left) => $"{wish} {string.Join(' ', left.Select(f => $"{f.Path}={f.After}"))}";
}
