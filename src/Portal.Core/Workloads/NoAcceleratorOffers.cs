namespace Portal.Core.Workloads;

/// <summary>No pools, no offers.</summary>
public sealed class NoAcceleratorOffers : IAcceleratorOffers
{
    /// <inheritdoc/>
    public Task<IReadOnlyList<AcceleratorOffer>> ForProjectAsync(Guid projectId, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<AcceleratorOffer>>([]);

    /// <inheritdoc/>
    public Task<AcceleratorOffer?> FindAsync(Guid projectId, Guid poolId, CancellationToken ct) =>
        Task.FromResult<AcceleratorOffer?>(null);
}
