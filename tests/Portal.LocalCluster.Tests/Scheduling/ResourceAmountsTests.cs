using System.Text.Json.Nodes;
using Portal.LocalCluster.Admission;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster.Tests.Scheduling;

public class ResourceAmountsTests
{
    [Theory]
    [InlineData("cpu", 1.5, "1500m")]
    [InlineData("memory", 1073741824, "1Gi")]
    [InlineData("requests.storage", 1610612736, "1536Mi")]
    [InlineData("nvidia.com/gpu", 8, "8")]
    public void Text_ResourceAndAmount_IsWrittenAsPeopleDo(string resource, double amount, string expected) =>
        Assert.Equal(expected, ResourceAmounts.Text(resource, (decimal)amount));

    [Fact]
    public void Quota_OfAPod_TakesItsSidecarsAndItsOverhead()
    {
        var pod = (JsonObject)JsonNode.Parse("""
            {"spec":{"overhead":{"cpu":"250m","memory":"64Mi"},
             "initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"1"},"limits":{"cpu":"2"}}},{"resources":{"requests":{"cpu":"1500m"},"limits":{"cpu":"1500m"}}}],
             "containers":[{"resources":{"requests":{"cpu":"1","memory":"1Gi","nvidia.com/gpu":"1"},"limits":{"cpu":"1","nvidia.com/gpu":"1"}}}]}}
            """)!;

        var taken = QuotaUsage.Of(BuiltinResources.List.First(type => type.Kind == "Pod"), pod, []).ToDictionary(pair => pair.Resource, pair => pair.Amount.ToString());

        Assert.Equal(("2750m", "2750m", "1088Mi", "1"), (taken["cpu"], taken["requests.cpu"], taken["requests.memory"], taken["requests.nvidia.com/gpu"]));
        Assert.Equal("3750m", taken["limits.cpu"]);
        Assert.DoesNotContain("limits.memory", taken.Keys);
        Assert.DoesNotContain("limits.nvidia.com/gpu", taken.Keys);
    }
}
