using System.Text.Json.Nodes;
using Portal.Core.Health;
using Portal.Core.Tests.Workloads;

namespace Portal.Core.Tests.Health;

/// <summary>Which events are about a start that is going on.</summary>
public class ClusterEventsTests
{
    private static readonly JsonObject Controller = JsonNode.Parse("""{"metadata":{"name":"nb","uid":"u","creationTimestamp":"2026-03-02T08:00:00Z"} }""")!.AsObject();

    private static readonly JsonObject Pod = JsonNode.Parse("""
        {"metadata":{"name":"nb-0","uid":"new","creationTimestamp":"2026-03-02T09:00:00Z"},"status":{"startTime":"2026-03-02T09:05:00Z"} }
        """)!.AsObject();

    [Theory]
    [InlineData("nb-0", "new", "2026-03-02T09:05:01Z", true)]
    [InlineData("nb-0", null, "2026-03-02T09:05:00Z", true)]
    [InlineData("nb-0", "old", "2026-03-02T09:05:01Z", false)] // another pod of its name
    [InlineData("nb-0", "new", "2026-03-02T09:04:59Z", false)] // before it had its node
    [InlineData("nb", "of-its-stateful-set", "2026-03-02T09:05:01Z", true)]
    [InlineData("nb", "u", "2026-03-02T08:30:00Z", false)]
    [InlineData("other", "new", "2026-03-02T09:05:01Z", false)]
    public void About_WithAPod_AreThoseSinceItsStart(string name, string? uid, string at, bool counts) =>
        Assert.Equal(counts ? 1 : 0, ClusterEvents.About([Event(name, uid, at)], Controller, Pod).Count);

    [Theory]
    [InlineData("2026-03-02T08:00:00Z", true)]
    [InlineData("2026-03-02T07:59:00Z", false)] // of one that was deleted
    public void About_WithoutAPod_AreThoseOfItsController(string at, bool counts) =>
        Assert.Equal(counts ? 1 : 0, ClusterEvents.About([Event("nb", "u", at)], Controller, null).Count);

    private static JsonObject Event(string name, string? uid, string at)
    {
        var made = RecordedEvents.Warning("FailedMount", "no", at, name);
        if (uid is not null)
            made["involvedObject"]!["uid"] = uid;
        return made;
    }
}
