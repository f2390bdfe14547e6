using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>Everything that the objects of a project follow from: rows, grants and what the cluster offers.</summary>
/// <param name="Project">The row.</param>
/// <param name="TeamName">Name of its team, for people who look at the cluster.</param>
/// <param name="Members">Who may do what in its namespace.</param>
/// <param name="Grants">Accelerators it may use.</param>
/// <param name="ExtendedResources">Extended resources of the cluster's nodes and pools; those not granted are held at zero.</param>
/// <param name="Options">The installation's choices.</param>
public sealed record ProjectPlan(
    Project Project,
    string TeamName,
    IReadOnlyList<MemberAccount> Members,
    IReadOnlyList<ProjectGrant> Grants,
    IReadOnlyList<string> ExtendedResources,
    ProjectClusterOptions Options)
{
    /// <summary>Storage that is there already, GiB: a claim can grow and never shrink.</summary>
    public long StoredGiB { get; init; }

    /// <summary>What its claim asks for, in the words of whoever wrote it, and so it stays; null where there is none.</summary>
    public string? StoredAs { get; init; }

    /// <summary>Its claim has no volume yet: until then the cluster lets nobody change what it asks for.</summary>
    public bool IsStoragePending { get; init; }

    /// <summary>Processors and memory in its queue.</summary>
    public CommonQuota Common { get; init; } = CommonQuota.None;

    /// <summary>Its LocalQueue is there.</summary>
    public bool HasQueue { get; init; }

    /// <summary>Its team's weight against other teams where units are lent.</summary>
    public int TeamWeight { get; init; } = 1;

    /// <summary>What the portal's own accounts are given in the namespace.</summary>
    public IReadOnlyList<PortalBinding> Bindings { get; init; } = [];

    /// <summary>How the portal and what runs in the project reach each other.</summary>
    public PortalReach Reach { get; init; } = PortalReach.Inside;

    /// <summary>Owner of every object of the plan.</summary>
    public ReconcileOwner Owner => new(nameof(Projects.Project), Project.Id);

    /// <summary>Who asked for it, as the cluster knows them; empty when they are no member any more.</summary>
    public string Requester => Members.FirstOrDefault(m => m.PersonId == Project.CreatedBy)?.UserName ?? "";

    /// <summary>Its queue lets nothing new start.</summary>
    public bool Held => Project.Intent != ProjectIntent.Active || Project.IsFrozen;

    /// <summary>The project keeps what it has and runs nothing.</summary>
    public bool Archived => Project.Intent == ProjectIntent.Archived;

    /// <summary>The ceilings of its size.</summary>
    public ProjectCeiling Ceiling => ProjectSizes.Of(Project.Size);

    /// <summary>
    /// The plan beside a quota that is there: a resource that it names stays named. Nodes go and come back, and what a quota does
    /// not name while a pod is made is unlimited for as long as the pod lives.
    /// </summary>
    public ProjectPlan Keeping(JsonObject? quota)
    {
        const string Asked = "requests.";
        var named = (quota.At("spec", "hard") as JsonObject ?? []).Select(h => h.Key)
            .Where(h => h.StartsWith(Asked, StringComparison.Ordinal)).Select(h => h[Asked.Length..]).Where(ProjectManifests.IsExtended);
        return this with { ExtendedResources = [.. ExtendedResources.Union(named)] };
    }

    /// <summary>
    /// The plan beside a queue that is there, for a cluster whose nodes are not known: the queue keeps the part that it has for as
    /// long as that is one of the project's size.
    /// </summary>
    public ProjectPlan SharingAs(JsonObject? queue) =>
        CommonQuota.Of(queue) is { } seen && seen.AddsUpTo(Common) ? this with { Common = seen } : this;

    /// <summary>Most units of a resource that it may use over all pools: granted and, where they are lent, borrowed.</summary>
    public long Most(string resource, bool borrows) => Grants.Where(g => g.ResourceName == resource).Sum(g => g.Amount + (borrows ? g.MayBorrow : 0));
}

/// <summary>Where the portal is, seen from a project's network.</summary>
/// <param name="SameCluster">True where it runs in the cluster of its projects.</param>
/// <param name="ControlPlane">From where the API server reaches pods, as CIDR.</param>
/// <param name="Portal">Addresses of the portal, as CIDR.</param>
public sealed record PortalReach(bool SameCluster, IReadOnlyList<string> ControlPlane, IReadOnlyList<string> Portal)
{
    /// <summary>The portal runs in the cluster: its namespace says all, no addresses are needed.</summary>
    public static readonly PortalReach Inside = new(true, [], []);
}

/// <summary>A member as the cluster knows them.</summary>
/// <param name="PersonId">The person; part of the binding's name.</param>
/// <param name="UserName">The user name that the cluster's sign-in gives them.</param>
public sealed record MemberAccount(Guid PersonId, string UserName, ProjectRole Role);
