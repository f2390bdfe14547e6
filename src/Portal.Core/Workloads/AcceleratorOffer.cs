using System.Text.Json.Nodes;

namespace Portal.Core.Workloads;

/// <summary>Accelerators of one pool that a project may ask for.</summary>
/// <param name="PoolId">The pool.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Flavor">Name of the pool's ResourceFlavor.</param>
/// <param name="ResourceName">Extended resource, for example <c>nvidia.com/gpu</c>.</param>
/// <param name="Granted">Whole units granted to the project now.</param>
/// <param name="PricePerHour">Price of one unit for an hour.</param>
public sealed record AcceleratorOffer(
    Guid PoolId, string Name, string Flavor, string ResourceName, int Granted, decimal PricePerHour)
{
    /// <summary>Whole units of the grant that nothing of the project holds now.</summary>
    public int Idle { get; init; }

    /// <summary>Most units on top of the grant that the project may use while their owners do not.</summary>
    public int MayBorrow { get; init; }

    /// <summary>True when owners take lent units back at once: what uses them is stopped and queued again.</summary>
    public bool Reclaimed { get; init; }

    /// <summary>Most units that one run may ask for.</summary>
    public int Most => Granted + MayBorrow;

    /// <summary>True when a run of that many units, started now, would use units of others.</summary>
    public bool Borrows(int units) => units > Idle;

    /// <summary>Labels that the pool's nodes carry.</summary>
    public IReadOnlyDictionary<string, string> NodeLabels { get; init; } = new Dictionary<string, string>();

    /// <summary>Tolerations for the taints of the pool's nodes, as in a pod.</summary>
    public JsonArray Tolerations { get; init; } = [];
}

/// <summary>What of the hardware pools a project may use.</summary>
public interface IAcceleratorOffers
{
    /// <summary>Pools of which the project holds an active grant, by name.</summary>
    Task<IReadOnlyList<AcceleratorOffer>> ForProjectAsync(Guid projectId, CancellationToken ct);

    /// <summary>The pool with the project's grant of it, which may be 0; null when the pool is gone.</summary>
    Task<AcceleratorOffer?> FindAsync(Guid projectId, Guid poolId, CancellationToken ct);
}
