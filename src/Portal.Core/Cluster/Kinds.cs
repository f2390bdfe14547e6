namespace Portal.Core.Cluster;

/// <summary>The kinds that the portal makes or reads.</summary>
public static class Kinds
{
    private const string Rbac = "rbac.authorization.k8s.io";
    private const string Kueue = "kueue.x-k8s.io";

    public static readonly ResourceType Namespace = new("", "v1", "namespaces", "Namespace", false);
    public static readonly ResourceType Node = new("", "v1", "nodes", "Node", false);
    public static readonly ResourceType Pod = new("", "v1", "pods", "Pod");
    public static readonly ResourceType Event = new("", "v1", "events", "Event");
    public static readonly ResourceType Service = new("", "v1", "services", "Service");
    public static readonly ResourceType ConfigMap = new("", "v1", "configmaps", "ConfigMap");
    public static readonly ResourceType Secret = new("", "v1", "secrets", "Secret");
    public static readonly ResourceType ServiceAccount = new("", "v1", "serviceaccounts", "ServiceAccount");
    public static readonly ResourceType ResourceQuota = new("", "v1", "resourcequotas", "ResourceQuota");
    public static readonly ResourceType LimitRange = new("", "v1", "limitranges", "LimitRange");
    public static readonly ResourceType PersistentVolumeClaim = new("", "v1", "persistentvolumeclaims", "PersistentVolumeClaim");
    public static readonly ResourceType Deployment = new("apps", "v1", "deployments", "Deployment");
    public static readonly ResourceType StatefulSet = new("apps", "v1", "statefulsets", "StatefulSet");
    public static readonly ResourceType Job = new("batch", "v1", "jobs", "Job");
    public static readonly ResourceType NetworkPolicy = new("networking.k8s.io", "v1", "networkpolicies", "NetworkPolicy");
    public static readonly ResourceType RoleBinding = new(Rbac, "v1", "rolebindings", "RoleBinding");
    public static readonly ResourceType ResourceFlavor = new(Kueue, "v1beta2", "resourceflavors", "ResourceFlavor", false);
    public static readonly ResourceType Cohort = new(Kueue, "v1beta2", "cohorts", "Cohort", false);
    public static readonly ResourceType WorkloadPriorityClass = new(Kueue, "v1beta2", "workloadpriorityclasses", "WorkloadPriorityClass", false);
    public static readonly ResourceType ClusterQueue = new(Kueue, "v1beta2", "clusterqueues", "ClusterQueue", false);
    public static readonly ResourceType LocalQueue = new(Kueue, "v1beta2", "localqueues", "LocalQueue");
    public static readonly ResourceType Workload = new(Kueue, "v1beta2", "workloads", "Workload");
}
