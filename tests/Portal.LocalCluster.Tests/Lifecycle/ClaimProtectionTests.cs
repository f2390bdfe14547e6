using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Lifecycle;

public sealed class ClaimProtectionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Protection = "kubernetes.io/pvc-protection";

    [Fact]
    public async Task Claim_WhenMade_IsProtectedBesideItsOwnFinalizers()
    {
        var core = $"/api/v1/namespaces/{await api.NamespaceAsync()}";
        Assert.Equal([Protection], Finalizers(await MakeClaimAsync(core, "plain")));
        Assert.Equal(["samples.lab/hold", Protection], Finalizers(await MakeClaimAsync(core, "own", ""","finalizers":["samples.lab/hold"]""")));
    }

    [Fact]
    public async Task Claim_ThatNoPodUses_GoesWhenItIsDeleted()
    {
        var core = $"/api/v1/namespaces/{await api.NamespaceAsync()}";
        await MakeClaimAsync(core, "c");
        await MakePodAsync(core, "waits", node: "", "c"); // it has no node yet
        await MakePodAsync(core, "other", node: "n", "another");

        var going = await api.ExpectAsync(200, "DELETE", $"{core}/persistentvolumeclaims/c");

        Assert.True(going.IsDeleting());
        await GoneAsync($"{core}/persistentvolumeclaims/c");
    }

    [Theory]
    [InlineData("Running")]
    [InlineData("Succeeded")]
    public async Task Claim_InUse_StaysUntilItsPodIsGone(string phase)
    {
        var core = $"/api/v1/namespaces/{await api.NamespaceAsync()}";
        await MakeClaimAsync(core, "used");
        await MakeClaimAsync(core, "free");
        await MakePodAsync(core, "p", node: "n", "used");
        await api.ExpectAsync(200, "PATCH", $"{core}/pods/p/status", $$"""{"status":{"phase":"{{phase}}"} }""", "application/merge-patch+json");

        await api.ExpectAsync(200, "DELETE", $"{core}/persistentvolumeclaims/used");
        // They are looked at in order: once the second is gone, the first was let be.
        await api.ExpectAsync(200, "DELETE", $"{core}/persistentvolumeclaims/free");
        await GoneAsync($"{core}/persistentvolumeclaims/free");
        var held = await api.ExpectAsync(200, "GET", $"{core}/persistentvolumeclaims/used");
        Assert.Equal([Protection], Finalizers(held));

        await api.ExpectAsync(200, "DELETE", $"{core}/pods/p?gracePeriodSeconds=0");
        await GoneAsync($"{core}/persistentvolumeclaims/used");
    }

    [Fact]
    public async Task Namespace_WithAClaimInUse_GoesWithBoth()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"work","namespace":"team"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");
        var pod = Manifests.Pod("p", Manifests.Shell, ["sleep", "600"]);
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"work","persistentVolumeClaim":{"claimName":"work"}}]""");
        pod["spec"]!["terminationGracePeriodSeconds"] = 1;
        cluster.Objects.Create(pod);
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "p")?.Text("status", "phase") == "Running", "the pod runs");

        cluster.Objects.Delete("persistentvolumeclaims", "team", "work");
        cluster.Objects.Delete("namespaces", null, "team");

        await Eventually.True(() => cluster.Objects.Find("namespaces", null, "team") is null, "the namespace is gone");
        await Eventually.True(() => cluster.Objects.List("persistentvolumes").Count == 0, "the volume is gone");
    }

    [Fact]
    public async Task Claim_ThatIsBeingDeleted_IsTakenByNoOtherPodAndGoesWithThoseThatHaveIt()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"work","namespace":"team"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");
        cluster.Objects.Create(WithClaim("has"));
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "has")?.Text("status", "phase") == "Running", "the pod runs");
        cluster.Objects.Delete("persistentvolumeclaims", "team", "work");

        cluster.Objects.Create(WithClaim("late"));
        cluster.Objects.Create(WithClaim("placed", node: "node-1"));

        var why = await Eventually.Some(() => Conditions.Find(cluster.Objects.Find("pods", "team", "late")!, "PodScheduled"), "the scheduler has looked");
        Assert.Equal(
            ("False", "Unschedulable", "0/1 nodes are available: persistentvolumeclaim \"work\" is being deleted."), (why.Text("status"), why.Text("reason"), why.Text("message")));
        await Eventually.True(
            () => cluster.Objects.List("events", "team").Any(said => said.Text("message") == "MountVolume.SetUp failed for volume \"work\" : persistentvolumeclaim \"work\" is being deleted"),
            "the node does not start a pod that was placed past the scheduler");
        // Whoever has it, keeps it.
        using (cluster.Exec.Start(new PodExecRequest("team", "has", "main", ["true"], Terminal: false)))
        {
        }
        cluster.Objects.Delete("pods", "team", "placed", 0);
        Assert.NotNull(cluster.Objects.Find("persistentvolumeclaims", "team", "work"));

        cluster.Objects.Delete("pods", "team", "has", 0);
        await Eventually.True(() => cluster.Objects.Find("persistentvolumeclaims", "team", "work") is null, "the claim is gone");
    }

    [Fact]
    public async Task Volume_OfAClaimThatIsGone_IsNotKeptByAPodThatNeverHadIt()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        var pod = WithClaim("waits");
        pod["spec"]!["nodeSelector"] = new JsonObject { ["no"] = "node" };
        cluster.Create("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"work","namespace":"team"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");
        cluster.Objects.Create(pod);
        await Eventually.True(() => cluster.Objects.List("persistentvolumes").Count == 1, "the claim has a volume");

        cluster.Objects.Delete("persistentvolumeclaims", "team", "work");

        await Eventually.True(() => cluster.Objects.List("persistentvolumes").Count == 0, "the volume is gone");
        Assert.NotNull(cluster.Objects.Find("pods", "team", "waits"));
    }

    [Fact]
    public async Task Claim_OfACluster_ThatWasStoppedAmidItsDeletion_GoesAfterTheStart()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"work","namespace":"team"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");
        cluster.Objects.Delete("persistentvolumeclaims", "team", "work");
        await cluster.StopAsync();
        await cluster.StartAgainAsync();
        await Eventually.True(() => cluster.Objects.Find("persistentvolumeclaims", "team", "work") is null, "the claim is gone");
    }

    private static JsonObject WithClaim(string name, string? node = null)
    {
        var pod = Manifests.Pod(name, Manifests.Shell, ["sleep", "600"], grace: 1);
        pod["spec"]!["volumes"] = JsonNode.Parse("""[{"name":"work","persistentVolumeClaim":{"claimName":"work"}}]""");
        if (node is not null) pod["spec"]!["nodeName"] = node;
        return pod;
    }

    private static IEnumerable<string?> Finalizers(JsonObject claim) => claim.Items("metadata", "finalizers")!.Select(item => item.AsText());

    private Task<JsonObject> MakeClaimAsync(string core, string name, string metadata = "") => api.ExpectAsync(
        201, "POST", $"{core}/persistentvolumeclaims", $$"""{"metadata":{"name":"{{name}}"{{metadata}} },"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"} } } }""");

    private Task<JsonObject> MakePodAsync(string core, string name, string node, string claim) => api.ExpectAsync(
        201, "POST", $"{core}/pods",
        $$"""{"metadata":{"name":"{{name}}"},"spec":{"nodeName":"{{node}}","containers":[{"name":"c","image":"a:1"}],"volumes":[{"name":"v","persistentVolumeClaim":{"claimName":"{{claim}}"} }]} }""");

    private Task GoneAsync(string path) => Eventually.True(async () => (int)(await api.SendAsync("GET", path)).Code == 404, $"{path} is gone");
}
