using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Workloads;

public class WorkloadQueueTests
{
    [Theory]
    [InlineData("full", true, "default", "mlops-interactive")]
    [InlineData("full", false, "default", null)] // Kueue takes nothing that names a class that is not there
    [InlineData("plain", true, null, null)]
    public void Queued_InAPlace_NamesWhatIsThere(string place, bool hasPriorities, string? queue, string? priority)
    {
        var made = new JsonObject { ["metadata"] = new JsonObject() }.Queued(Places.Of(place) with { HasPriorities = hasPriorities }, PriorityClass.Interactive);

        Assert.Equal((queue, priority), (made.Text("metadata", "labels", WorkloadQueue.Label), made.Text("metadata", "labels", PriorityClass.Label)));
    }
}
