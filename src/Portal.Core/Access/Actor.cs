namespace Portal.Core.Access;

/// <summary>Who asks. Taken from the authentication state, pinned for a circuit; loops act as named system actors.</summary>
/// <param name="Id">The person's id, or the fixed id of a system actor.</param>
/// <param name="Name">The name that audit entries show.</param>
/// <param name="IsSystem">True for the portal's own loops, which hold <see cref="Role.System"/> alone.</param>
public sealed record Actor(Guid Id, string Name, bool IsSystem = false)
{
    /// <summary>Carries out what people have asked for: writes status, never intent.</summary>
    public static readonly Actor Reconciler = new(new Guid("00000000-0000-7000-8000-000000000001"), "system:reconciler", true);

    /// <summary>Ends what has expired and gives it back.</summary>
    public static readonly Actor Expiry = new(new Guid("00000000-0000-7000-8000-000000000002"), "system:expiry", true);

    /// <summary>Receives what a workload reports with its own token.</summary>
    public static readonly Actor Workload = new(new Guid("00000000-0000-7000-8000-000000000003"), "system:workload", true);

    /// <summary>Sets up a new installation: the first accounts.</summary>
    public static readonly Actor Setup = new(new Guid("00000000-0000-7000-8000-000000000004"), "system:setup", true);
}
