using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware.Lending;
using Portal.Core.Projects;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Testing.Golden;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Projects;

public class ProjectManifestTests
{
    private static readonly ProjectPlan Small = PlanOf(ProjectSize.S);

    private static readonly ProjectPlan Large = PlanOf(ProjectSize.L) with
    {
        Grants =
        [
            new(Guid.NewGuid(), "h100", "nvidia.com/gpu", 4),
            new(Guid.NewGuid(), "a100", "nvidia.com/gpu", 2),
            new(Guid.NewGuid(), "tpu-v5", "google.com/tpu", 8),
        ],
        ExtendedResources = ["amd.com/gpu", "google.com/tpu", "nvidia.com/gpu"],
    };

    private static readonly ProjectPlan Lending = Large with
    {
        Grants =
        [
            new(Guid.NewGuid(), "h100", "nvidia.com/gpu", 4) { Lending = new LendingPolicy { Mode = LendingMode.LendAndBorrow, LendPercent = 50, Weight = 3 }, MayBorrow = 8 },
            new(Guid.NewGuid(), "a100", "nvidia.com/gpu", 2),
        ],
        TeamWeight = 3,
        Common = new CommonQuota(62_500, 65_500, 262_144, 262_144),
    };

    public static TheoryData<string> Plans => ["small", "large", "archived", "lending", "frozen", "elsewhere"];

    [Theory, MemberData(nameof(Plans))]
    public void Manifests_OfAPlan_AreTheGoldenOnesAndValid(string name)
    {
        var objects = All(Plan(name));

        GoldenFile.AssertSame("project-" + name, objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    // Under the portal's namespace's name another cluster may have somebody else's.
    [Fact]
    public void PortalPolicy_OnAClusterElsewhere_LetsNoNamespaceOfItsNameIn()
    {
        JsonObject Policy(ProjectPlan plan) =>
            ProjectAccessManifests.NetworkPolicies(plan, new("v1.36.2", [], false)).Single(p => p.Text("metadata", "name") == "allow-portal");
        var unknown = Policy(Small with { Reach = new PortalReach(SameCluster: false, [], []) });
        var named = Policy(Plan("elsewhere"));

        Assert.DoesNotContain("mlops-portal", unknown["spec"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.DoesNotContain("mlops-portal", named["spec"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(["Ingress"], unknown.Items("spec", "policyTypes").Select(t => t!.ToString()));
        Assert.Equal(["Ingress", "Egress"], named.Items("spec", "policyTypes").Select(t => t!.ToString()));
    }

    [Theory]
    [InlineData(ProjectIntent.Active, false, "None")]
    [InlineData(ProjectIntent.Active, true, "Hold")]
    [InlineData(ProjectIntent.Archived, true, "HoldAndDrain")]
    [InlineData(ProjectIntent.Deleted, false, "HoldAndDrain")]
    public void StopPolicy_FollowsWhatIsWanted(ProjectIntent intent, bool frozen, string policy) => Assert.Equal(
        policy, ProjectQueueManifests.StopPolicy(new Project { Intent = intent, FrozenAt = frozen ? DateTimeOffset.UnixEpoch : null }));

    [Theory]
    [InlineData("v1.36.2", "v1.36")]
    [InlineData("v1.36.2+local", "v1.36")]
    [InlineData("v1.30.14-eks-1a2b3c", "v1.30")]
    [InlineData("v1.29.6+aba1e8d", "v1.29")]
    [InlineData("", "latest")]
    [InlineData("unknown", "latest")]
    public void PodSecurityVersion_OfAServer_IsItsMinorVersion(string version, string expected) =>
        Assert.Equal(expected, ProjectManifests.PodSecurityVersion(version));

    [Fact]
    public void ClusterQueue_PoolsThatLend_DecideWhatIsTakenBackAndWhetherCoresAreLent()
    {
        (string?, string?) Lent(params LendingPolicy[] pools)
        {
            var queue = ProjectQueueManifests.ClusterQueue(
                Small with { Grants = [.. pools.Select((p, i) => new ProjectGrant(Guid.NewGuid(), $"pool{i}", "nvidia.com/gpu", 4) { Lending = p })] });
            return (queue.Text("spec", "preemption", "reclaimWithinCohort"), queue.Items("spec", "resourceGroups").First().Items("flavors").Single().Items("resources").First().Text("lendingLimit"));
        }
        var (reclaims, keeps) = (new LendingPolicy { Mode = LendingMode.Lend }, new LendingPolicy { Mode = LendingMode.Lend, Reclaim = false });

        Assert.All([Lent(), Lent(LendingPolicy.None), Lent(LendingPolicy.None with { Reclaim = false }), Lent(reclaims), Lent(reclaims, keeps)], l => Assert.Equal(("Any", "8"), l));
        Assert.Equal(("Never", "0"), Lent(keeps));
    }

    [Fact]
    public void ClusterQueue_GuaranteedCoresThatAStrangerUses_ComeBack()
    {
        var plan = Small with { Common = new CommonQuota(4000, 4000, 4096, 4096) };
        var (own, other) = (ProjectQueueManifests.ClusterQueue(plan), ProjectQueueManifests.ClusterQueue(plan));
        other["metadata"]!["name"] = "other";
        var cores = new ResourceKey(ProjectQueueManifests.CommonFlavor, "cpu");
        var borrower = new QueuedWorkload("other", "notebook", "other") { Object = [], AdmittedAt = DateTimeOffset.UnixEpoch, Usage = new Dictionary<ResourceKey, decimal> { [cores] = 8 } };

        var tree = QuotaTree.From([own, other], ProjectQueueManifests.Cohorts(plan), [borrower]);

        Assert.Equal((0, 4), (tree.Available(own.Name(), cores), tree.Reclaimable(own.Name(), cores, new Dictionary<ResourceKey, decimal> { [cores] = 4 })));
    }

    [Fact]
    public void ServiceAccount_WithPullSecretsOfTheInstallation_NamesThem()
    {
        var account = ProjectManifests.ServiceAccount(Small with { Options = new ProjectClusterOptions { ImagePullSecrets = ["registry", "mirror"] } });

        KubernetesSchemas.AssertValid(account);
        Assert.Equal(["registry", "mirror"], account.Items("imagePullSecrets").Select(s => s.Text("name")));
        Assert.Null(ProjectManifests.ServiceAccount(Small)["imagePullSecrets"]);
    }

    [Fact]
    public void Namespace_OfAClusterWithoutKueue_IsNotLabelledAsManaged() => Assert.Null(Managed(Small, new ClusterCapabilities("v1.36.2", [Kinds.Namespace], IsEmbedded: false)));

    [Theory]
    [InlineData("kueue.openshift.io", "v1", "kueues", "Kueue")]
    [InlineData("datasciencecluster.opendatahub.io", "v1", "datascienceclusters", "DataScienceCluster")]
    public void Namespace_WhereAnOperatorMakesQueues_IsLabelledOnceItsOwnIsThere(string group, string version, string plural, string kind)
    {
        var operated = WithKueue(new ResourceType(group, version, plural, kind, false));

        Assert.Equal((null, "true"), (Managed(Small, operated), Managed(Small with { HasQueue = true }, operated)));
        Assert.Equal("true", Managed(Small, WithKueue()));
    }

    [Fact]
    public void ClusterQueue_OfAKueueWithoutCohorts_SharesOneWithAllTeams()
    {
        static string? Cohort(ClusterCapabilities capabilities) =>
            ProjectObjectSet.Queue(Lending, capabilities).Single(o => o.Type == Kinds.ClusterQueue).Manifest.Text("spec", "cohortName");

        Assert.Equal(ProjectQueueManifests.Organisation, Cohort(WithKueue()));
        Assert.Equal($"team-{Lending.Project.TeamId:N}", Cohort(WithKueue(Kinds.Cohort)));
    }

    [Fact]
    public void ResourceQuota_WhereUnitsMayBeBorrowed_LetsThemIn() =>
        Assert.Equal("14", ProjectManifests.ResourceQuota(Lending, WithKueue()).Text("spec", "hard", "requests.nvidia.com/gpu"));

    // Nothing would bring them back to their owners.
    [Fact]
    public void ResourceQuota_WithoutKueue_LetsInWhatWasGranted() =>
        Assert.Equal("6", ProjectManifests.ResourceQuota(Lending, WithRay).Text("spec", "hard", "requests.nvidia.com/gpu"));

    [Fact]
    public void Queue_InTheOlderVersion_NamesItsCohortAsThatVersionDoes()
    {
        JsonObject[] objects =
        [
            KueueVersion.In("v1beta1", ProjectQueueManifests.ClusterQueue(Lending)), KueueVersion.In("v1beta1", ProjectQueueManifests.LocalQueue(Lending)),
            .. ProjectQueueManifests.Cohorts(Lending).Select(c => KueueVersion.In("v1beta1", c)), KueueVersion.In("v1beta1", ProjectQueueManifests.Flavor()),
        ];

        GoldenFile.AssertSame("project-lending-v1beta1", objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Fact]
    public void KueueVersion_OfACluster_IsTheNewestThatIsKnown()
    {
        (bool, string) Spoken(params string[] versions)
        {
            var capabilities = new ClusterCapabilities("v1.36.0", [.. versions.Select(v => Kinds.ClusterQueue with { Version = v })], IsEmbedded: false);
            return (capabilities.Serves(Kinds.ClusterQueue), KueueVersion.Spoken(capabilities, Kinds.ClusterQueue).Version);
        }

        Assert.Equal((true, "v1beta2"), Spoken("v1beta1", "v1beta2"));
        Assert.Equal((true, "v1beta1"), Spoken("v1beta1"));
        Assert.Equal((false, "v1beta2"), Spoken("v1beta3"));
    }

    [Fact]
    public void ResourceQuota_ResourceThatNobodyGranted_IsHeldAtZero()
    {
        var hard = ProjectManifests.ResourceQuota(Large, WithKueue()).At("spec", "hard");

        Assert.Equal("0", hard.Text("requests.amd.com/gpu"));
        Assert.Equal("6", hard.Text("requests.nvidia.com/gpu"));
        Assert.Equal("8", hard.Text("requests.google.com/tpu"));
    }

    [Fact]
    public void ResourceQuota_ResourceThatTheOneThereNames_StaysNamed()
    {
        var scaledDown = (Large with { Grants = [], ExtendedResources = [] }).Keeping(ProjectManifests.ResourceQuota(Large, WithKueue()));

        Assert.Equal(ProjectManifests.ResourceQuota(Large with { Grants = [] }, WithKueue()).ToJsonString(), ProjectManifests.ResourceQuota(scaledDown, WithKueue()).ToJsonString());
    }

    [Fact]
    public void Common_OfAQueueThatIsThere_StaysWhileItIsOneOfTheSize()
    {
        var queue = ProjectQueueManifests.ClusterQueue(Lending);

        Assert.Equal(Lending.Common, CommonQuota.Of(queue));
        Assert.Equal(Lending.Common, Large.SharingAs(queue).Common);
        Assert.Equal(Small.Common, Small.SharingAs(queue).Common);
        Assert.Equal(Small.Common, Small.SharingAs(null).Common);
    }

    [Theory]
    [InlineData("125Gi", 125)]
    [InlineData("1500Mi", 2)]
    [InlineData("1Ti", 1024)]
    [InlineData("107374182400", 100)]
    [InlineData("much", 0)]
    [InlineData(null, 0)]
    public void StoredGiB_OfAClaim_IsReadInEveryNotation(string? storage, long gib) => Assert.Equal(gib, ProjectHealth.StoredGiB(new JsonObject
    {
        ["spec"] = new JsonObject { ["resources"] = new JsonObject { ["requests"] = new JsonObject { ["storage"] = storage } } },
    }));

    [Fact]
    public void Storage_OfAClaimWithoutAVolumeYet_AsksForWhatItAskedForBefore()
    {
        string? Asked(bool pending) => ProjectManifests.Storage(Small with { StoredGiB = 1, StoredAs = "1Gi", IsStoragePending = pending })
            .Text("spec", "resources", "requests", "storage");

        Assert.Equal("1Gi", Asked(pending: true));
        Assert.NotEqual("1Gi", Asked(pending: false));
    }

    [Fact]
    public void Storage_LargerThanTheSizeGives_NeverShrinks()
    {
        var claim = ProjectManifests.Storage(Small with { StoredGiB = 125 });

        Assert.Equal("125Gi", claim.Text("spec", "resources", "requests", "storage"));
        Assert.Equal("125Gi", ProjectManifests.ResourceQuota(Small with { StoredGiB = 125 }, WithKueue()).Text("spec", "hard", "requests.storage"));
    }

    [Theory]
    [InlineData("1Ti", 1024, "1Ti")]
    [InlineData("1100G", 1025, "1100G")]
    [InlineData("1Gi", 1, null)]
    public void Storage_OfAClaimThatSomebodyEnlarged_KeepsTheirWords(string there, long gib, string? kept)
    {
        var claim = ProjectManifests.Storage(Small with { StoredGiB = gib, StoredAs = there });

        Assert.Equal(kept ?? $"{Small.Ceiling.StorageGiB / 4}Gi", claim.Text("spec", "resources", "requests", "storage"));
    }

    [Fact]
    public void RoleBindings_AnotherRole_HasAnotherName()
    {
        var person = Guid.NewGuid();
        string NameAs(ProjectRole role) =>
            ProjectAccessManifests.RoleBindings(Small with { Members = [new(person, "ana", role)] })[0].Name();

        Assert.NotEqual(NameAs(ProjectRole.Viewer), NameAs(ProjectRole.Owner));
        Assert.True(NameAs(ProjectRole.Contributor).Length <= 63);
    }

    [Fact]
    public void Schemas_WrongObject_IsNamedWithItsFields()
    {
        var wrong = ProjectQueueManifests.ClusterQueue(Small);
        wrong["spec"]!["stopPolicy"] = "Sometimes";
        wrong["spec"]!["colour"] = "red";
        var claim = ProjectManifests.Storage(Small);
        claim["spec"]!["accessModes"] = "ReadWriteOnce";

        Assert.Contains(KubernetesSchemas.Problems(wrong), p => p.StartsWith("spec.stopPolicy:", StringComparison.Ordinal));
        Assert.Contains("spec.colour: unknown field", KubernetesSchemas.Problems(wrong));
        Assert.Contains(KubernetesSchemas.Problems(claim), p => p.StartsWith("spec.accessModes: expected array", StringComparison.Ordinal));
        Assert.NotEmpty(KubernetesSchemas.Problems(new JsonObject { ["apiVersion"] = "v1", ["kind"] = "Nothing" }));
    }

    private static ClusterCapabilities WithKueue(params ResourceType[] served) =>
        new("v1.36.2", [Kinds.ClusterQueue, Kinds.LocalQueue, .. served], IsEmbedded: false);

    private static string? Managed(ProjectPlan plan, ClusterCapabilities capabilities) =>
        ProjectManifests.Namespace(plan, "ana", capabilities).Text("metadata", "labels", "kueue.openshift.io/managed");

    private static ProjectPlan Plan(string name) => name switch
    {
        "small" => Small,
        "large" => Large,
        "lending" => Lending,
        "frozen" => Lending with { Project = Frozen() },
        "elsewhere" => Small with { Options = new ProjectClusterOptions { RayOperatorNamespaces = ["ray-system"] }, Reach = new PortalReach(SameCluster: false, ["10.20.0.0/28", "fd00::7/128"], ["192.0.2.0/24"]) },
        _ => Large with { Project = Archived(), Common = CommonQuota.None },
    };

    private static Project Frozen()
    {
        var project = PlanOf(ProjectSize.L).Project;
        project.FrozenAt = DateTimeOffset.UnixEpoch;
        return project;
    }

    private static Project Archived()
    {
        var project = PlanOf(ProjectSize.L).Project;
        project.Intent = ProjectIntent.Archived;
        return project;
    }

    private static readonly ClusterCapabilities WithRay = new("v1.36.2", [TrainingKinds.RayJob], false);

    private static IReadOnlyList<JsonObject> All(ProjectPlan plan) =>
    [
        ProjectManifests.Namespace(plan, "ana", WithKueue()), ProjectManifests.ResourceQuota(plan, WithKueue()), ProjectManifests.LimitRange(plan),
        ProjectManifests.ServiceAccount(plan), ProjectManifests.Storage(plan),
        .. ProjectAccessManifests.NetworkPolicies(plan, WithRay), .. ProjectAccessManifests.RoleBindings(plan),
        ProjectQueueManifests.Flavor(), .. ProjectQueueManifests.Cohorts(plan), ProjectQueueManifests.ClusterQueue(plan), ProjectQueueManifests.LocalQueue(plan),
    ];

    private static ProjectPlan PlanOf(ProjectSize size) => new(
        new Project
        {
            Id = new Guid("0198f000-0000-7000-8000-0000000000aa"),
            Name = "Credit risk: 信用",
            Namespace = "ml-credit-risk-12345678",
            TeamId = new Guid("0198f000-0000-7000-8000-0000000000bb"),
            Size = size,
            DataClass = DataClass.Confidential,
            Region = "eu-central",
            CostCentre = "CC 4711 / Risk",
            Description = "Default probability: {{ not a template }} \"quoted\"\nsecond line",
        },
        "Risk",
        [
            new(new Guid("0198f000-0000-7000-8000-000000000001"), "ana@bank.example", ProjectRole.Owner),
            new(new Guid("0198f000-0000-7000-8000-000000000002"), "bo@bank.example", ProjectRole.Contributor),
            new(new Guid("0198f000-0000-7000-8000-000000000003"), "cy@bank.example", ProjectRole.Viewer),
        ],
        [], [], new ProjectClusterOptions())
    {
        Common = CommonQuota.For(ProjectSizes.Of(size), [ProjectSizes.Of(size)], null),
    };
}
