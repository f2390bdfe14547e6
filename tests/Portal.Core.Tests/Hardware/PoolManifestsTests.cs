using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Hardware;

namespace Portal.Core.Tests.Hardware;

public class PoolManifestsTests
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    [Fact]
    public void Flavor_Pool_IsTheGoldenFile()
    {
        var pool = new HardwarePool
        {
            Id = new Guid("00000000-0000-7000-8000-00000000abcd"),
            Name = "A100 80 GB",
            Slug = "a100-80-gb",
            ResourceName = "nvidia.com/gpu",
            NodeLabels = { ["nvidia.com/gpu.product"] = "A100-SXM4-80GB" },
            Taints = [new NodeTaint("nvidia.com/gpu", "", "NoSchedule"), new NodeTaint("team", "risk", "NoExecute")],
        };

        var text = PoolManifests.Flavor(pool).ToJsonString(Indented) + "\n";

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Hardware", "resource-flavor.golden.json")), text);
    }

    [Fact]
    public void Flavor_WithoutLabelsAndTaints_HasAnEmptySpec() =>
        Assert.Empty(PoolManifests.Flavor(new HardwarePool { Slug = "x" })["spec"] as JsonObject ?? throw new InvalidOperationException());
}
