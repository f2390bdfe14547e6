using System.Text.Json.Nodes;
using Portal.Components.Pages.Projects.Objects;

namespace Portal.Components.Tests.Projects;

public class ManifestTextTests
{
    [Fact]
    public void Yaml_OfAManifest_IsWhatKubectlWouldShow()
    {
        var manifest = new JsonObject
        {
            ["kind"] = "ResourceQuota",
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["a/b"] = "true" }, ["annotations"] = new JsonObject() },
            ["spec"] = new JsonObject
            {
                ["hard"] = new JsonObject { ["pods"] = "50" },
                ["list"] = new JsonArray(new JsonObject { ["name"] = "x", ["value"] = "a: b\n" }, "plain", 3, true, null),
            },
        };

        Assert.Equal(
            """
            kind: ResourceQuota
            metadata:
              labels:
                a/b: "true"
              annotations: {}
            spec:
              hard:
                pods: "50"
              list:
              - name: x
                value: "a: b\n"
              - plain
              - 3
              - true
              - null

            """,
            ManifestText.Yaml(manifest));
    }
}
