namespace Portal.LocalCluster.Operators;

/// <summary>The labels by which a JobSet, its Jobs and their pods know each other.</summary>
internal static class JobSetNames
{
    public const string ApiVersion = "jobset.x-k8s.io/v1alpha2";
    public const string JobSets = "jobsets.jobset.x-k8s.io";
    public const string Jobs = "jobs.batch";

    public const string NameLabel = "jobset.sigs.k8s.io/jobset-name";
    public const string UidLabel = "jobset.sigs.k8s.io/jobset-uid";
    public const string GroupLabel = "jobset.sigs.k8s.io/replicatedjob-name";
    public const string ReplicasLabel = "jobset.sigs.k8s.io/replicatedjob-replicas";
    public const string IndexLabel = "jobset.sigs.k8s.io/job-index";
    public const string AttemptLabel = "jobset.sigs.k8s.io/restart-attempt";
}
