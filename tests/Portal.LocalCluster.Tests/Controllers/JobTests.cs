using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

public class JobTests
{
    [Fact]
    public async Task Job_RunsPython_CompletesWithItsLog()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Job("train", Manifests.Python, ["python3", "-c", "import os; print('in', os.environ['HOME'] != '', 'of', os.environ['PATH'])"]));

        JsonObject job = await Finished(cluster, "train");

        Assert.Equal(["SuccessCriteriaMet", "Complete"], job.Each("status", "conditions").Select(condition => condition.Text("type")));
        Assert.Equal("CompletionsReached", Conditions.Find(job, "Complete")?.Text("reason"));
        Assert.Equal(1, job.Whole("status", "succeeded"));
        Assert.NotNull(job.Text("status", "completionTime"));
        JsonObject pod = Assert.Single(cluster.PodsOf("train"));
        Assert.Equal("in True of /usr/bin:/bin", await cluster.LogAsync(pod.Name()));
        JsonObject status = Assert.Single(pod.Each("status", "containerStatuses"));
        Assert.Equal("Completed", status.Text("state", "terminated", "reason"));
        Assert.Equal("Succeeded", pod.Text("status", "phase"));
        Assert.Equal("PodCompleted", Conditions.Find(pod, "Ready")?.Text("reason"));
        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "train")!.Map("status", "uncountedTerminatedPods") is { Count: 0 }, "the pod is let go");
    }

    [Fact]
    public async Task Job_ProgramFails_FailsWithItsExitCode()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Job("bad", Manifests.Python, ["python3", "-c", "raise SystemExit(3)"]));

        JsonObject job = await Finished(cluster, "bad");

        Assert.Equal(["FailureTarget", "Failed"], job.Each("status", "conditions").Select(condition => condition.Text("type")));
        Assert.Equal("BackoffLimitExceeded", Conditions.Find(job, "Failed")?.Text("reason"));
        Assert.Equal(1, job.Whole("status", "failed"));
        JsonObject pod = Assert.Single(cluster.PodsOf("bad"));
        Assert.Equal(3, Assert.Single(pod.Each("status", "containerStatuses")).Whole("state", "terminated", "exitCode"));
        Assert.Equal("Failed", pod.Text("status", "phase"));
    }

    [Fact]
    public async Task Job_Suspended_RunsOnlyWhenReleased()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("held", Manifests.Shell, ["sh", "-c", "sleep 60"]);
        manifest["spec"]!["suspend"] = true;
        cluster.Objects.Create(manifest);
        await Eventually.True(() => Conditions.IsTrue(cluster.Objects.Find("jobs.batch", "team", "held")!, "Suspended"), "the job says it is suspended");
        Assert.Empty(cluster.PodsOf("held"));

        Suspend(cluster, "held", false);
        await Eventually.True(() => cluster.PodsOf("held").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");
        // The pod is made first, and what is said of it is written after.
        JsonObject running = await Eventually.Some(
            () => cluster.Objects.Find("jobs.batch", "team", "held") is { } job && Conditions.Find(job, "Suspended")?.Text("reason") == "JobResumed" ? job : null, "the job says it was resumed");
        Assert.NotNull(running.Text("status", "startTime"));

        Suspend(cluster, "held", true);
        await Eventually.True(() => cluster.PodsOf("held").Count == 0, "its pod goes");
        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "held")!.Text("status", "startTime") is null, "its start is forgotten");
        Assert.Null(cluster.Objects.Find("jobs.batch", "team", "held")!.Whole("status", "failed"));
    }

    [Fact]
    public async Task Job_Indexed_GivesEachPodItsNumberOnce()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("many", Manifests.Python, ["python3", "-c", "import os; print('index', os.environ['JOB_COMPLETION_INDEX'])"]);
        manifest["spec"]!["completionMode"] = "Indexed";
        (manifest["spec"]!["completions"], manifest["spec"]!["parallelism"]) = (4, 2);
        cluster.Objects.Create(manifest);

        JsonObject job = await Finished(cluster, "many");

        Assert.Equal("0-3", job.Text("status", "completedIndexes"));
        List<JsonObject> pods = [.. cluster.PodsOf("many").OrderBy(pod => pod.Label(JobIndexes.Key), StringComparer.Ordinal)];
        Assert.Equal(["0", "1", "2", "3"], pods.Select(pod => pod.Label(JobIndexes.Key)));
        Assert.All(pods, pod => Assert.StartsWith($"many-{pod.Annotation(JobIndexes.Key)}-", pod.Name(), StringComparison.Ordinal));
        foreach (JsonObject pod in pods)
            Assert.Equal($"index {pod.Label(JobIndexes.Key)}", await cluster.LogAsync(pod.Name()));
    }

    [Fact]
    public async Task Job_IndexedPodThatFailed_LeavesItsNumberUndone()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("again", Manifests.Python,
            ["python3", "-c", "import os; raise SystemExit(1 if os.environ['JOB_COMPLETION_INDEX'] == '1' else 0)"]);
        manifest["spec"]!["completionMode"] = "Indexed";
        (manifest["spec"]!["completions"], manifest["spec"]!["parallelism"]) = (2, 2);
        cluster.Objects.Create(manifest);

        JsonObject job = await Finished(cluster, "again");

        Assert.True(Conditions.IsTrue(job, "Failed"));
        Assert.DoesNotContain("1", job.Text("status", "completedIndexes") ?? "", StringComparison.Ordinal);
        Assert.Equal("1", Assert.Single(cluster.PodsOf("again"), pod => pod.Text("status", "phase") == "Failed").Label(JobIndexes.Key));
    }

    [Fact]
    public async Task Job_PastItsDeadline_IsStopped()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("slow", Manifests.Shell, ["sh", "-c", "exec sleep 600"]);
        manifest["spec"]!["activeDeadlineSeconds"] = 1;
        cluster.Objects.Create(manifest);

        JsonObject job = await Finished(cluster, "slow");

        Assert.Equal("DeadlineExceeded", Conditions.Find(job, "Failed")?.Text("reason"));
    }

    [Fact]
    public async Task Job_TimeToLiveIsOver_IsDeleted()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("brief", Manifests.Shell, ["true"]);
        manifest["spec"]!["ttlSecondsAfterFinished"] = 0;
        cluster.Objects.Create(manifest);

        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "brief") is null, "the job is gone");
    }

    [Fact]
    public async Task Job_SeveralCompletions_RunsAllOfThem()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("wide", Manifests.Shell, ["true"]);
        manifest["spec"]!["parallelism"] = 3;
        manifest["spec"]!["completions"] = 3;
        cluster.Objects.Create(manifest);

        JsonObject job = await Finished(cluster, "wide");

        Assert.Equal(3, job.Whole("status", "succeeded"));
        Assert.Equal(3, cluster.PodsOf("wide").Count);
    }

    [Fact]
    public async Task Job_QuotaRefusesItsPods_SaysSoInAnEventAndStartsWhenItIsRaised()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"team","namespace":"team"},"spec":{"hard":{"requests.cpu":"50m"} } }""");
        cluster.Objects.Create(Manifests.Job("over", Manifests.Shell, ["true"]));
        await Eventually.True(() => cluster.Said("FailedCreate"), "the refusal is said");
        JsonObject said = cluster.Objects.List("events", "team").First(said => said.Text("reason") == "FailedCreate");
        Assert.Matches("""^Error creating: pods "over-.{5}" is forbidden: exceeded quota: team, requested: requests.cpu=100m, used: requests.cpu=0, limited: requests.cpu=50m$""", said.Text("message"));

        cluster.Objects.Update((JsonObject)JsonNode.Parse("""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"team","namespace":"team"},"spec":{"hard":{"requests.cpu":"1"} } }""")!);

        Assert.True(Conditions.IsTrue(await Finished(cluster, "over"), "Complete"));
    }

    [Fact]
    public async Task Job_ClusterRestartedUnderIt_ReplacesThePodWithoutCountingIt()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        string once = Path.Combine(cluster.Options.DataDirectory, "started-before");
        JsonObject manifest = Manifests.Job("lasting", Manifests.Shell, ["sh", "-c", $"test -e {once} && exit 0; touch {once}; exec sleep 600"]);
        manifest["spec"]!["podFailurePolicy"] = JsonNode.Parse("""{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]}""");
        cluster.Objects.Create(manifest);
        await Eventually.True(() => File.Exists(once) && cluster.PodsOf("lasting").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");

        await cluster.StopAsync();
        await cluster.StartAgainAsync();
        JsonObject job = await Finished(cluster, "lasting");

        Assert.True(Conditions.IsTrue(job, "Complete"), job.ToJsonString());
        Assert.Null(job.Whole("status", "failed"));
        Assert.Equal(1, job.Whole("status", "succeeded"));
        JsonObject lost = Assert.Single(cluster.PodsOf("lasting"), pod => pod.Text("status", "phase") == "Failed");
        Assert.Equal("TerminationByKubelet", Conditions.Find(lost, "DisruptionTarget")?.Text("reason"));
        await Eventually.True(() => cluster.PodsOf("lasting").All(pod => pod.Items("metadata", "finalizers") is null), "both pods are let go");
    }

    [Fact]
    public async Task Job_ClusterRestartedUnderItWithoutAPolicy_CountsThePod()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Job("strict", Manifests.Shell, ["sh", "-c", "exec sleep 600"]));
        await Eventually.True(() => cluster.PodsOf("strict").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");

        await cluster.StopAsync();
        await cluster.StartAgainAsync();

        Assert.Equal("BackoffLimitExceeded", Conditions.Find(await Finished(cluster, "strict"), "Failed")?.Text("reason"));
    }

    [Fact]
    public async Task Job_ExitCodeThatEndsIt_FailsAtOnceThoughMoreTriesWereLeft()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("fatal", Manifests.Shell, ["sh", "-c", "exit 42"], backoffLimit: 5);
        manifest["spec"]!["podFailurePolicy"] = JsonNode.Parse("""{"rules":[{"action":"FailJob","onExitCodes":{"containerName":"main","operator":"In","values":[42]}}]}""");
        cluster.Objects.Create(manifest);

        JsonObject job = await Finished(cluster, "fatal");

        Assert.Equal("PodFailurePolicy", Conditions.Find(job, "Failed")?.Text("reason"));
        Assert.Matches("^Container main for pod team/fatal-.{5} failed with exit code 42 matching FailJob rule at index 0$", Conditions.Find(job, "Failed")?.Text("message"));
        Assert.Equal(1, job.Whole("status", "failed"));
    }

    [Fact]
    public async Task Job_PolicyWithPodsThatRestartInPlace_IsRefused()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject manifest = Manifests.Job("wrong", Manifests.Shell, ["true"], restartPolicy: "OnFailure");
        manifest["spec"]!["podFailurePolicy"] = JsonNode.Parse("""{"rules":[{"action":"Ignore","onPodConditions":[{"type":"DisruptionTarget"}]}]}""");
        ApiException refusal = Assert.Throws<ApiException>(() => cluster.Objects.Create(manifest));
        Assert.Contains("only \"Never\" is supported when podFailurePolicy is specified", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Job_Deleted_TakesItsPodsAlong()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Manifests.Job("gone", Manifests.Shell, ["sh", "-c", "exec sleep 600"]));
        await Eventually.True(() => cluster.PodsOf("gone").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");

        cluster.Objects.Delete("jobs.batch", "team", "gone");

        await Eventually.True(() => cluster.Objects.List("pods", "team").Count == 0, "its pods go with it");
    }

    private static void Suspend(TestCluster cluster, string name, bool suspend)
    {
        JsonObject job = cluster.Objects.Find("jobs.batch", "team", name)!;
        ((JsonObject)job["metadata"]!).Remove("resourceVersion");
        job["spec"]!["suspend"] = suspend;
        cluster.Objects.Update(job);
    }

    private static Task<JsonObject> Finished(TestCluster cluster, string name) =>
        Eventually.Some(() => cluster.Objects.Find("jobs.batch", "team", name) is { } job && JobVerdict.IsFinished(job) ? job : null, $"job {name} is finished");
}
