namespace Portal.Core.Cluster;

/// <summary>The kinds that the portal makes or reads.</summary>
public static class Kinds
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Kueue = "kueue.x-k8s.io";

    /// <summary>Made for each project.</summary>
    public static readonly ResourceType Namespace = new("", "v1", "namespaces", "Namespace", false);

    /// <summary>Read only: where accelerators are found, and what has room.</summary>
    public static readonly ResourceType Node = new("", "v1", "nodes", "Node", false);

    /// <summary>Read only: how workloads stand, their logs, and the way to notebooks.</summary>
    public static readonly ResourceType Pod = new("", "v1", "pods", "Pod");

    /// <summary>Read only: why a pod does not start.</summary>
    public static readonly ResourceType Event = new("", "v1", "events", "Event");

    /// <summary>Made for notebooks and runs of several nodes.</summary>
    public static readonly ResourceType Service = new("", "v1", "services", "Service");

    /// <summary>Made for the code of a run.</summary>
    public static readonly ResourceType ConfigMap = new("", "v1", "configmaps", "ConfigMap");

    /// <summary>Made for a workload's own token.</summary>
    public static readonly ResourceType Secret = new("", "v1", "secrets", "Secret");

    /// <summary>Made in a project's namespace: its workloads run as it.</summary>
    public static readonly ResourceType ServiceAccount = new("", "v1", "serviceaccounts", "ServiceAccount");

    /// <summary>Made in a project's namespace: its ceilings.</summary>
    public static readonly ResourceType ResourceQuota = new("", "v1", "resourcequotas", "ResourceQuota");

    /// <summary>Made in a project's namespace: defaults for containers that ask for nothing.</summary>
    public static readonly ResourceType LimitRange = new("", "v1", "limitranges", "LimitRange");

    /// <summary>Made in a project's namespace: its storage.</summary>
    public static readonly ResourceType PersistentVolumeClaim = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim");

    /// <summary>How a model is served on a cluster without KServe.</summary>
    public static readonly ResourceType Deployment = new("apps", "v1", "deployments", "Deployment");

    /// <summary>How a notebook runs on a cluster without Kubeflow's Notebook.</summary>
    public static readonly ResourceType StatefulSet = new("apps", "v1", "statefulsets", "StatefulSet");

    /// <summary>How a run is carried out on a cluster without an operator for it.</summary>
    public static readonly ResourceType Job = new("batch", "v1", "jobs", "Job");

    /// <summary>Made in a project's namespace: what may reach its pods, and what they may reach.</summary>
    public static readonly ResourceType NetworkPolicy = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy");

    /// <summary>Made in a project's namespace: what its members may do there themselves.</summary>
    public static readonly ResourceType RoleBinding = new(Rbac, "v1", "rolebindings", "RoleBinding");

    /// <summary>Kueue's: one for each pool.</summary>
    public static readonly ResourceType ResourceFlavor = new(Kueue, "v1beta2", "resourceflavors", "ResourceFlavor", false);

    /// <summary>Kueue's: one for each team, whose projects lend to each other in it.</summary>
    public static readonly ResourceType Cohort = new(Kueue, "v1beta2", "cohorts", "Cohort", false);

    /// <summary>Kueue's: one for each <c>PriorityClass</c> that the portal offers.</summary>
    public static readonly ResourceType WorkloadPriorityClass = new(Kueue, "v1beta2", "workloadpriorityclasses", "WorkloadPriorityClass", false);

    /// <summary>Kueue's: one for each project, holding its granted quota.</summary>
    public static readonly ResourceType ClusterQueue = new(Kueue, "v1beta2", "clusterqueues", "ClusterQueue", false);

    /// <summary>Kueue's: one in each project's namespace, leading to its ClusterQueue.</summary>
    public static readonly ResourceType LocalQueue = new(Kueue, "v1beta2", "localqueues", "LocalQueue");

    /// <summary>Kueue's, read only: what waits for quota and what holds it.</summary>
    public static readonly ResourceType Workload = new(Kueue, "v1beta2", "workloads", "Workload");
}
