using Portal.Core.Access;

namespace Portal.Core.Audit;

/// <summary>An audit line before it is sealed: who did what to which object.</summary>
public sealed record AuditRecord(Actor Actor, string Action, string ObjectType, Guid? ObjectId)
{
    /// <summary>The project that it belongs to, or null.</summary>
    public Guid? ProjectId { get; init; }

    /// <summary>The team that it belongs to, or null.</summary>
    public Guid? TeamId { get; init; }

    /// <summary>It was refused for lack of a right.</summary>
    public bool Denied { get; init; }

    /// <summary>Further facts, JSON-serialisable. Secrets are never put here.</summary>
    public Dictionary<string, object?> Details { get; init; } = [];

    /// <summary>Adds a changed field, before and after; equal values are left out.</summary>
    public AuditRecord Changed<T>(string field, T before, T after)
    {
        if (!EqualityComparer<T>.Default.Equals(before, after))
            Details[field] = new object?[] { before, after };
        return this;
    }
}
