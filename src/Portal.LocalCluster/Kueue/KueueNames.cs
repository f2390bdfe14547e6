namespace Portal.LocalCluster.Kueue;

/// <summary>Names that Kueue and its users agree on.</summary>
internal static class KueueNames
{
    public const string Group = "kueue.x-k8s.io";
    public const string ApiVersion = "kueue.x-k8s.io/v1beta2";
    public const string Workloads = "workloads.kueue.x-k8s.io";
    public const string ClusterQueues = "clusterqueues.kueue.x-k8s.io";
    public const string LocalQueues = "localqueues.kueue.x-k8s.io";
    public const string Flavors = "resourceflavors.kueue.x-k8s.io";
    public const string Cohorts = "cohorts.kueue.x-k8s.io";
    public const string PriorityClasses = "workloadpriorityclasses.kueue.x-k8s.io";

    public const string QueueLabel = "kueue.x-k8s.io/queue-name";
    public const string JobUidLabel = "kueue.x-k8s.io/job-uid";
    public const string PriorityLabel = "kueue.x-k8s.io/priority-class";
    public const string ManagedLabel = "kueue.x-k8s.io/managed";
    public const string InUse = "kueue.x-k8s.io/resource-in-use";
    public const string Gate = "kueue.x-k8s.io/admission";
    public const string DefaultQueue = "default";

    public const string Component = "kueue-admission";
}
