using Bunit;
using Portal.Components.Pages.Workloads;
using Portal.Components.Tests.Shared;
using Portal.Core.Workloads;

namespace Portal.Components.Tests.Workloads;

public class AcceleratorChoiceTests : PortalContext
{
    [Theory]
    [InlineData(1, null)]
    [InlineData(4, "4 of these would be borrowed")]
    public void Borrowed_CountsTheAcceleratorsOfAllNodes(int nodes, string? said)
    {
        var offer = new AcceleratorOffer(Guid.NewGuid(), "A100", "a100", "nvidia.com/gpu", 4, 1) { Idle = 4, MayBorrow = 8 };

        var choice = Render<AcceleratorChoice>(p => p.Add(x => x.Offers, [offer]).Add(x => x.PoolId, offer.PoolId).Add(x => x.Amount, 2).Add(x => x.Nodes, nodes));

        Assert.Equal(said is not null, choice.FindAll("[role=note]").Count == 1);
        Assert.Contains(said ?? "", choice.Markup, StringComparison.Ordinal);
        Assert.Equal(nodes > 1, choice.Markup.Contains("8 on 4 nodes", StringComparison.Ordinal));
        Assert.Equal(nodes > 1 ? "3" : "12", choice.Find("input").GetAttribute("max"));
    }
}
