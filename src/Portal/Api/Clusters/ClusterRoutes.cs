using System.Security.Claims;
using Portal.Core.Clusters;
using Portal.Core.Ownership;
using Portal.Core.Projects;

namespace Portal.Api.Clusters;

/// <summary>Clusters over HTTP. Credentials go in and never come out.</summary>
public static class ClusterRoutes
{
    /// <summary>Maps <c>/clusters</c>.</summary>
    public static void MapClusters(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/clusters").WithTags("Clusters");
        group.MapGet("", async (ClaimsPrincipal user, ClusterQueryService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.ListAsync(user.Actor(), ct), all => all.Select(ClusterResponse.From)))
            .Produces<IEnumerable<ClusterResponse>>().WithSummary("List the registered clusters with their state and what they can do");
        group.MapGet("/{id:guid}", async (Guid id, ClaimsPrincipal user, ClusterQueryService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.GetAsync(user.Actor(), id, ct), ClusterResponse.From))
            .Produces<ClusterResponse>().WithSummary("One cluster");
        group.MapPost("", async (ClaimsPrincipal user, NewClusterRequest request, ClusterService clusters, Problems problems, CancellationToken ct) =>
            problems.Created(await clusters.RegisterAsync(user.Actor(), request.ToDraft(), ct), "clusters"))
            .Produces<CreatedResponse>(StatusCodes.Status201Created).WithSummary("Try a cluster and register it");
        group.MapPut("/{id:guid}", async (Guid id, ClaimsPrincipal user, ClusterEditRequest request, ClusterService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.EditAsync(user.Actor(), id, request.Generation, request.ToContent(), ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Change what is said about a cluster");
        group.MapPut("/{id:guid}/credentials", async (Guid id, ClaimsPrincipal user, ReconnectRequest request, ClusterService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.ReconnectAsync(user.Actor(), id, request.Generation, CredentialsRequest.Read(request.Credentials), ct, request.ToAnotherCluster)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Reach a cluster with new credentials, after they were tried");
        group.MapPost("/{id:guid}/check", async (Guid id, ClaimsPrincipal user, ClusterService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.CheckAsync(user.Actor(), id, ct)))
            .Produces<ClusterCheck>().WithSummary("Try the connection and the rights now");
        group.MapGet("/{id:guid}/disputes", async (Guid id, Guid? owner, ClaimsPrincipal user, DisputeQueryService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.OfPlatformAsync(user.Actor(), id, owner, ct)))
            .Produces<IReadOnlyList<DisputeView>>().WithSummary("The platform's own objects of which others hold fields; of one pool with its id as owner");
        group.MapPost("/{id:guid}/disputes/{dispute:guid}/take-over", async (Guid id, Guid dispute, ClaimsPrincipal user, DisputeService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.TakeOverAsync(user.Actor(), dispute, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Take fields of the platform's object over that another manager holds: applied once by force");
        group.MapPost("/{id:guid}/disputes/{dispute:guid}/leave", async (Guid id, Guid dispute, ClaimsPrincipal user, DisputeService disputes, Problems problems, CancellationToken ct) =>
            problems.Answer(await disputes.LeaveAsync(user.Actor(), dispute, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Leave fields of the platform's object to the other manager");
        group.MapDelete("/{id:guid}", async (Guid id, ClaimsPrincipal user, ClusterService clusters, Problems problems, CancellationToken ct) =>
            problems.Answer(await clusters.RemoveAsync(user.Actor(), id, ct)))
            .Produces(StatusCodes.Status204NoContent).WithSummary("Forget a cluster that no project and no pool uses");
    }
}

/// <summary>What is said about a cluster; absent data classes allow all.</summary>
/// <param name="ControlPlaneRanges">From where its API server reaches pods, as CIDR: let into its projects.</param>
/// <param name="PortalRanges">Where the portal is, seen from its pods, as CIDR: its projects are let out to it.</param>
public record ClusterContentRequest(
    string? Name, string? Region = null, ClusterKind Kind = ClusterKind.OnPremises, IReadOnlyList<DataClass>? DataClasses = null,
    IReadOnlyDictionary<string, string>? Labels = null, bool TakesProjects = true,
    IReadOnlyList<string>? ControlPlaneRanges = null, IReadOnlyList<string>? PortalRanges = null)
{
    internal ClusterContent ToContent() => new(Name ?? "")
    {
        Region = Region ?? "",
        Kind = Kind,
        DataClasses = DataClasses ?? Enum.GetValues<DataClass>(),
        Labels = Labels ?? new Dictionary<string, string>(),
        ControlPlaneRanges = ControlPlaneRanges ?? [],
        PortalRanges = PortalRanges ?? [],
        TakesProjects = TakesProjects,
    };
}

/// <summary>A cluster to register.</summary>
/// <param name="Id">Chosen by the caller to make the call repeatable, or absent.</param>
public sealed record NewClusterRequest(
    string? Name, CredentialsRequest? Credentials, Guid? Id = null, string? Region = null, ClusterKind Kind = ClusterKind.OnPremises,
    IReadOnlyList<DataClass>? DataClasses = null, IReadOnlyDictionary<string, string>? Labels = null, bool TakesProjects = true,
    IReadOnlyList<string>? ControlPlaneRanges = null, IReadOnlyList<string>? PortalRanges = null)
    : ClusterContentRequest(Name, Region, Kind, DataClasses, Labels, TakesProjects, ControlPlaneRanges, PortalRanges)
{
    internal ClusterDraft ToDraft()
    {
        var content = ToContent();
        return new ClusterDraft(Id ?? Guid.CreateVersion7(), content.Name, CredentialsRequest.Read(Credentials))
        {
            Region = content.Region,
            Kind = content.Kind,
            DataClasses = content.DataClasses,
            Labels = content.Labels,
            ControlPlaneRanges = content.ControlPlaneRanges,
            PortalRanges = content.PortalRanges,
            TakesProjects = content.TakesProjects,
        };
    }
}

/// <summary>All that can be said anew about a cluster.</summary>
/// <param name="Generation">As it was read; a cluster that has moved on is refused with <c>registration.stale</c>.</param>
public sealed record ClusterEditRequest(
    long Generation, string? Name, string? Region = null, ClusterKind Kind = ClusterKind.OnPremises, IReadOnlyList<DataClass>? DataClasses = null,
    IReadOnlyDictionary<string, string>? Labels = null, bool TakesProjects = true,
    IReadOnlyList<string>? ControlPlaneRanges = null, IReadOnlyList<string>? PortalRanges = null)
    : ClusterContentRequest(Name, Region, Kind, DataClasses, Labels, TakesProjects, ControlPlaneRanges, PortalRanges);

/// <summary>New credentials.</summary>
/// <param name="ToAnotherCluster">
/// Confirms that they lead to another cluster, which is refused with <c>registration.other_cluster</c> where projects or pools live on this one:
/// everything is made anew there, and empty.
/// </param>
public sealed record ReconnectRequest(long Generation, CredentialsRequest? Credentials, bool ToAnotherCluster = false);

/// <summary>A kubeconfig with its context; or address, token and certificate authority; or neither, for the portal's own pod.</summary>
public sealed record CredentialsRequest(
    ClusterConnectionKind Connection, string? Kubeconfig = null, string? Context = null, string? Server = null, string? Token = null,
    string? CertificateAuthority = null)
{
    /// <summary>As the service takes them; absent ones name no connection, which it refuses.</summary>
    internal static ClusterCredentials Read(CredentialsRequest? given) =>
        new(given?.Connection ?? default, given?.Kubeconfig ?? "", given?.Context ?? "")
        {
            Server = given?.Server ?? "",
            Token = given?.Token ?? "",
            CertificateAuthority = given?.CertificateAuthority ?? "",
        };
}

/// <summary>A cluster as the API gives it.</summary>
/// <param name="AgeSeconds">How old what is known of it is; null when nothing is.</param>
public sealed record ClusterResponse(
    Guid Id, string Name, string Region, ClusterKind Kind, IReadOnlyList<DataClass> DataClasses, IReadOnlyDictionary<string, string> Labels,
    ClusterConnectionKind Connection, string Server, bool TakesProjects, ClusterState State, double? AgeSeconds, string Version, long Generation,
    int Projects, int Pools, ClusterRoom? Room, DateTimeOffset? CheckedAt, ClusterCheck Check, IReadOnlyList<ClusterFeature> Features,
    IReadOnlyList<string> ControlPlaneRanges, IReadOnlyList<string> PortalRanges)
{
    internal static ClusterResponse From(ClusterView view) => new(
        view.Row.Id, view.Row.Name, view.Row.Region, view.Row.Kind, view.Row.DataClasses, view.Row.Labels, view.Row.Connection, view.Row.Server,
        view.Row.TakesProjects, view.State, view.Age?.TotalSeconds, view.Version, view.Row.Generation, view.Projects, view.Pools, view.Room,
        view.Row.CheckedAt, view.Row.Check, view.Features, view.Row.ControlPlaneRanges, view.Row.PortalRanges);
}
