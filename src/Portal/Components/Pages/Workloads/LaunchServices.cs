using Portal.Accounts;
using Portal.Core.Access;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Workloads;

namespace Portal.Components.Pages.Workloads;

/// <summary>What the two launch forms ask before they can be filled in.</summary>
public sealed class LaunchServices(CurrentActor current, ProjectQueryService projects, IAcceleratorOffers offers)
{
    /// <summary>Who asks.</summary>
    public ValueTask<Actor> ActorAsync() => current.GetAsync();

    /// <summary>The project, when the reader may launch in it.</summary>
    public async Task<Result<ProjectView>> ProjectAsync(Guid id, Permission permission, CancellationToken ct)
    {
        var project = await projects.GetAsync(await current.GetAsync(), id, ct);
        return !project.Succeeded || project.Value.May(permission)
            ? project : new Refusal("access.denied", RefusalKind.Forbidden);
    }

    /// <summary>Pools that the project holds grants of; call it only for a project that was answered.</summary>
    public Task<IReadOnlyList<AcceleratorOffer>> OffersAsync(Guid projectId, CancellationToken ct) => offers.ForProjectAsync(projectId, ct);

    /// <summary>
    /// The pool and accelerators that a form can begin with, out of those that a link or an earlier run names. A pool that is not
    /// offered now cannot be shown as the choice, so it is dropped and the form says so.
    /// </summary>
    public static (Guid? PoolId, int Accelerators, bool Dropped) Start(IReadOnlyList<AcceleratorOffer> offers, Guid? pool, int accelerators) =>
        pool is { } id && offers.Any(o => o.PoolId == id) ? (id, accelerators, false) : (null, 0, pool is not null);
}
