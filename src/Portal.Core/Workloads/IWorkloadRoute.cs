namespace Portal.Core.Workloads;

/// <summary>How the portal's own requests reach a port of a pod, wherever the portal runs.</summary>
public interface IWorkloadRoute
{
    /// <summary>The way to a pod.</summary>
    /// <param name="clusterId">The cluster that its project lives on.</param>
    /// <param name="service">Name of the Service before it.</param>
    /// <param name="address">The pod's IP address.</param>
    Task<WorkloadRoute> ToAsync(Guid? clusterId, string ns, string service, string address, int port, CancellationToken ct);
}

/// <summary>A way to a pod.</summary>
/// <param name="Client">Sends requests; shared, never disposed by the caller.</param>
/// <param name="Prefix">What to put before the path, without a slash at its end.</param>
/// <param name="KeepsAuthorization">False where the API server stands between and takes the header for itself.</param>
public sealed record WorkloadRoute(HttpMessageInvoker Client, string Prefix, bool KeepsAuthorization);
