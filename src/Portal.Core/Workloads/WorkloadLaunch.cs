using Portal.Core.Catalog;
using Portal.Core.Results;

namespace Portal.Core.Workloads;

/// <summary>What a launch asks for, held against the catalogue and the project's grants.</summary>
public sealed class WorkloadLaunch(Catalogue catalogue, IAcceleratorOffers offers)
{
    /// <summary>Most accelerators that one pod may ask for.</summary>
    public const int AcceleratorLimit = 64;

    /// <summary>The price of an hour of all nodes, or why it cannot be launched.</summary>
    /// <param name="accelerators">Accelerators of each node.</param>
    public async Task<Result<decimal>> PriceAsync(
        Guid projectId, string sizeId, Guid? poolId, int accelerators, CancellationToken ct, int nodes = 1)
    {
        if (catalogue.FindSize(sizeId) is not { } size)
            return new Refusal("workload.unknown_size", Field: "SizeId").With("size", sizeId);
        if (accelerators is < 0 or > AcceleratorLimit)
            return new Refusal("accelerators.amount", Field: "Accelerators").With("limit", AcceleratorLimit);
        if (accelerators == 0)
            return nodes * catalogue.PricePerHour(size);
        if (poolId is not { } id || await offers.FindAsync(projectId, id, ct) is not { } offer)
            return new Refusal("accelerators.no_pool", Field: "PoolId");
        return accelerators * nodes > offer.Most
            ? new Refusal("accelerators.beyond_grant", Field: "Accelerators")
                .With("pool", offer.Name).With("requested", accelerators * nodes).With("granted", offer.Most)
            : nodes * catalogue.PricePerHour(size, accelerators, offer.PricePerHour);
    }

    /// <summary>The image of a row that was launched.</summary>
    /// <exception cref="InvalidOperationException">The catalogue has lost it.</exception>
    public CatalogImage Image(string id, ImageUse use) =>
        catalogue.FindImage(id, use) ?? throw new InvalidOperationException($"The catalogue has no image '{id}'.");

    /// <summary>The size of a row that was launched.</summary>
    /// <exception cref="InvalidOperationException">The catalogue has lost it.</exception>
    public WorkloadSize Size(string id) =>
        catalogue.FindSize(id) ?? throw new InvalidOperationException($"The catalogue has no size '{id}'.");

    /// <summary>The image of a row, or null when the catalogue has lost it.</summary>
    public CatalogImage? FindImage(string id, ImageUse use) => catalogue.FindImage(id, use);

    /// <summary>The size of a row, or null when the catalogue has lost it.</summary>
    public WorkloadSize? FindSize(string id) => catalogue.FindSize(id);

    /// <summary>The pool of a row, or null when it asks for no accelerators.</summary>
    public async Task<AcceleratorOffer?> OfferAsync(WorkloadRow row, CancellationToken ct) =>
        row.PoolId is { } pool ? await offers.FindAsync(row.ProjectId, pool, ct) : null;
}
