using Portal.Core.Clusters;

namespace Portal.Infrastructure.Kubernetes;

/// <summary>The installation's own cluster, and how hard each cluster may be asked.</summary>
public sealed class KubernetesOptions
{
    /// <summary>How the installation's own cluster is registered at the first start; null when it has none.</summary>
    public ConfiguredCluster? Registration { get; set; }

    /// <summary>A kubeconfig file for it; empty for the credentials of the pod that the portal runs in.</summary>
    public string Kubeconfig { get; set; } = "";

    /// <summary>A context of that file; empty for its current one.</summary>
    public string Context { get; set; } = "";

    /// <summary>True where the installation's account may only read here: what it may do elsewhere is asked of who acts there.</summary>
    public bool OnlyReads { get; set; }

    /// <summary>False where no pages are served: what pages alone show is not followed.</summary>
    public bool ServesPages { get; set; } = true;

    /// <summary>Requests per second that are sent in the long run.</summary>
    public int RequestsPerSecond { get; set; } = 100;

    /// <summary>Requests that may be sent at once after a quiet time.</summary>
    public int Burst { get; set; } = 200;

    /// <summary>How long an answer may take to begin.</summary>
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The longest <c>Retry-After</c> that is waited out in place; longer ones go back to the work queue.</summary>
    public TimeSpan Patience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Objects asked for in one page of a list.</summary>
    public int PageSize { get; set; } = 500;

    /// <summary>Programs that an uploaded kubeconfig may run to sign in, by name; each runs with the portal's own rights.</summary>
    public IReadOnlyList<string> AllowedExecPlugins { get; set; } = [];

    /// <summary>How long a try of a connection waits for an answer.</summary>
    public TimeSpan ProbeTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How old the knowledge of what the cluster serves may be.</summary>
    public TimeSpan DiscoveryAge { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long a watch is asked to last; the server ends it in good order, and says before it how far it has told. Shorter than
    /// <see cref="WatchIdle"/>, so that a quiet watch is heard in time, also behind a proxy that holds back what has no end.
    /// </summary>
    public TimeSpan WatchTime { get; set; } = TimeSpan.FromSeconds(35);

    /// <summary>
    /// A watch on which nothing was said for so long is taken for dead and begun again where it stood; what a dead one hid is
    /// known within a minute.
    /// </summary>
    public TimeSpan WatchIdle { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>After how long a kind that the account may not read, and need not, is asked for again.</summary>
    internal TimeSpan WhileRefused { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>How long nothing may come on a connection until the server is asked whether it is still there.</summary>
    internal TimeSpan PingDelay { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long the answer to that may take until the connection is given up.</summary>
    internal TimeSpan PingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>As these, for a try: an admin waits for it.</summary>
    internal KubernetesOptions ForProbe() => new() { RequestTimeout = ProbeTimeout, Patience = TimeSpan.Zero, DiscoveryAge = DiscoveryAge };
}

/// <summary>What the settings say of the installation's own cluster; an admin may change it afterwards.</summary>
public sealed record ConfiguredCluster(string Name, string Region = "", ClusterKind Kind = ClusterKind.OnPremises)
{
    internal ClusterRegistration ToRow(DateTimeOffset now) => new()
    {
        Id = ClusterRegistration.ConfiguredId,
        Name = Name,
        Region = Region,
        Kind = Kind,
        Connection = ClusterConnectionKind.Installation,
        CreatedAt = now,
    };
}
