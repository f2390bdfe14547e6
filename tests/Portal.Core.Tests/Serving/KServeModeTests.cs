using System.Text.Json.Nodes;
using Portal.Core.Serving;

namespace Portal.Core.Tests.Serving;

/// <summary>The mode without Knative, by the name that a cluster's KServe knows.</summary>
public class KServeModeTests
{
    [Theory]
    [InlineData(null, null, null, "RawDeployment")]
    [InlineData(null, null, "Standard", "Standard")]
    [InlineData(null, null, "KNative", "Standard")]
    [InlineData(null, null, "RawDeployment", "RawDeployment")]
    [InlineData(null, null, "Serverless", "RawDeployment")]
    [InlineData("RawDeployment", null, "Standard", "RawDeployment")]
    [InlineData("RawDeployment", "Standard", null, "Standard")]
    [InlineData("Serverless", "Knative", "Standard", "Knative")]
    public void Name_IsWhatKServeItselfWrote_AndForANewServiceOneThatItTakes(string? annotation, string? status, string? other, string expected)
    {
        var own = annotation is null ? null : Service(annotation, status);

        Assert.Equal(expected, KServeMode.NameFor(own, other is null ? [] : [Service("RawDeployment", null), Service("RawDeployment", other)]));
    }

    private static JsonObject Service(string annotation, string? status) => new()
    {
        ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["serving.kserve.io/deploymentMode"] = annotation } },
        ["status"] = status is null ? null : new JsonObject { ["deploymentMode"] = status },
    };
}
