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
}
