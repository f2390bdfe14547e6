using System.Globalization;
using System.Text.Json.Nodes;
using Portal.Core.Health;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Tests.Workloads;
using Portal.Core.Workloads;

namespace Portal.Core.Tests.Notebooks;

public class NotebookHealthTests
{
    private static readonly JsonObject Set = JsonNode.Parse("""{"kind":"StatefulSet","metadata":{"name":"nb","uid":"u1"}}""")!.AsObject();

    [Theory]
    [InlineData("ready", WorkloadState.Running, "")]
    [InlineData("not-ready", WorkloadState.Starting, "pod.not_ready")]
    [InlineData("creating", WorkloadState.Starting, "pod.starting")]
    [InlineData("err-image-pull", WorkloadState.Attention, "pod.image_missing")]
    [InlineData("image-pull-back-off", WorkloadState.Attention, "pod.image_pull")]
    [InlineData("unschedulable", WorkloadState.Pending, "pod.no_room")]
    [InlineData("no-node", WorkloadState.Pending, "pod.no_node")]
    [InlineData("crash-loop", WorkloadState.Attention, "pod.crash_loop")]
    [InlineData("out-of-memory", WorkloadState.Attention, "pod.out_of_memory")]
    [InlineData("config-error", WorkloadState.Attention, "pod.config_missing")]
    [InlineData("evicted", WorkloadState.Attention, "pod.evicted_memory")]
    [InlineData("deleting", WorkloadState.Starting, "pod.replacing")]
    public void From_RecordedPod_IsStateAndReason(string pod, WorkloadState state, string reason)
    {
        var status = NotebookHealth.From(Running(), new NotebookFacts(Set, RecordedPods.Get(pod), null, []), Places.Now.AddSeconds(30));

        Assert.Equal((state, reason), (status.State, status.Reason));
    }

    [Theory]
    [InlineData("creating", "start.preparing", "3")]
    [InlineData("not-ready", "start.not_answering", "3")]
    [InlineData("deleting", "start.replacing_slow", "2")]
    public void From_StartingForMoreThanTwoMinutes_AsksForAttentionAndSaysWhatHoldsIt(string pod, string reason, string minutes)
    {
        var status = NotebookHealth.From(Running(), new NotebookFacts(Set, RecordedPods.Get(pod), null, []), Places.Now.AddMinutes(3));

        Assert.Equal((WorkloadState.Attention, reason, minutes), (status.State, status.Reason, status.Arguments["minutes"]));
    }

    [Theory]
    [InlineData("insufficient unused quota for nvidia.com/gpu in flavor h100, 1 more needed", "quota.waiting")]
    [InlineData("ClusterQueue ml-credit-risk is inactive", "quota.no_queue")]
    [InlineData("LocalQueue default is stopped", "quota.stopped")]
    public void From_PodThatTheQueueHolds_SaysWhatTheQueueSays(string message, string reason)
    {
        var status = NotebookHealth.From(Running(), new NotebookFacts(Set, RecordedPods.Get("gated"), Queued(message), []), Places.Now.AddMinutes(45));

        Assert.Equal(reason, status.Reason);
    }

    [Theory]
    [InlineData("ClusterQueue ml-credit-risk is inactive")]
    [InlineData("LocalQueue default is stopped")]
    public void From_PodThatTheQueueOfAFrozenProjectHolds_IsTheFreeze(string message)
    {
        var status = NotebookHealth.From(Running(), new NotebookFacts(Set, RecordedPods.Get("gated"), Queued(message), []), Places.Now);

        Assert.Equal("project.frozen_waits", FrozenProject.Explain(new Project { FrozenAt = Places.Now }, status).Reason);
    }

    [Fact]
    public void From_GatedPodOfWhichKueueSaysNothing_IsNamedAfterAWhile()
    {
        var facts = new NotebookFacts(Set, RecordedPods.Get("gated"), null, []);

        Assert.Equal(("quota.queued", ""), (NotebookHealth.From(Running(), facts, Places.Now).Reason, NotebookHealth.From(Running(), facts, Places.Now).Detail));
        Assert.Equal("start.queue_silent", NotebookHealth.From(Running(), facts, Places.Now.AddMinutes(3)).Reason);
    }

    [Theory]
    [InlineData("u1", null)]
    [InlineData(null, "pod-uid")]
    public void Find_WorkloadOfTheNotebookOrOfItsPod_IsFound(string? job, string? owner)
    {
        var workload = Queued("");
        workload["metadata"] = new JsonObject
        {
            ["labels"] = new JsonObject { ["kueue.x-k8s.io/job-uid"] = job },
            ["ownerReferences"] = new JsonArray(new JsonObject { ["uid"] = owner }),
        };
        var pod = RecordedPods.Get("gated");
        pod["metadata"]!["uid"] = "pod-uid";

        Assert.Same(workload, QueueHealth.Find([Queued(""), workload], Set, pod));
        Assert.Equal(job is null ? null : workload, QueueHealth.Find([workload], Set, null));
    }

    [Fact]
    public void From_QuotaRefusedThePod_SaysWhichAndHowMuch()
    {
        const string Message = "create Pod nb-0 in StatefulSet nb failed error: pods \"nb-0\" is forbidden: exceeded quota: project-limits, "
            + "requested: requests.nvidia.com/gpu=2, used: requests.nvidia.com/gpu=3, limited: requests.nvidia.com/gpu=4";

        var status = NotebookHealth.From(Running(), new NotebookFacts(Set, null, null, [RecordedEvents.Warning("FailedCreate", Message)]), Places.Now);

        Assert.Equal((WorkloadState.Pending, "namespace.quota_exceeded"), (status.State, status.Reason));
        Assert.Equal(("requests.nvidia.com/gpu", "2", "3", "4"),
            (status.Arguments["resource"], status.Arguments["requested"], status.Arguments["used"], status.Arguments["limited"]));
    }

    [Theory]
    [InlineData("2026-01-01T00:00:00Z", true)]
    [InlineData("odh-notebook-controller-lock", false)] // the controller's own, for a moment
    [InlineData(null, false)]
    public void IsStoppedElsewhere_TellsTheirMarkFromOurs(string? mark, bool elsewhere)
    {
        var notebook = Running();
        notebook.Intent = NotebookIntent.Stopped;
        var seen = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { [NotebookManifests.StoppedAnnotation] = mark ?? NotebookManifests.StopMark(notebook) } } };

        Assert.Equal(elsewhere, NotebookManifests.IsStoppedElsewhere(notebook, seen));
        Assert.Equal(elsewhere ? "notebook.stopped_elsewhere" : "", NotebookHealth.From(notebook, new NotebookFacts(seen, null, null, []), Places.Now).Reason);
    }

    [Theory]
    [InlineData(null, true)]
    [InlineData("2026-01-01T00:00:00Z", false)]
    public void IsStartedElsewhere_IsAMarkThatIsGone(string? mark, bool started)
    {
        var notebook = Running();
        notebook.Intent = NotebookIntent.Stopped;
        var annotations = new JsonObject();
        if (mark is not null)
            annotations[NotebookManifests.StoppedAnnotation] = mark;
        // However soon after it was made: the cluster's clock knows no parts of a second.
        var seen = new JsonObject
        {
            ["kind"] = "Notebook",
            ["metadata"] = new JsonObject { ["creationTimestamp"] = Places.Now.ToString("O"), ["annotations"] = annotations },
        };

        Assert.Equal(started, NotebookManifests.IsStartedElsewhere(notebook, seen));
        Assert.False(NotebookManifests.IsStartedElsewhere(notebook, Set));
    }

    [Theory]
    [InlineData(NotebookIntent.Stopped, 1, true, "cluster.owned_by_other")]
    [InlineData(NotebookIntent.Stopped, 0, true, "pod.slow_stop")]
    [InlineData(NotebookIntent.Running, 0, false, "cluster.owned_by_other")]
    [InlineData(NotebookIntent.Deleted, 1, true, "pod.slow_stop")]
    public void From_ReplicasThatWereLeftToOthers_BlamesNoNode(NotebookIntent intent, int replicas, bool runs, string reason)
    {
        var notebook = Running();
        (notebook.Intent, notebook.ObservedGeneration) = (intent, notebook.Generation);
        var set = (JsonObject)Set.DeepClone();
        set["spec"] = new JsonObject { ["replicas"] = replicas };

        var status = NotebookHealth.From(notebook, new NotebookFacts(set, runs ? RecordedPods.Get("ready") : null, null, []), Places.Now.AddMinutes(10));

        Assert.Equal((WorkloadState.Attention, reason), (status.State, status.Reason));
    }

    [Fact]
    public void From_Stopped_SaysWhetherItWasIdle()
    {
        var notebook = Running();
        notebook.Intent = NotebookIntent.Stopped;
        Assert.Equal(WorkloadState.Stopping, NotebookHealth.From(notebook, new(Set, RecordedPods.Get("ready"), null, []), Places.Now).State);

        notebook.StoppedWhenIdle = true;
        var status = NotebookHealth.From(notebook, new NotebookFacts(Set, null, null, []), Places.Now);

        Assert.Equal((WorkloadState.Stopped, "notebook.stopped_idle", "60"), (status.State, status.Reason, status.Arguments["minutes"]));
    }

    [Theory]
    [InlineData(true, 200, null)]
    [InlineData(false, 0, 60)]
    [InlineData(false, 25, 85)]
    [InlineData(false, -300, 60)]
    public void StopsAt_ActivityAndKernel_IsIdleTimeAfterTheLastUse(bool busy, int lastActivity, int? expected) =>
        Assert.Equal(expected is { } minutes ? Places.Now.AddMinutes(minutes) : (DateTimeOffset?)null,
            IdleRule.StopsAt(Places.Now, Places.Now.AddMinutes(lastActivity), busy, TimeSpan.FromMinutes(60)));

    private static JsonObject Queued(string message) => new()
    {
        ["status"] = new JsonObject
        {
            ["conditions"] = new JsonArray(new JsonObject { ["type"] = "QuotaReserved", ["status"] = "False", ["reason"] = "Pending", ["message"] = message }),
        },
    };

    private static Notebook Running() => new() { Intent = NotebookIntent.Running, IntentChangedAt = Places.Now, IdleMinutes = 60 };
}
