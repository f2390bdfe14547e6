using System.Text.Json.Nodes;
using Portal.LocalCluster.Api.Patches;
using Portal.LocalCluster.Schema;

namespace Portal.LocalCluster.Tests.Api;

public class StrategicPatchTests
{
    private const string Pod = """{"spec":{"containers":[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}],"nodeSelector":{"x":"y"},"tolerations":[{"key":"k"}]}}""";

    [Theory]
    [InlineData("""{"spec":{"containers":[{"name":"a","image":"a:2"}]}}""", """[{"name":"a","image":"a:2"},{"name":"b","image":"b:1"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"a","$patch":"delete"}]}}""", """[{"name":"b","image":"b:1"}]""")]
    [InlineData("""{"spec":{"containers":[{"name":"c","image":"c:1"}],"$setElementOrder/containers":[{"name":"c"},{"name":"a"},{"name":"b"}]}}""",
        """[{"name":"c","image":"c:1"},{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]""")]
    [InlineData("""{"spec":{"containers":[{"$patch":"replace"},{"name":"c","image":"c:1"}]}}""", """[{"name":"c","image":"c:1"}]""")]
    [InlineData("""{"spec":{"nodeSelector":{"x":null}}}""", """[{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}]""")]
    public void Apply_ToContainers_MergesByName(string patch, string containers)
    {
        var patched = StrategicPatch.Apply(KindText.Kinds[("", "Pod")], (JsonObject)JsonNode.Parse(Pod)!, (JsonObject)JsonNode.Parse(patch)!);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(containers), patched["spec"]!["containers"]), patched.ToJsonString());
    }

    [Fact]
    public void Apply_ToAListWithoutAKey_ReplacesIt()
    {
        var patched = StrategicPatch.Apply(KindText.Kinds[("", "Pod")], (JsonObject)JsonNode.Parse(Pod)!, (JsonObject)JsonNode.Parse("""{"spec":{"tolerations":[{"key":"z"}]}}""")!);
        Assert.Equal("""[{"key":"z"}]""", patched["spec"]!["tolerations"]!.ToJsonString());
    }
}
