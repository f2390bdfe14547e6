using Portal.Infrastructure.Kubernetes;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class RequestRateTests
{
    [Theory]
    [InlineData(1, 1, 1000)]
    [InlineData(5, 1, 200)]
    [InlineData(20, 1, 50)]
    [InlineData(39, 39, 1000)]
    [InlineData(100, 5, 50)]
    [InlineData(100_000, 5000, 50)]
    public void Of_AWholeRate_IsDealtOutExactlyAndInSmallPieces(int perSecond, int requests, int milliseconds) =>
        Assert.Equal((requests, TimeSpan.FromMilliseconds(milliseconds)), RequestRate.Of(perSecond));

    [Fact]
    public void Of_EveryRate_IsExact() => Assert.All(Enumerable.Range(1, 1000), rate =>
    {
        var (requests, period) = RequestRate.Of(rate);
        Assert.Equal(rate, requests * 1000 / (int)period.TotalMilliseconds);
        Assert.Equal(0, requests * 1000 % (int)period.TotalMilliseconds);
    });
}
