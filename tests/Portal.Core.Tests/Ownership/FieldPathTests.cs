using System.Text.Json.Nodes;
using Portal.Core.Ownership;

namespace Portal.Core.Tests.Ownership;

public class FieldPathTests
{
    private const string Example = """
        {"metadata":{"labels":{"a":"1","a.b/c":"2"}},
         "spec":{"hard":{"pods":"50","requests.nvidia.com/gpu":"4"},
                 "containers":[{"name":"x","image":"one"},{"name":"y","image":"two"}],
                 "ports":[{"port":80,"protocol":"TCP"},{"port":80,"protocol":"UDP"}],
                 "finalizers":["keep","go"]}}
        """;

    [Theory]
    [InlineData(".spec.hard.pods", """{"requests.nvidia.com/gpu":"4"}""", "hard")]
    [InlineData(".spec.hard.requests.nvidia.com/gpu", """{"pods":"50"}""", "hard")]
    [InlineData(".spec.containers[name=\"y\"].image", """[{"name":"x","image":"one"},{"name":"y"}]""", "containers")]
    [InlineData(".spec.ports[port=80,protocol=\"UDP\"]", """[{"port":80,"protocol":"TCP"}]""", "ports")]
    [InlineData(".spec.finalizers[=\"go\"]", """["keep"]""", "finalizers")]
    [InlineData(".spec.containers[0]", """[{"name":"y","image":"two"}]""", "containers")]
    public void Remove_APathOfAConflict_TakesOutThatFieldAlone(string path, string left, string part)
    {
        var manifest = JsonNode.Parse(Example);

        Assert.True(FieldPath.Remove(manifest, path));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(left), manifest!["spec"]![part]), manifest["spec"]![part]!.ToJsonString());
    }

    [Fact]
    public void Remove_KeyWithDots_IsNotMistakenForAShorterOne()
    {
        var manifest = JsonNode.Parse(Example);

        Assert.True(FieldPath.Remove(manifest, ".metadata.labels.a.b/c"));

        Assert.Equal("""{"a":"1"}""", manifest!["metadata"]!["labels"]!.ToJsonString());
    }

    [Theory]
    [InlineData(".spec.replicas")]
    [InlineData(".spec.containers[name=\"z\"].image")]
    [InlineData(".spec.containers[7]")]
    [InlineData("spec")]
    [InlineData("")]
    [InlineData(".spec.containers[name=\"y")]
    public void Remove_WhatIsNotThere_ChangesNothing(string path)
    {
        var manifest = JsonNode.Parse(Example);

        Assert.False(FieldPath.Remove(manifest, path));

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Example), manifest));
    }
}
