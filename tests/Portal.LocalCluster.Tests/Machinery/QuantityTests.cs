using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Machinery;

public class QuantityTests
{
    [Theory]
    [InlineData("0", "0")]
    [InlineData("500m", "500m")]
    [InlineData("0.5", "500m")]
    [InlineData("1000m", "1")]
    [InlineData("2", "2")]
    [InlineData("1500", "1500")]
    [InlineData("1000", "1k")]
    [InlineData("1024Mi", "1Gi")]
    [InlineData("1.5Gi", "1536Mi")]
    [InlineData("1000Ki", "1000Ki")]
    [InlineData("3e2", "300")]
    [InlineData("0.0001", "100u")]
    public void ToString_OfAParsedQuantity_IsCanonical(string text, string canonical) => Assert.Equal(canonical, Quantity.Parse(text).ToString());

    [Theory]
    [InlineData("")]
    [InlineData("abc")]
    [InlineData("1 Gi")]
    [InlineData("1GB")]
    [InlineData("--1")]
    public void TryParse_OfSomethingElse_IsFalse(string text) => Assert.False(Quantity.TryParse(text, out _));

    [Fact]
    public void Sum_OfTenths_IsExact()
    {
        var sum = Enumerable.Repeat(Quantity.Parse("100m"), 10).Aggregate(Quantity.Zero, (total, tenth) => total + tenth);
        Assert.Equal("1", sum.ToString());
        Assert.True(Quantity.Parse("999m") < sum);
    }
}
