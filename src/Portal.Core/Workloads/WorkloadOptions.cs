namespace Portal.Core.Workloads;

/// <summary>How workloads and the portal reach each other.</summary>
public sealed class WorkloadOptions
{
    /// <summary>Address under which pods reach this portal, for example <c>http://portal.mlops.svc:8080</c>; set at start.</summary>
    public Uri? PortalAddress { get; set; }

    /// <summary>Group that owns volumes, so that a process that is not root can write to them. Not set on OpenShift, which chooses.</summary>
    public long FileGroup { get; set; } = 1000;
}
