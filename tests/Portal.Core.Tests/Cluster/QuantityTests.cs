using System.Globalization;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Cluster;

/// <summary>Amounts as Kubernetes writes them.</summary>
public class QuantityTests
{
    [Theory]
    [InlineData("2", "2")]
    [InlineData("250m", "0.25")]
    [InlineData("0.5", "0.5")]
    [InlineData("64Gi", "68719476736")]
    [InlineData("1G", "1000000000")]
    [InlineData("1e3", "1000")]
    [InlineData("1Ei", "1152921504606846976")]
    [InlineData("2E", "2000000000000000000")]
    [InlineData("1E3", "1000")]
    [InlineData("100Ei", "9223372036854775807")] // more than Kubernetes can count
    [InlineData("9e30", "9223372036854775807")]
    [InlineData("-9e30", "-9223372036854775807")]
    [InlineData("NaN", null)]
    [InlineData("many", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public void Parse_GivesBaseUnits_OrNullForWhatIsNone(string? text, string? expected) =>
        Assert.Equal(expected is null ? null : decimal.Parse(expected, CultureInfo.InvariantCulture), Quantity.Parse(text));
}
