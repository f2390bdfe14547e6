using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Cluster;

public class KueueVersionTests
{
    [Theory]
    [InlineData("ClusterQueue", """{"cohort":"a","flavorFungibility":{"whenCanBorrow":"Borrow","whenCanPreempt":"Preempt"},"admissionChecks":["x"]}""",
        """{"flavorFungibility":{"whenCanBorrow":"MayStopSearch","whenCanPreempt":"MayStopSearch"},"cohortName":"a","admissionChecksStrategy":{"admissionChecks":[{"name":"x"}]}}""")]
    [InlineData("Workload", """{"queueName":"q","priorityClassName":"high","priorityClassSource":"kueue.x-k8s.io/workloadpriorityclass"}""",
        """{"queueName":"q","priorityClassRef":{"group":"kueue.x-k8s.io","kind":"WorkloadPriorityClass","name":"high"}}""")]
    [InlineData("Workload", """{"priorityClassName":"system","priorityClassSource":"scheduling.k8s.io/priorityclass"}""",
        """{"priorityClassRef":{"group":"scheduling.k8s.io","kind":"PriorityClass","name":"system"}}""")]
    [InlineData("Workload", """{"queueName":"q","priorityClassSource":""}""", """{"queueName":"q"}""")]
    public void Read_OfTheOlderVersion_IsAsTheNewerSaysIt(string kind, string older, string newer)
    {
        var read = KueueVersion.Read(Object("v1beta1", kind, older));

        Assert.Equal("kueue.x-k8s.io/v1beta2", read.Text("apiVersion"));
        Assert.Equal(JsonNode.Parse(newer)!.ToJsonString(), read["spec"]!.ToJsonString());
    }

    [Theory]
    [InlineData("ClusterQueue", """{"namespaceSelector":{},"cohortName":"a"}""")]
    [InlineData("Workload", """{"queueName":"q","priorityClassRef":{"group":"kueue.x-k8s.io","kind":"WorkloadPriorityClass","name":"high"}}""")]
    [InlineData("LocalQueue", """{"clusterQueue":"a"}""")]
    public void In_ThenRead_GivesTheSameBack(string kind, string spec)
    {
        var built = Object("v1beta2", kind, spec);

        Assert.True(JsonNode.DeepEquals(built, KueueVersion.Read(KueueVersion.In("v1beta1", (JsonObject)built.DeepClone()))));
    }

    [Fact]
    public void In_OfAMergePatch_TakesNoVersionIn() =>
        Assert.Equal("""{"spec":{"cohort":"b"}}""", KueueVersion.In("v1beta1", new JsonObject { ["spec"] = new JsonObject { ["cohortName"] = "b" } }).ToJsonString());

    [Fact]
    public void Read_OfALocalQueuesStatus_RenamesItsUse()
    {
        var queue = Object("v1beta1", "LocalQueue", "{}");
        queue["status"] = JsonNode.Parse("""{"flavorUsage":[{"name":"f"}],"flavors":[{"name":"f"}],"pendingWorkloads":1}""");

        Assert.Equal("""{"pendingWorkloads":1,"flavorsUsage":[{"name":"f"}]}""", KueueVersion.Read(queue)["status"]!.ToJsonString());
    }

    [Fact]
    public void Read_OfOthers_LeavesThem()
    {
        var other = JsonNode.Parse("""{"apiVersion":"example.com/v1beta1","kind":"X","spec":{"cohort":"a"}}""")!.AsObject();

        Assert.Equal("a", KueueVersion.Read(other).Text("spec", "cohort"));
        Assert.Equal(".spec.cohortName", KueueVersion.Read(new FieldConflict("kubectl", ".spec.cohort")).Field);
    }

    private static JsonObject Object(string version, string kind, string spec) =>
        new() { ["apiVersion"] = "kueue.x-k8s.io/" + version, ["kind"] = kind, ["spec"] = JsonNode.Parse(spec) };
}
