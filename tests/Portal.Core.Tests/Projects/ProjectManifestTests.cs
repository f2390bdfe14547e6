using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Projects;
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

    public static TheoryData<string> Plans => ["small", "large", "archived"];

    [Theory, MemberData(nameof(Plans))]
    public void Manifests_OfAPlan_AreTheGoldenOnesAndValid(string name)
    {
        var objects = All(Plan(name));

        GoldenFile.AssertSame("project-" + name, objects);
        foreach (var manifest in objects)
            KubernetesSchemas.AssertValid(manifest);
    }

    [Fact]
    public void ResourceQuota_ResourceThatNobodyGranted_IsHeldAtZero()
    {
        var hard = ProjectManifests.ResourceQuota(Large).At("spec", "hard");

        Assert.Equal("0", hard.Text("requests.amd.com/gpu"));
        Assert.Equal("6", hard.Text("requests.nvidia.com/gpu"));
        Assert.Equal("8", hard.Text("requests.google.com/tpu"));
    }

    [Fact]
    public void Storage_LargerThanTheSizeGives_NeverShrinks()
    {
        var claim = ProjectManifests.Storage(Small with { StoredGiB = 125 });

        Assert.Equal("125Gi", claim.Text("spec", "resources", "requests", "storage"));
        Assert.Equal("125Gi", ProjectManifests.ResourceQuota(Small with { StoredGiB = 125 }).Text("spec", "hard", "requests.storage"));
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

    private static ProjectPlan Plan(string name) => name switch
    {
        "small" => Small,
        "large" => Large,
        _ => Large with { Project = Archived() },
    };

    private static Project Archived()
    {
        var project = PlanOf(ProjectSize.L).Project;
        project.Intent = ProjectIntent.Archived;
        return project;
    }

    private static IReadOnlyList<JsonObject> All(ProjectPlan plan) =>
    [
        ProjectManifests.Namespace(plan, "ana"), ProjectManifests.ResourceQuota(plan), ProjectManifests.LimitRange(plan),
        ProjectManifests.ServiceAccount(plan), ProjectManifests.Storage(plan),
        .. ProjectAccessManifests.NetworkPolicies(plan), .. ProjectAccessManifests.RoleBindings(plan),
        ProjectQueueManifests.Flavor(), ProjectQueueManifests.ClusterQueue(plan), ProjectQueueManifests.LocalQueue(plan),
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
        [], [], new ProjectClusterOptions());
}
