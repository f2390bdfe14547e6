using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;

namespace Portal.Core.Projects;

/// <summary>What a project may use of the hardware pools right now; its manifests are made from it.</summary>
public interface IProjectGrants
{
    /// <summary>What is active at this moment for a project of a team, of the pools of the project's cluster.</summary>
    Task<ProjectShare> ShareAsync(PortalDb db, Guid projectId, Guid teamId, Guid? clusterId, CancellationToken ct);

    /// <summary>The pool that says where a project without a cluster goes: of its active and coming grants the first one's. Null without any.</summary>
    Task<Guid?> PoolAsync(PortalDb db, Guid projectId, CancellationToken ct);

    /// <summary>True while a pool still counts units as promised to the project: its row stays until they were given back.</summary>
    Task<bool> HoldsAnyAsync(Guid projectId, CancellationToken ct);
}

/// <summary>A project's part of the pools.</summary>
/// <param name="Grants">Its grants, summed for each pool; pools without one may be left out.</param>
/// <param name="TeamWeight">Its team's weight against other teams wherever units are lent: the highest that any pool of the cluster gives it of which it borrows.</param>
public sealed record ProjectShare(IReadOnlyList<ProjectGrant> Grants, int TeamWeight = 1)
{
    /// <summary>Extended resources that the cluster has pools of, those without nodes at the moment too.</summary>
    public IReadOnlyList<string> Pooled { get; init; } = [];
}

/// <summary>Accelerators of one pool that a project may use.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Flavor">Name of the pool's ResourceFlavor.</param>
/// <param name="ResourceName">Extended resource, for example <c>nvidia.com/gpu</c>.</param>
/// <param name="Amount">Whole units, at least 1.</param>
public sealed record ProjectGrant(Guid PoolId, string Flavor, string ResourceName, long Amount)
{
    /// <summary>The pool as tools beside the portal are told of it: its name, and how its nodes are found. Null where nobody is told.</summary>
    public HardwarePool? Pool { get; init; }

    /// <summary>What the pool does with units that their project does not use.</summary>
    public LendingPolicy Lending { get; init; } = LendingPolicy.None;

    /// <summary>Most units that the project may use on top while others lend them.</summary>
    public int MayBorrow { get; init; }

    /// <summary>Units of the grant that others may use while they are idle.</summary>
    public int Lends => Lending.Lends((int)Amount);
}
