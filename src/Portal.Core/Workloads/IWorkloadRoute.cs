namespace Portal.Core.Workloads;

/// <summary>How the portal's own requests reach a port of a pod, wherever the portal runs.</summary>
public interface IWorkloadRoute
{
    /// <summary>The way to a pod.</summary>
    /// <param name="clusterId">The cluster that its project lives on.</param>
    /// <param name="pod">The pod's name.</param>
    /// <param name="address">The pod's IP address.</param>
    /// <exception cref="Cluster.ClusterException">The cluster is not connected or does not answer.</exception>
    Task<WorkloadRoute> ToAsync(Guid? clusterId, string ns, string pod, string address, int port, CancellationToken ct);
}

/// <summary>A way to a pod.</summary>
/// <param name="Client">Sends requests; shared, never disposed by the caller.</param>
/// <param name="Prefix">What to put before the path, without a slash at its end.</param>
/// <param name="ThroughServer">
/// True where the API server stands between: it takes the header <c>Authorization</c> for itself, writes each address into its log,
/// and puts its own path before the links of pages.
/// </param>
public sealed record WorkloadRoute(HttpMessageInvoker Client, string Prefix, bool ThroughServer);
