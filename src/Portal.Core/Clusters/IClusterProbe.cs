using Portal.Core.Results;

namespace Portal.Core.Clusters;

/// <summary>Reads credentials and tries clusters.</summary>
public interface IClusterProbe
{
    /// <summary>The way to a cluster out of what an admin gave, or what has to be changed about it.</summary>
    Result<ClusterWay> Read(ClusterCredentials given);

    /// <summary>Connects as the row says and asks for every right that the portal needs. An outage is a finding, not an exception.</summary>
    Task<ClusterCheck> TryAsync(ClusterRegistration cluster, CancellationToken ct);
}

/// <summary>A way to a cluster, ready to be stored.</summary>
/// <param name="Server">Address of the API server, for people.</param>
/// <param name="Credentials">A kubeconfig with one context, encrypted; empty where the pod's own account is used.</param>
public sealed record ClusterWay(string Server, string Credentials);
