using Portal.Components.Pages.Hardware;
using Portal.Core.Hardware;

namespace Portal.Components.Tests.Hardware;

public class PoolFormTests
{
    private static readonly PoolProposal North = new("A100", "nvidia.com/gpu", new Dictionary<string, string>(), [], 8, ["n1"], false, null) { Cluster = "North" };
    private static readonly PoolProposal South = North with { Name = "H100", Count = 4, Cluster = "South" };

    [Fact]
    public void Follow_AnotherProposal_ReplacesWhatNobodyTyped()
    {
        var form = new PoolForm();
        form.Follow(North, null, []);
        form.Follow(South, North, []);

        Assert.Equal(("H100", 4m, 0m), (form.Name, form.Capacity, form.PricePerHour));
    }

    [Fact]
    public void Follow_AfterTyping_KeepsWhatWasTyped()
    {
        var form = new PoolForm();
        form.Follow(North, null, []);
        (form.Name, form.Capacity, form.PricePerHour) = ("Large models", 2, 3.5m);
        form.Follow(South, North, []);

        Assert.Equal(("Large models", 2m, 3.5m), (form.Name, form.Capacity, form.PricePerHour));
    }

    [Theory]
    [InlineData("model=a100\nzone=", null)]
    [InlineData("model=a100\na100", "a100")]
    [InlineData("model=a100\nmodel = h100", "model = h100")]
    public void Missing_LineThatIsNoLabelOrNamesAKeyAgain_IsSaid(string labels, string? bad)
    {
        var form = new PoolForm { Name = "A100", Capacity = 8, PricePerHour = 1, Labels = labels };

        Assert.Equal(bad, form.Missing?.Arguments["label"]);
    }

    [Fact]
    public void Follow_NameThatAnotherClustersPoolHas_IsToldApartByTheCluster()
    {
        var form = new PoolForm();
        form.Follow(North, null, ["A100"]);

        Assert.Equal("A100 North", form.Name);
    }
}
