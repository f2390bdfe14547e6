using Portal.LocalCluster.Node;

namespace Portal.LocalCluster;

/// <summary>How an embedded cluster is to be.</summary>
public sealed class LocalClusterOptions
{
    /// <summary>Where its objects, its kubeconfig and its pods' folders are kept.</summary>
    public required string DataDirectory { get; set; }

    /// <summary>Loopback only: anything else is refused.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>0 takes a free one below 32768.</summary>
    public int Port { get; set; }

    /// <summary>Its nodes; all of them are this one machine. Empty leaves every pod pending.</summary>
    public IList<LocalNode> Nodes { get; set; } = [];

    /// <summary>What an image name runs as; any other image cannot be pulled.</summary>
    public IList<KnownImage> Images { get; set; } = [.. KnownImage.Defaults];

    /// <summary>The environment of the application; Production is refused.</summary>
    public string EnvironmentName { get; set; } = "Development";

    /// <summary>Which operators the cluster has beside Kubernetes itself: their definitions are served and their controllers run.</summary>
    public ISet<string> Operators { get; set; } = new HashSet<string>(StringComparer.Ordinal) { Kueue };

    /// <summary>Queues and quotas for whole workloads. The usual operator.</summary>
    public const string Kueue = "kueue";

    /// <summary>The versions in which Kueue's kinds are served: v1beta2, v1beta1, or both.</summary>
    public IList<string> KueueVersions { get; set; } = ["v1beta2"];

    /// <summary>Kubeflow's Notebook.</summary>
    public const string Kubeflow = "kubeflow";

    /// <summary>JobSets.</summary>
    public const string JobSet = "jobset";

    /// <summary>Kubeflow Trainer's TrainJob, which needs JobSets.</summary>
    public const string Trainer = "trainer";

    /// <summary>KServe's InferenceService, without Knative.</summary>
    public const string KServe = "kserve";

    /// <summary>Users with a token of their own beside the administrator; what they may do, roles and bindings say.</summary>
    public IList<LocalUser> Users { get; set; } = [];

    /// <summary>Appends a line for each request to <c>requests.jsonl</c> in the data directory: who did what to which resource.</summary>
    public bool RecordRequests { get; set; }
}

/// <summary>A user of the embedded cluster, known by a token that does not end.</summary>
public sealed class LocalUser
{
    /// <summary>The user name that roles are bound to.</summary>
    public required string Name { get; set; }

    /// <summary>Bearer token that the user sends.</summary>
    public required string Token { get; set; }

    /// <summary>What a SelfSubjectReview calls the uid; empty for none.</summary>
    public string Uid { get; set; } = "";

    /// <summary>Groups beside <c>system:authenticated</c>.</summary>
    public IList<string> Groups { get; set; } = [];
}

/// <summary>A node of the embedded cluster.</summary>
public sealed class LocalNode
{
    /// <summary>Name of the Node; also its host name.</summary>
    public required string Name { get; set; }

    /// <summary>Labels beside those that a kubelet sets itself.</summary>
    public IDictionary<string, string> Labels { get; set; } = new Dictionary<string, string>();

    /// <summary>As <c>key=value:Effect</c> or <c>key:Effect</c>.</summary>
    public IList<string> Taints { get; set; } = [];

    /// <summary>Cores, as a Kubernetes quantity. Counted, not enforced.</summary>
    public string Cpu { get; set; } = "4";

    /// <summary>Memory, as a Kubernetes quantity. Counted, not enforced.</summary>
    public string Memory { get; set; } = "16Gi";

    /// <summary>Most pods at one time.</summary>
    public int Pods { get; set; } = 110;

    /// <summary>Extended resources such as <c>nvidia.com/gpu</c>: simulated, and said to be so on the node.</summary>
    public IDictionary<string, string> Resources { get; set; } = new Dictionary<string, string>();
}
