using System.Text.Json.Nodes;
using Microsoft.Extensions.Time.Testing;
using Portal.Core.Health;
using Portal.Core.Tests.Workloads;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Health;

/// <summary>Nothing is "starting" or "pending" for more than two minutes without a reason.</summary>
public class PatienceTests
{
    private static readonly JsonObject Controller = Object("""{"metadata":{"name":"nb"}}""");
    private readonly FakeTimeProvider _clock = new(Places.Now);

    public static TheoryData<string, string, string, string> Silent => new()
    {
        { "nothing at all", "", "", "start.not_taken" },
        { "a controller that makes no pod", "controller", "", "start.no_pod" },
        { "a pod that no scheduler has seen", "controller", """{"status":{"phase":"Pending"}}""", "start.no_scheduler" },
        { "a placed pod of which its node says nothing", "controller",
            """{"spec":{"nodeName":"gpu-1"},"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"True"}]}}""", "start.node_silent" },
        { "a container that is being made", "controller",
            """{"spec":{"nodeName":"gpu-1"},"status":{"phase":"Pending","containerStatuses":[{"name":"nb","image":"i","state":{"waiting":{"reason":"ContainerCreating"}}}]}}""",
            "start.preparing" },
        { "a program that does not answer", "controller",
            """{"spec":{"nodeName":"gpu-1"},"status":{"phase":"Running","containerStatuses":[{"name":"nb","image":"i","state":{"running":{}}}]}}""",
            "start.not_answering" },
        { "a pod that does not go", "controller", """{"metadata":{"deletionTimestamp":"2026-03-02T09:00:00Z"},"status":{"phase":"Running"}}""", "start.replacing_slow" },
        { "a gated pod of which Kueue says nothing", "controller",
            """{"status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False","reason":"SchedulingGated","message":""}]}}""", "start.queue_silent" },
    };

    [Theory, MemberData(nameof(Silent))]
    public void After_TwoMinutesOfSilence_NamesWhatIsKnown(string what, string controller, string pod, string reason)
    {
        var facts = new StartFacts(controller.Length == 0 ? null : Controller, null, pod.Length == 0 ? null : Object(pod), []);
        var status = facts.Pod is { } p ? PodHealth.From(p) : new WorkloadStatus(WorkloadState.Starting, "pod.creating");

        _clock.Advance(Patience.Limit);
        Assert.Equal(status, Patience.After(status, facts, Places.Now, _clock.GetUtcNow()));
        _clock.Advance(TimeSpan.FromSeconds(1));
        var after = Patience.After(status, facts, Places.Now, _clock.GetUtcNow());

        Assert.Equal((what, reason, "2"), (what, after.Reason, after.Arguments["minutes"]));
        Assert.Equal(WorkloadState.Attention, after.State);
    }

    // Forty-five minutes after it was asked for, one minute after what is last.
    [Theory]
    [InlineData("a pod that was made again", """{"metadata":{"creationTimestamp":"2026-03-02T09:44:00Z"},"status":{"phase":"Pending"} }""", "{}")]
    [InlineData("a pod that was let go on", """
        {"metadata":{"creationTimestamp":"2026-03-02T09:00:00Z"},"spec":{"nodeName":"n"},
        "status":{"phase":"Pending","conditions":[{"type":"PodScheduled","status":"True","lastTransitionTime":"2026-03-02T09:44:00Z"}]} }
        """, "{}")]
    [InlineData("a server that no longer answers", """
        {"metadata":{"creationTimestamp":"2026-03-01T09:00:00Z"},"spec":{"nodeName":"n"},
        "status":{"phase":"Running","conditions":[{"type":"Ready","status":"False","lastTransitionTime":"2026-03-02T09:44:00Z"}],
        "containerStatuses":[{"name":"nb","image":"i","state":{"running":{} } }]} }
        """, "{}")]
    [InlineData("a pod that is being taken away", """
        {"metadata":{"creationTimestamp":"2026-03-01T09:00:00Z","deletionTimestamp":"2026-03-02T09:44:00Z"},"status":{"phase":"Pending"} }
        """, "{}")]
    [InlineData("quota that came late", "", """
        {"status":{"conditions":[{"type":"Admitted","status":"True","lastTransitionTime":"2026-03-02T09:44:00Z"}]} }
        """)]
    public void After_LongWait_CountsFromTheLastThatMovedIt(string what, string pod, string workload)
    {
        var facts = new StartFacts(Controller, Object(workload), pod.Length == 0 ? null : Object(pod), []);
        var status = facts.Pod is { } p ? PodHealth.From(p) : new WorkloadStatus(WorkloadState.Starting, "pod.creating");

        Assert.Equal((what, status), (what, Patience.After(status, facts, Places.Now, Places.Now.AddMinutes(45))));
        var after = Patience.After(status, facts, Places.Now, Places.Now.AddMinutes(46.5));
        Assert.Equal((what, WorkloadState.Attention, "2"), (what, after.State, after.Arguments["minutes"]));
    }

    [Theory]
    [InlineData("FailedMount", "MountVolume.SetUp failed for volume \"data\" : secret \"s3\" not found", "pod.config_missing")]
    [InlineData("FailedAttachVolume", "Multi-Attach error for volume \"pvc-1\" Volume is already used by pod(s) nb-0", "pod.volume_in_use")]
    [InlineData("FailedCreatePodSandBox", "Failed to create pod sandbox: plugin type=\"calico\" failed (add)", "pod.sandbox")]
    [InlineData("Unhealthy", "Readiness probe failed: Get \"http://10.0.0.8:8888/api\": connection refused", "pod.probe_failing")]
    public void After_SilentPodWithAWarning_NamesTheWarning(string reason, string message, string cause)
    {
        var pod = RecordedPods.Get("creating");
        var facts = new StartFacts(Controller, null, pod, [RecordedEvents.Warning(reason, message)]);

        var status = Patience.After(PodHealth.From(pod), facts, Places.Now, Places.Now.AddMinutes(5));

        Assert.Equal((cause, message), (status.Reason, status.Detail));
    }

    [Fact]
    public void After_ImageStillBeingFetched_SaysSoAndAsksForNobody()
    {
        var pod = RecordedPods.Get("creating");
        pod["spec"] = new JsonObject { ["nodeName"] = "gpu-1" };
        var facts = new StartFacts(Controller, null, pod, [RecordedEvents.Normal("Pulling", "Pulling image \"registry.example/none:1\"")]);

        var status = Patience.After(PodHealth.From(pod), facts, Places.Now, Places.Now.AddMinutes(5));

        Assert.Equal((WorkloadState.Starting, "start.pulling", "gpu-1", "registry.example/none:1"),
            (status.State, status.Reason, status.Arguments["node"], status.Arguments["image"]));
    }

    [Fact]
    public void After_ReasonThatIsNamed_StaysHoweverLong()
    {
        var status = PodHealth.From(RecordedPods.Get("unschedulable"));

        Assert.Equal(status, Patience.After(status, new StartFacts(Controller, null, null, []), Places.Now, Places.Now.AddDays(1)));
    }

    private static JsonObject Object(string json) => JsonNode.Parse(json)!.AsObject();
}
