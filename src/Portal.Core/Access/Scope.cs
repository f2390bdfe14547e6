namespace Portal.Core.Access;

/// <summary>What an action is about: the platform, a team or a project (with its team).</summary>
public readonly record struct Scope(Guid? ProjectId, Guid? TeamId)
{
    /// <summary>Nothing narrower than the platform.</summary>
    public static readonly Scope Platform;

    /// <summary>A project; its team is looked up.</summary>
    public static Scope Project(Guid id) => new(id, null);

    /// <summary>A team.</summary>
    public static Scope Team(Guid id) => new(null, id);
}
