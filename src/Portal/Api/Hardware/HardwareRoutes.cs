using System.Security.Claims;
using Portal.Core.Hardware;
using Portal.Core.Hardware.Lending;
using Portal.Core.Ownership;

namespace Portal.Api.Hardware;

/// <summary>Hardware pools, what nodes offer for them, and budgets.</summary>
public static class HardwareRoutes
{
    /// <summary>Maps <c>/pools</c>.</summary>
    public static void MapHardware(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/pools").WithTags("Hardware");
        group.MapGet("", async (ClaimsPrincipal user, PoolQueryService pools, Problems problems, CancellationToken ct) =>
            problems.Answer(await pools.PoolsAsync(user.Actor(), ct), all => all.Select(PoolResponse.From)))
            .Produces<IEnumerable<PoolResponse>>().WithSummary("List hardware pools with capacity, granted and running");
        group.MapGet("/{id:guid}", async (Guid id, ClaimsPrincipal user, PoolQueryService pools, Problems problems, CancellationToken ct) =>
            problems.Answer(await pools.FindAsync(user.Actor(), id, ct), PoolResponse.From))
            .Produces<PoolResponse>().WithSummary("One hardware pool");
        group.MapGet("/discovered", async (ClaimsPrincipal user, PoolQueryService pools, Problems problems, CancellationToken ct) =>
            problems.Answer(await pools.ProposalsAsync(user.Actor(), ct)))
            .Produces<IReadOnlyList<PoolProposal>>().WithSummary("Accelerators that nodes offer, as proposals for pools");
        group.MapGet("/{id:guid}/holders", async (Guid id, ClaimsPrincipal user, PoolQueryService pools, Problems problems, CancellationToken ct) =>
            problems.Answer(await pools.HoldersAsync(user.Actor(), id, ct)))
            .Produces<IReadOnlyList<PoolHolder>>().WithSummary("Projects that hold units of a pool");
        group.MapPost("", async (PoolBody body, ClaimsPrincipal user, HardwareService hardware, Problems problems, CancellationToken ct) =>
            problems.Created(await hardware.CreateAsync(user.Actor(), body.ToDraft(), ct), "pools"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Make a hardware pool");
        group.MapPut("/{id:guid}", async (Guid id, PoolEditBody body, ClaimsPrincipal user, HardwareService hardware, Problems problems, CancellationToken ct) =>
            problems.Answer(await hardware.EditAsync(user.Actor(), body.ToEdit(id), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change a hardware pool; an older generation than the stored one is refused");
        group.MapDelete("/{id:guid}", async (Guid id, ClaimsPrincipal user, PoolRemovalService removal, Problems problems, CancellationToken ct) =>
            problems.Answer(await removal.RemoveAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Remove a hardware pool that nobody asks for, holds or uses; it goes once its ResourceFlavor is gone");
        group.MapPut("/{id:guid}/budgets/{teamId:guid}",
            async (Guid id, Guid teamId, BudgetBody body, ClaimsPrincipal user, HardwareService hardware, Problems problems, CancellationToken ct) =>
            problems.Answer(await hardware.SetBudgetAsync(user.Actor(), id, teamId, body.Limit, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Set how much the leads of a team may grant");
        MapLending(group);
    }

    private static void MapLending(RouteGroupBuilder group)
    {
        group.MapGet("/{id:guid}/lending", async (Guid id, ClaimsPrincipal user, LendingService lending, Problems problems, CancellationToken ct) =>
            problems.Answer(await lending.GetAsync(user.Actor(), id, ct)))
            .Produces<LendingView>().WithSummary("How a pool's idle units are shared, and where that puts each project");
        group.MapPost("/{id:guid}/lending/preview", async (Guid id, PoolLending body, ClaimsPrincipal user, LendingService lending, Problems problems, CancellationToken ct) =>
            problems.Answer(await lending.PreviewAsync(user.Actor(), id, body, ct)))
            .Produces<LendingView>().WithSummary("Who would gain and who would lose by other lending rules; nothing is changed");
        group.MapPost("/{id:guid}/lending/changes", async (Guid id, PoolLending body, ClaimsPrincipal user, LendingChangePreview preview, Problems problems, CancellationToken ct) =>
            problems.Answer(await preview.ForLendingAsync(user.Actor(), id, body, ct)))
            .Produces<ChangePlan>().WithSummary("What other lending rules would change in the cluster, by a dry run; nothing is stored");
        group.MapPut("/{id:guid}/lending", async (Guid id, LendingBody body, ClaimsPrincipal user, LendingService lending, Problems problems, CancellationToken ct) =>
            problems.Answer(await lending.SetAsync(user.Actor(), id, body.Generation, body.Lending, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change how a pool's idle units are shared");
    }
}

/// <summary>A pool as the API gives it.</summary>
/// <param name="Observed">Units on nodes that are ready and not cordoned.</param>
/// <param name="Overcommitted">Granted units that none of those nodes offers.</param>
public sealed record PoolResponse(
    Guid Id, string Name, string Slug, string ResourceName, PoolState State, Guid? ClusterId, string Cluster, bool Simulated, decimal PricePerHour,
    int Capacity, int Granted, int Free, int Running, int Queued, int Observed, int Overcommitted, long Generation,
    IReadOnlyDictionary<string, string> NodeLabels, IReadOnlyList<NodeTaint> Taints, IReadOnlyList<Guid> AllowedTeams)
{
    internal static PoolResponse From(PoolView view) => new(
        view.Pool.Id, view.Pool.Name, view.Pool.Slug, view.Pool.ResourceName, view.Pool.State, view.Pool.ClusterId, view.Cluster, view.Pool.Simulated, view.Pool.PricePerHour,
        view.Pool.Ledger.Capacity, view.Pool.Ledger.Granted, view.Free, view.Usage.InUse, view.Usage.Queued, view.Usage.Observed,
        view.Overcommitted, view.Pool.Generation, view.Pool.NodeLabels, view.Pool.Taints, [.. view.Pool.AllowedTeams.Select(t => t.TeamId)]);
}

/// <summary>What makes a pool.</summary>
/// <param name="Id">Chosen by the caller to make the call repeatable, or absent.</param>
public sealed record PoolBody(string Name, string ResourceName, decimal Capacity, decimal PricePerHour = 0, Guid? Id = null)
{
    /// <summary>The cluster that its nodes belong to; may be left out where there is only one.</summary>
    public Guid? ClusterId { get; init; }

    public Dictionary<string, string> NodeLabels { get; init; } = [];

    public IReadOnlyList<NodeTaint> Taints { get; init; } = [];

    public IReadOnlyList<Guid> AllowedTeams { get; init; } = [];

    internal PoolDraft ToDraft() => new(Id ?? Guid.CreateVersion7(), Name, ResourceName, Capacity, PricePerHour)
    {
        ClusterId = ClusterId,
        NodeLabels = NodeLabels,
        Taints = Taints,
        AllowedTeams = AllowedTeams,
    };
}

/// <summary>What changes a pool.</summary>
/// <param name="Generation">The generation that was read.</param>
public sealed record PoolEditBody(long Generation, string Name, decimal Capacity, decimal PricePerHour, PoolState State)
{
    /// <summary>Labels that a node must carry; absent leaves them as they are.</summary>
    public Dictionary<string, string>? NodeLabels { get; init; }

    /// <summary>Taints of its nodes; absent leaves them as they are.</summary>
    public IReadOnlyList<NodeTaint>? Taints { get; init; }

    public IReadOnlyList<Guid> AllowedTeams { get; init; } = [];

    internal PoolEdit ToEdit(Guid id) =>
        new(id, Generation, Name, Capacity, PricePerHour, State) { NodeLabels = NodeLabels, Taints = Taints, AllowedTeams = AllowedTeams };
}

/// <summary>A budget in units.</summary>
public sealed record BudgetBody(decimal Limit);

/// <summary>New lending rules for a pool.</summary>
/// <param name="Generation">The generation that was read.</param>
public sealed record LendingBody(long Generation, PoolLending Lending);
