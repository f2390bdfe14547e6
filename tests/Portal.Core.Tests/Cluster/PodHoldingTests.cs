using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Core.Tests.Cluster;

/// <summary>What a pod holds of its node, as the scheduler counts it.</summary>
public class PodHoldingTests
{
    [Theory]
    [InlineData("two containers", """{"containers":[{"resources":{"requests":{"cpu":"1"} } },{"resources":{"requests":{"cpu":"2"} } }]}""", 3)]
    [InlineData("a step that asks for more", """
        {"initContainers":[{"resources":{"requests":{"cpu":"4"} } }],"containers":[{"resources":{"requests":{"cpu":"1"} } }]}
        """, 4)]
    [InlineData("a sidecar", """
        {"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"} } }],"containers":[{"resources":{"requests":{"cpu":"1"} } }]}
        """, 3)]
    [InlineData("a step beside a sidecar", """
        {"initContainers":[{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"} } },{"resources":{"requests":{"cpu":"4"} } }],
        "containers":[{"resources":{"requests":{"cpu":"1"} } }]}
        """, 6)]
    [InlineData("a step before a sidecar", """
        {"initContainers":[{"resources":{"requests":{"cpu":"4"} } },{"restartPolicy":"Always","resources":{"requests":{"cpu":"2"} } }],
        "containers":[{"resources":{"requests":{"cpu":"1"} } }]}
        """, 4)]
    [InlineData("what its runtime adds", """{"overhead":{"cpu":"250m"},"containers":[{"resources":{"requests":{"cpu":"1"} } }]}""", 1.25)]
    public void RequestsOf_Pod_IsWhatTheSchedulerCounts(string what, string spec, double cores) =>
        Assert.Equal((what, (decimal)cores), (what, PodHolding.RequestsOf(JsonNode.Parse(spec))["cpu"]));
}
