using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>
/// The objects that make a project real: its namespace, ceilings, service account and storage. Pure; the labels and
/// annotations of Open Data Hub are set beside ours, so that its dashboard shows the project too.
/// </summary>
public static class ProjectManifests
{
    /// <summary>Service account of every pod of the project; it holds no token.</summary>
    public const string ServiceAccountName = "project-workload";

    /// <summary>The claim that notebooks and trainings of the project share.</summary>
    public const string StorageClaim = "project-storage";

    /// <summary>Name of the ResourceQuota and of the LimitRange.</summary>
    public const string LimitsName = "project-limits";

    /// <summary>Label of a namespace whose jobs Kueue queues, as OpenShift and Open Data Hub read it.</summary>
    public const string ManagedByKueue = "kueue.openshift.io/managed";

    /// <summary>Makes an object appear in the dashboard of Open Data Hub.</summary>
    internal const string DashboardLabel = "opendatahub.io/dashboard";

    private static readonly string[] PodSecurityModes = ["enforce", "audit", "warn"];

    private const string DisplayName = "openshift.io/display-name";

    /// <summary>
    /// The namespace, under Pod Security <c>restricted</c> as the cluster's own version means it: what a pod may do changes with
    /// an upgrade of the cluster that somebody decided, and with nothing else.
    /// </summary>
    /// <param name="capabilities">Those of its cluster.</param>
    public static JsonObject Namespace(ProjectPlan plan, string requester, ClusterCapabilities capabilities)
    {
        var project = plan.Project;
        var made = Manifest.Create(Kinds.Namespace, null, project.Namespace, plan.Owner)
            .WithLabel(DashboardLabel, "true");
        if (ProjectQueueManifests.IsManaged(plan, capabilities))
            made.WithLabel(ManagedByKueue, "true").WithLabel("kueue-managed", "true");
        made.WithLabel("modelmesh-enabled", "false")
            .WithLabel("mlops-portal/team-id", project.TeamId.ToString("D"))
            .WithLabel("mlops-portal/data-class", Lower(project.DataClass))
            .WithAnnotation(DisplayName, project.Name)
            .WithAnnotation("openshift.io/description", project.Description)
            .WithAnnotation("openshift.io/requester", requester)
            .WithAnnotation("mlops-portal/team", plan.TeamName)
            .WithAnnotation("mlops-portal/region", project.Region)
            .WithAnnotation("mlops-portal/cost-centre", project.CostCentre);
        foreach (var mode in PodSecurityModes)
        {
            made.WithLabel($"pod-security.kubernetes.io/{mode}", "restricted")
                .WithLabel($"pod-security.kubernetes.io/{mode}-version", PodSecurityVersion(capabilities.Version));
        }
        return made;
    }

    /// <summary>The version of Pod Security's rules that belongs to a server's version; <c>latest</c> for one that says none.</summary>
    public static string PodSecurityVersion(string clusterVersion) =>
        clusterVersion.Split('.') is ["v1", { Length: > 0 } minor, ..] && minor.All(char.IsAsciiDigit) ? $"v1.{minor}" : "latest";

    /// <summary>
    /// The ceilings of the size and the accelerators, granted and borrowed at most: without Kueue nobody gives anything back, and nothing
    /// is borrowed. A resource that nodes offer and nobody granted is named with
    /// zero: one that a quota does not name is unlimited. An archived project may have no pods at all.
    /// </summary>
    public static JsonObject ResourceQuota(ProjectPlan plan, ClusterCapabilities capabilities)
    {
        var ceiling = plan.Ceiling;
        var hard = new JsonObject
        {
            ["count/jobs.batch"] = Whole(ceiling.Pods),
            ["count/pods"] = Whole(ceiling.Pods),
            ["pods"] = Whole(plan.Archived ? 0 : ceiling.Pods),
            ["requests.cpu"] = Whole(ceiling.CpuCores),
            ["requests.memory"] = GiB(ceiling.MemoryGiB),
            ["requests.storage"] = GiB(Math.Max(ceiling.StorageGiB, plan.StoredGiB)),
        };
        foreach (var resource in plan.ExtendedResources.Concat(plan.Grants.Select(g => g.ResourceName)).Distinct().Where(IsExtended).Order(StringComparer.Ordinal))
            hard["requests." + resource] = Whole(plan.Most(resource, capabilities.HasKueue));
        return In(plan, Kinds.ResourceQuota, LimitsName).With("spec", new JsonObject { ["hard"] = hard });
    }

    /// <summary>What a container gets that asks for nothing, and the most that one may ask for.</summary>
    public static JsonObject LimitRange(ProjectPlan plan) => In(plan, Kinds.LimitRange, LimitsName).With("spec", new JsonObject
    {
        ["limits"] = new JsonArray(new JsonObject
        {
            ["type"] = "Container",
            ["default"] = new JsonObject { ["cpu"] = "1", ["memory"] = "1Gi" },
            ["defaultRequest"] = new JsonObject { ["cpu"] = "100m", ["memory"] = "256Mi" },
            ["max"] = new JsonObject { ["cpu"] = Whole(plan.Ceiling.CpuCores), ["memory"] = GiB(plan.Ceiling.MemoryGiB) },
        }),
    });

    /// <summary>The account of the project's pods; none of them gets a token for the cluster.</summary>
    public static JsonObject ServiceAccount(ProjectPlan plan)
    {
        var account = In(plan, Kinds.ServiceAccount, ServiceAccountName).With("automountServiceAccountToken", false);
        // Where none are named, those that others add stay theirs.
        return plan.Options.ImagePullSecrets is { Count: > 0 } names
            ? account.With("imagePullSecrets", new JsonArray([.. names.Select(n => (JsonNode)new JsonObject { ["name"] = n })])) : account;
    }

    /// <summary>The project's own storage: a quarter of its ceiling, never less than it has.</summary>
    public static JsonObject Storage(ProjectPlan plan)
    {
        var (own, given) = (plan.StoredAs, plan.Ceiling.StorageGiB / 4);
        var amount = own is not null && (plan.IsStoragePending || Quantity.Parse(own) >= Quantity.Parse(GiB(given))) ? own : GiB(Math.Max(given, plan.StoredGiB));
        var spec = new JsonObject
        {
            ["accessModes"] = new JsonArray(plan.Options.StorageAccessMode),
            ["resources"] = new JsonObject
            {
                ["requests"] = new JsonObject { ["storage"] = amount },
            },
        };
        if (plan.Options.StorageClass.Length > 0)
            spec["storageClassName"] = plan.Options.StorageClass;
        return In(plan, Kinds.PersistentVolumeClaim, StorageClaim)
            .WithLabel(DashboardLabel, "true").WithAnnotation(DisplayName, plan.Project.Name).With("spec", spec);
    }

    /// <summary>An extended resource has a domain in its name; <c>cpu</c> and <c>memory</c> have none.</summary>
    public static bool IsExtended(string resource) =>
        resource.Contains('/') && !resource.StartsWith("kubernetes.io/", StringComparison.Ordinal);

    internal static JsonObject In(ProjectPlan plan, ResourceType type, string name) =>
        Manifest.Create(type, plan.Project.Namespace, name, plan.Owner);

    internal static string Whole(long number) => number.ToString(CultureInfo.InvariantCulture);

    internal static string GiB(long number) => Whole(number) + "Gi";

    internal static string Lower<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
