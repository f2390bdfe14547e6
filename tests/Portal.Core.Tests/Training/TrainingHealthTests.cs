using System.Text.Json.Nodes;
using Portal.Core.Health;
using Portal.Core.Tests.Workloads;
using Portal.Core.Training;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Training;

public class TrainingHealthTests
{
    private const string Waiting = "couldn't assign flavors to pod set main: insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed";

    [Theory]
    [InlineData(null, "ready", WorkloadState.Running, "")]
    [InlineData(null, "not-ready", WorkloadState.Running, "")]
    [InlineData(null, "creating", WorkloadState.Starting, "pod.starting")]
    [InlineData(null, "err-image-pull", WorkloadState.Attention, "pod.image_missing")]
    [InlineData(null, "unschedulable", WorkloadState.Pending, "pod.no_room")]
    [InlineData(null, "succeeded", WorkloadState.Running, "training.finishing")]
    [InlineData(null, "ended", WorkloadState.Running, "training.finishing")]
    [InlineData(null, null, WorkloadState.Starting, "pod.creating")]
    [InlineData("Complete:", "succeeded", WorkloadState.Succeeded, "")]
    [InlineData("Failed:BackoffLimitExceeded", "failed", WorkloadState.Failed, "pod.exit_code")]
    [InlineData("Failed:BackoffLimitExceeded", "failed-out-of-memory", WorkloadState.Failed, "pod.out_of_memory")]
    [InlineData("Failed:BackoffLimitExceeded", "evicted", WorkloadState.Failed, "pod.evicted_memory")]
    [InlineData("Failed:BackoffLimitExceeded", null, WorkloadState.Failed, "training.failed")]
    [InlineData("Failed:DeadlineExceeded", null, WorkloadState.Failed, "training.time_limit")]
    public void From_RecordedJobAndPod_IsStateAndReason(string? condition, string? pod, WorkloadState state, string reason)
    {
        var status = TrainingHealth.From(Run(), Facts(condition, pod), Places.Now.AddSeconds(20));

        Assert.Equal((state, reason), (status.State, status.Reason));
    }

    [Theory]
    [InlineData("unschedulable", WorkloadState.Attention, "pod.no_room")]
    [InlineData("image-pull-back-off", WorkloadState.Attention, "pod.image_pull")]
    [InlineData("crash-loop", WorkloadState.Attention, "pod.crash_loop")]
    [InlineData("failed-out-of-memory", WorkloadState.Running, "")]
    [InlineData("ready", WorkloadState.Running, "")]
    [InlineData("creating", WorkloadState.Running, "")]
    public void From_LeaderRunsAndAnotherNode_IsWhatHoldsTheOther(string other, WorkloadState state, string reason)
    {
        var facts = Facts(null, "ready");

        var status = TrainingHealth.From(Run(), facts with { Pods = [facts.Pod!, RecordedPods.Get(other)] }, Places.Now.AddSeconds(20));

        Assert.Equal((state, reason), (status.State, status.Reason));
    }

    [Theory]
    [InlineData("""{"exitCode":143,"reason":"Error"}""", """{"exitCode":137,"reason":"OOMKilled"}""", "pod.out_of_memory")]
    [InlineData("""{"exitCode":1,"reason":"Error","finishedAt":"2026-03-02T09:10:09Z"}""", """{"exitCode":137,"reason":"OOMKilled"}""", "pod.out_of_memory")]
    [InlineData("""{"exitCode":137,"reason":"Error"}""", """{"exitCode":3,"reason":"Error"}""", "pod.exit_code")]
    [InlineData("""{"exitCode":1,"reason":"Error","finishedAt":"2026-03-02T09:10:09Z"}""", """{"exitCode":3,"reason":"Error","finishedAt":"2026-03-02T09:10:05Z"}""", "pod.exit_code", "3")]
    [InlineData("""{"exitCode":143,"reason":"Error"}""", """{"exitCode":137,"reason":"Error"}""", "pod.killed")]
    public void From_RunOnSeveralNodesThatFailed_SaysWhatFailedAndNotWhatWasStopped(string leader, string other, string reason, string? code = null)
    {
        var facts = Facts("Failed:BackoffLimitExceeded", null);
        JsonObject[] pods = [Ended(leader), Ended(other)];

        var status = TrainingHealth.From(Run(), facts with { Pod = pods[0], Pods = pods }, Places.Now.AddSeconds(20));

        Assert.Equal((WorkloadState.Failed, reason), (status.State, status.Reason));
        if (code is not null)
            Assert.Equal(code, status.Arguments["code"]);
    }

    [Theory]
    [InlineData("""{"terminated":{"exitCode":3,"startedAt":"2026-03-02T09:00:05Z","finishedAt":"2026-03-02T09:10:05Z"} }""", "training.finishing", 3)]
    [InlineData("""{"running":{"startedAt":"2026-03-02T09:00:05Z"} }""", "", null)]
    public void From_PodWithASidecarThatIsListedFirst_IsWhatTheProgramDoes(string program, string reason, int? code)
    {
        var pod = JsonNode.Parse($$"""
            {"metadata":{"name":"run"},"spec":{"containers":[{"name":"training"},{"name":"istio-proxy"}]},"status":{"phase":"Running","containerStatuses":[
            {"name":"istio-proxy","state":{"running":{"startedAt":"2026-03-02T09:00:01Z"} } },{"name":"training","state":{{program}} }]} }
            """)!.AsObject();
        var facts = Facts(null, null) with { Pod = pod, Pods = [pod] };

        var status = TrainingHealth.From(Run(), facts, Places.Now.AddSeconds(20));

        Assert.Equal((WorkloadState.Running, reason), (status.State, status.Reason));
        Assert.Equal(Places.Now.AddSeconds(5), TrainingHealth.StartedAt(pod));
        Assert.Equal((code is null ? null : Places.Now.AddSeconds(605), code), TrainingHealth.Ending(facts));
    }

    [Fact]
    public void LastTry_OfPodsOfEarlierTriesAsWell_IsTheNewestOfEachNode()
    {
        JsonObject[] newestFirst = [Pod("d", "run", "0"), Pod("c", "run", "1"), Pod("b", "run", "1"), Pod("a", "run", "0"), Pod("head", null, null), Pod("worker", null, null)];

        Assert.Equal(["d", "c", "head", "worker"], TrainingPods.LastTry(newestFirst).Select(p => p["metadata"]!["name"]!.ToString()));

        static JsonObject Pod(string name, string? job, string? index) => JsonNode.Parse($$"""
            {"metadata":{"name":"{{name}}","labels":{{(job is null ? "{}" : $$"""{"batch.kubernetes.io/job-name":"{{job}}","batch.kubernetes.io/job-completion-index":"{{index}}"}""")}} } }
            """)!.AsObject();
    }

    [Fact]
    public void From_QueuedForQuota_SaysNeededFreeAndShort()
    {
        var status = TrainingHealth.From(Run(), Facts(null, null) with { Workload = Workload(Waiting, "2"), QueuePosition = 3 }, Places.Now);

        Assert.Equal((WorkloadState.Pending, "quota.waiting_behind"), (status.State, status.Reason));
        Assert.Equal(("nvidia.com/gpu", "h100", "2", "1", "1", "3"), (status.Arguments["resource"], status.Arguments["flavor"],
            status.Arguments["needed"], status.Arguments["free"], status.Arguments["short"], status.Arguments["position"]));
    }

    [Fact]
    public void From_QueueThatSaysNothing_IsNamedAfterAWhile()
    {
        var silent = Workload(Waiting, "2");
        silent.Remove("status");
        var facts = Facts(null, null) with { Workload = silent };

        Assert.Equal("quota.queued", TrainingHealth.From(Run(), facts, Places.Now + Patience.Limit).Reason);
        var after = TrainingHealth.From(Run(), facts, Places.Now + Patience.Limit + TimeSpan.FromSeconds(1));

        Assert.Equal((WorkloadState.Attention, "start.queue_silent", "2"), (after.State, after.Reason, after.Arguments["minutes"]));
    }

    [Theory]
    [InlineData("insufficient quota for nvidia.com/gpu in flavor h100, request > maximum capacity (8)", "quota.never_fits")]
    [InlineData("couldn't assign flavors to pod set main: resource nvidia.com/gpu unavailable in ClusterQueue", "quota.not_granted")]
    [InlineData("LocalQueue default doesn't exist", "quota.no_queue")]
    public void From_QueueThatWillNeverServeIt_AsksForAttention(string message, string reason)
    {
        var status = TrainingHealth.From(Run(), Facts(null, null) with { Workload = Workload(message, "9") }, Places.Now);

        Assert.Equal((WorkloadState.Attention, reason), (status.State, status.Reason));
    }

    [Fact]
    public void From_StopAsked_IsStoppingUntilNothingIsLeft()
    {
        var run = Run();
        run.StopRequested = true;

        Assert.Equal(WorkloadState.Stopping, TrainingHealth.From(run, Facts(null, "ready"), Places.Now).State);
        Assert.Equal(WorkloadState.Stopped, TrainingHealth.From(run, new TrainingFacts(null, null, null, [], 0), Places.Now).State);
    }

    [Fact]
    public void From_JobTakenAwayBySomebodyElse_IsFailedNotPending()
    {
        var status = TrainingHealth.From(Run(), new TrainingFacts(null, null, null, [], 0), Places.Now);

        Assert.Equal((WorkloadState.Failed, "training.vanished"), (status.State, status.Reason));
    }

    [Fact]
    public void Position_AmongWaiting_CountsOlderOnesOfTheQueue()
    {
        var mine = Workload(Waiting, "2", "b", "2026-03-02T09:00:01Z");
        JsonObject[] all = [Workload(Waiting, "1", "a", "2026-03-02T09:00:01Z"), mine, Workload(Waiting, "1", "c", "2026-03-02T09:00:02Z")];

        Assert.Equal(2, QueueHealth.Position(mine, all));
    }

    [Fact]
    public void Position_WithPriorities_CountsThoseFirst()
    {
        var mine = Workload(Waiting, "2", "a", "2026-03-02T09:00:00Z");
        var urgent = Workload(Waiting, "1", "b", "2026-03-02T09:30:00Z");
        urgent["spec"]!["priority"] = 100;

        Assert.Equal((2, 1), (QueueHealth.Position(mine, [mine, urgent]), QueueHealth.Position(urgent, [mine, urgent])));
    }

    [Fact]
    public void Position_BehindOneThatWasDeactivated_DoesNotCountIt()
    {
        var mine = Workload(Waiting, "2", "b");
        var off = Workload(Waiting, "1", "a");
        off["spec"]!["active"] = false;

        Assert.Equal((1, 0), (QueueHealth.Position(mine, [off, mine]), QueueHealth.Position(off, [off, mine])));
    }

    [Fact]
    public void From_QueuedWithASidecarAndLimitsOnly_CountsWhatItsPodsTake()
    {
        var workload = Workload(Waiting, "2");
        var spec = workload["spec"]!["podSets"]![0]!["template"]!["spec"]!;
        spec["containers"]![0]!["resources"] = JsonNode.Parse("""{"limits":{"nvidia.com/gpu":"2"} }""");
        spec["initContainers"] = JsonNode.Parse("""[{"restartPolicy":"Always","resources":{"limits":{"nvidia.com/gpu":"1"} } }]""");

        Assert.Equal(("3", "2"), (QueueHealth.From(workload)!.Arguments["needed"], QueueHealth.From(workload)!.Arguments["free"]));
    }

    [Fact]
    public void Use_OfARun_IsAmountsTimesHours()
    {
        var run = Run();
        (run.CpuMilli, run.MemoryMiB, run.Accelerators, run.PricePerHour) = (500, 2048, 2, 6m);
        (run.StartedAt, run.FinishedAt) = (Places.Now, Places.Now.AddMinutes(30));

        Assert.Equal(new TrainingUse(0.5, 0.25, 1, 1, 3m), TrainingUse.From(run, [], Places.Now.AddDays(1)));
    }

    private static JsonObject Ended(string terminated) => JsonNode.Parse($$"""
        {"metadata":{"name":"run"},"status":{"phase":"Failed","containerStatuses":[{"name":"main","state":{"terminated":{{terminated}} } }]} }
        """)!.AsObject();

    private static TrainingRun Run() => new() { ObservedGeneration = 1, IntentChangedAt = Places.Now, TimeLimitMinutes = 60 };

    private static TrainingFacts Facts(string? condition, string? pod)
    {
        var job = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "run" }, ["spec"] = new JsonObject { ["suspend"] = false } };
        if (condition?.Split(':') is [var type, var reason])
        {
            job["status"] = new JsonObject
            {
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = type, ["status"] = "True", ["reason"] = reason }),
            };
        }
        return new TrainingFacts(job, pod is null ? null : RecordedPods.Get(pod), null, [], 0);
    }

    private static JsonObject Workload(string message, string gpus, string name = "w", string created = "2026-03-02T09:00:00Z")
    {
        var requests = new JsonObject { ["cpu"] = "500m", ["nvidia.com/gpu"] = gpus };
        var container = new JsonObject { ["resources"] = new JsonObject { ["requests"] = requests } };
        var template = new JsonObject { ["spec"] = new JsonObject { ["containers"] = new JsonArray(container) } };
        var reserved = new JsonObject { ["type"] = "QuotaReserved", ["status"] = "False", ["reason"] = "Pending", ["message"] = message };
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["creationTimestamp"] = created },
            ["spec"] = new JsonObject
            {
                ["queueName"] = "default",
                ["active"] = true,
                ["podSets"] = new JsonArray(new JsonObject { ["name"] = "main", ["count"] = 1, ["template"] = template }),
            },
            ["status"] = new JsonObject { ["conditions"] = new JsonArray(reserved) },
        };
    }
}
