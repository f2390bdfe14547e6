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
