using Portal.Core.Cluster;

namespace Portal.Core.Ownership;

/// <summary>A dispute as pages show it.</summary>
/// <param name="Object">Kind and name, for example <c>ResourceQuota project-limits</c>.</param>
public sealed record DisputeView(
    Guid Id, string Object, IReadOnlyList<FieldConflict> Conflicts, ObjectKeeper Keeper, DisputeDecision Decision, DateTimeOffset Since)
{
    internal static DisputeView From(ObjectDispute dispute) => new(
        dispute.Id, $"{dispute.ObjectKind} {dispute.Name}", dispute.Conflicts, new ObjectKeeper(dispute.Keeper, dispute.KeeperName),
        dispute.Decision, dispute.Since);
}
