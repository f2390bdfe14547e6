using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Kueue;

public class QueueTests
{
    [Fact]
    public async Task Job_QuotaTooSmall_WaitsWithTheReasonAndStartsWhenItIsRaised()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Objects.Create(Job("train", "2", ["sh", "-c", "sleep 600"]));

        JsonObject pending = await Workload(cluster, "train", workload => Conditions.Find(workload, "QuotaReserved")?.Text("reason") == "Pending");
        JsonObject condition = Conditions.Find(pending, "QuotaReserved")!;
        Assert.Equal("False", condition.Text("status"));
        Assert.Contains("> maximum capacity (1)", condition.Text("message"), StringComparison.Ordinal);
        Assert.True(cluster.Objects.Find("jobs.batch", "team", "train")!.Is("spec", "suspend"));
        await Eventually.True(() => Find(cluster, "clusterqueues", "project", null).Whole("status", "pendingWorkloads") == 1, "the queue counts it");

        Queue(cluster, "4");

        JsonObject admitted = await Workload(cluster, "train", WorkloadObject.IsAdmitted);
        JsonObject set = Assert.Single(admitted.Each("status", "admission", "podSetAssignments"));
        Assert.Equal("h100", set.Text("flavors", "nvidia.com/gpu"));
        Assert.Equal("2", set.Text("resourceUsage", "nvidia.com/gpu"));
        JsonObject pod = await Eventually.Some(() => cluster.PodsOf("train").FirstOrDefault(pod => pod.Text("status", "phase") == "Running"), "its pod runs");
        Assert.Equal("h100", pod.Text("spec", "nodeSelector", "accelerator"));
        await Eventually.True(() => Usage(cluster, "clusterqueues", null) == "2", "the queue shows what is used");
        await Eventually.True(() => Usage(cluster, "localqueues", "team") == "2", "so does the local queue");
    }

    [Fact]
    public async Task Queues_NobodyUses_SayWhatBecameOfTheirFlavorAndOfEachOther()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        Task Say(string above, string below) => Eventually.True(
            () => Active(cluster, "clusterqueues", null) == above && Active(cluster, "localqueues", "team") == below,
            $"{above} and {below}, it is {Active(cluster, "clusterqueues", null)} and {Active(cluster, "localqueues", "team")}");
        await Say("Ready", "Ready");

        cluster.Objects.Delete(KueueNames.Flavors, null, "h100");
        // By force: a flavor that a queue names is kept otherwise.
        JsonObject flavor = cluster.Objects.Find(KueueNames.Flavors, null, "h100")!;
        flavor.Part("metadata").Remove("finalizers");
        cluster.Objects.Update(flavor);
        await Say("FlavorNotFound", "ClusterQueueIsInactive");
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ResourceFlavor","metadata":{"name":"h100"},"spec":{"nodeLabels":{"accelerator":"h100"} } }""");
        await Say("Ready", "Ready");

        Queue(cluster, "1", stop: "Hold");
        await Say("Stopped", "ClusterQueueIsInactive");
        Queue(cluster, "1");
        await Say("Ready", "Ready");
        cluster.Objects.Delete(KueueNames.ClusterQueues, null, "project");
        await Eventually.True(() => Active(cluster, "localqueues", "team") == "ClusterQueueDoesNotExist", "its line says so");
    }

    [Fact]
    public async Task Job_Ends_GivesItsQuotaToTheNext()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Objects.Create(Job("first", "1", ["true"]));
        cluster.Objects.Create(Job("second", "1", ["true"]));

        foreach (string name in (string[])["first", "second"])
        {
            JsonObject finished = await Workload(cluster, name, WorkloadObject.IsFinished);
            Assert.Equal("Succeeded", Conditions.Find(finished, "Finished")?.Text("reason"));
        }
        await Eventually.True(() => Usage(cluster, "clusterqueues", null) == "0", "nothing is used any longer");
    }

    [Fact]
    public async Task Job_QueueIsDrained_IsStoppedAndStartsAgain()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Objects.Create(Job("train", "1", ["sh", "-c", "exec sleep 600"]));
        await Eventually.True(() => cluster.PodsOf("train").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");

        Queue(cluster, "1", stop: "HoldAndDrain");

        JsonObject evicted = await Workload(cluster, "train", workload => Conditions.IsTrue(workload, "Evicted"));
        Assert.Equal("ClusterQueueStopped", Conditions.Find(evicted, "Evicted")?.Text("reason"));
        await Eventually.True(() => cluster.PodsOf("train").Count == 0, "its pod goes");
        await Eventually.True(() => Conditions.Find(Find(cluster, "clusterqueues", "project", null), "Active")?.Text("reason") == "Stopped", "the queue says it is stopped");

        Queue(cluster, "1");

        await Eventually.True(() => cluster.PodsOf("train").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs again");
    }

    [Fact]
    public async Task Job_OfHigherPriority_DrivesOutTheLowerWhichWaitsAgain()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1", preemption: """{"withinClusterQueue":"LowerPriority"}""");
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"WorkloadPriorityClass","metadata":{"name":"urgent"},"value":1000,"description":"" }""");
        cluster.Objects.Create(Job("low", "1", ["sh", "-c", "exec sleep 600"]));
        await Eventually.True(() => cluster.PodsOf("low").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");
        JsonObject urgent = Job("high", "1", ["sh", "-c", "exec sleep 600"]);
        urgent["metadata"]!["labels"]![KueueNames.PriorityLabel] = "urgent";
        cluster.Objects.Create(urgent);

        JsonObject preempted = await Workload(cluster, "low", workload => Conditions.IsTrue(workload, "Evicted") && !WorkloadObject.HasQuota(workload));
        JsonObject preemptor = await Workload(cluster, "high", WorkloadObject.IsAdmitted);

        Assert.Equal("Preempted", Conditions.Find(preempted, "Evicted")?.Text("reason"));
        Assert.Equal("InClusterQueue", Conditions.Find(preempted, "Preempted")?.Text("reason"));
        Assert.Equal(
            $"Preempted to accommodate a workload (UID: {preemptor.Uid()}, JobUID: {preemptor.Label(KueueNames.JobUidLabel)}) due to prioritization in the ClusterQueue; "
            + "preemptor path: /project; preemptee path: /project",
            Conditions.Find(preempted, "Preempted")?.Text("message"));
        Assert.Equal("Preempted", Conditions.Find(preempted, "Requeued")?.Text("reason"));
        await Eventually.True(() => cluster.PodsOf("high").Any(pod => pod.Text("status", "phase") == "Running"), "the urgent one runs");
        Assert.Empty(cluster.PodsOf("low"));
        await Eventually.True(() => Conditions.Find(Workloads(cluster, "low"), "QuotaReserved")?.Text("reason") == "Pending", "the other waits");

        cluster.Objects.Delete("jobs.batch", "team", "high");

        await Eventually.True(() => cluster.PodsOf("low").Any(pod => pod.Text("status", "phase") == "Running"), "and runs again");
        Assert.StartsWith("Previously: Preempted", Conditions.Find(Workloads(cluster, "low"), "Evicted")?.Text("message"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Workload_Deactivated_IsStoppedAndWaitsUntilItIsActiveAgain()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Objects.Create(Job("train", "1", ["sh", "-c", "exec sleep 600"]));
        await Eventually.True(() => cluster.PodsOf("train").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs");

        Activate(cluster, "train", false);
        JsonObject stopped = await Workload(cluster, "train", workload => Conditions.IsTrue(workload, "Evicted") && !WorkloadObject.HasQuota(workload));
        Assert.Equal("Deactivated", Conditions.Find(stopped, "Evicted")?.Text("reason"));
        Assert.Equal("The workload is deactivated", Conditions.Find(stopped, "Evicted")?.Text("message"));
        await Eventually.True(() => cluster.PodsOf("train").Count == 0, "its pod goes");

        Activate(cluster, "train", true);
        await Eventually.True(() => cluster.PodsOf("train").Any(pod => pod.Text("status", "phase") == "Running"), "its pod runs again");
        Assert.Equal("Reactivated", Conditions.Find(Workloads(cluster, "train"), "Requeued")?.Text("reason"));
    }

    [Fact]
    public async Task PendingWorkloads_OfAQueue_AreListedInTheirOrder()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1", stop: "Hold");
        foreach (string name in (string[])["first", "second", "third"])
        {
            cluster.Objects.Create(Job(name, "1", ["true"]));
            await Workload(cluster, name, workload => Conditions.Find(workload, "QuotaReserved") is not null);
        }
        using HttpClient client = Api.ApiFixture.ClientFor(cluster.Options.DataDirectory, cluster.Address, cluster.Token);
        foreach (string path in (string[])["clusterqueues/project", "namespaces/team/localqueues/default"])
        {
            JsonObject summary = (JsonObject)JsonNode.Parse(await client.GetStringAsync(new Uri($"/apis/visibility.kueue.x-k8s.io/v1beta2/{path}/pendingworkloads?limit=2&offset=1", UriKind.Relative)))!;
            Assert.Equal("PendingWorkloadsSummary", summary.Kind());
            Assert.Equal(["second 1 1", "third 2 2"], summary.Each("items").Select(item =>
                FormattableString.Invariant($"{item.Name().Split('-')[1]} {item.Whole("positionInClusterQueue")} {item.Whole("positionInLocalQueue")}")));
            Assert.Equal("default", summary.Each("items").First().Text("localQueueName"));
        }
        using HttpResponseMessage absent = await client.GetAsync(new Uri("/apis/visibility.kueue.x-k8s.io/v1beta2/clusterqueues/gone/pendingworkloads", UriKind.Relative));
        Assert.Equal(System.Net.HttpStatusCode.NotFound, absent.StatusCode);
    }

    [Theory]
    [InlineData("nowhere", "LocalQueue nowhere doesn't exist")]
    [InlineData("dangling", "ClusterQueue gone doesn't exist")]
    public async Task Job_QueueMissing_SaysWhich(string queue, string expected)
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"dangling","namespace":"team"},"spec":{"clusterQueue":"gone"} }""");
        JsonObject job = Job("lost", "1", ["true"]);
        job["metadata"]!["labels"]![KueueNames.QueueLabel] = queue;
        cluster.Objects.Create(job);

        JsonObject workload = await Workload(cluster, "lost", workload => Conditions.Find(workload, "QuotaReserved") is not null);

        Assert.Equal(expected, Conditions.Find(workload, "QuotaReserved")?.Text("message"));
        Assert.Equal("Inadmissible", Conditions.Find(workload, "QuotaReserved")?.Text("reason"));
    }

    [Fact]
    public async Task StatefulSet_NamesAQueue_ItsPodIsGatedUntilAdmitted()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "0");
        cluster.Create("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"notebook","namespace":"team","labels":{"kueue.x-k8s.io/queue-name":"default"}},
             "spec":{"replicas":1,"serviceName":"notebook","selector":{"matchLabels":{"app":"notebook"}},
                     "template":{"metadata":{"labels":{"app":"notebook"}},
                                 "spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1","command":["sleep","600"],
                                         "resources":{"requests":{"nvidia.com/gpu":"1"},"limits":{"nvidia.com/gpu":"1"}}}]}}}}
            """);
        await Eventually.True(() => Condition(cluster, "notebook-0")?.Text("reason") == "SchedulingGated", "the pod is gated");

        Queue(cluster, "1");

        await Eventually.True(() => cluster.Objects.Find("pods", "team", "notebook-0")?.Text("status", "phase") == "Running", "the pod runs");
        await Eventually.True(() => cluster.Objects.Find("statefulsets.apps", "team", "notebook")!.Whole("status", "readyReplicas") == 1, "the set is ready");

        cluster.Objects.Delete("pods", "team", "notebook-0");
        await Eventually.True(() => cluster.Objects.List(KueueNames.Workloads, "team").Count(WorkloadObject.IsAdmitted) == 1, "the pod made anew has the only quota");
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "notebook-0")?.Text("status", "phase") == "Running", "and runs");
    }

    [Fact]
    public async Task StatefulSet_LeavesItsQueue_ItsPodsDoToo()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "0");
        JsonObject set = (JsonObject)JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"notebook","namespace":"team","labels":{"kueue.x-k8s.io/queue-name":"default"}},
             "spec":{"replicas":1,"serviceName":"notebook","selector":{"matchLabels":{"app":"notebook"}},
                     "template":{"metadata":{"labels":{"app":"notebook"}},
                                 "spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1","command":["sleep","600"],
                                         "resources":{"requests":{"nvidia.com/gpu":"1"},"limits":{"nvidia.com/gpu":"1"}}}]}}}}
            """)!;
        cluster.Objects.Create(set.Copy());
        await Eventually.True(() => Condition(cluster, "notebook-0")?.Text("reason") == "SchedulingGated", "the pod is gated");

        ((JsonObject)set["metadata"]!).Remove("labels");
        cluster.Objects.Update(set);

        await Eventually.True(() => cluster.Objects.Find("pods", "team", "notebook-0")?.Text("status", "phase") == "Running", "the pod made anew runs");
    }

    [Fact]
    public async Task Job_ThatChangesWhileItWaits_IsFollowedByItsWorkload()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "1");
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"other","namespace":"team"},"spec":{"clusterQueue":"project"} }""");
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"WorkloadPriorityClass","metadata":{"name":"urgent"},"value":1000,"description":"" }""");
        JsonObject waiting = Job("train", "2", ["true"]);
        (waiting["spec"]!["completions"], waiting["spec"]!["parallelism"]) = (3, 1);
        cluster.Objects.Create(waiting);
        JsonObject before = await Workload(cluster, "train", _ => true);

        Change(cluster, "train", job =>
        {
            job.Ensure("metadata", "labels")[KueueNames.QueueLabel] = "other";
            job.Ensure("metadata", "labels")[KueueNames.PriorityLabel] = "urgent";
        });

        JsonObject moved = await Workload(cluster, "train", workload => workload.Text("spec", "queueName") == "other" && workload.Whole("spec", "priority") == 1000);
        Assert.Equal(before.Uid(), moved.Uid());
        Assert.Equal("urgent", moved.Text("spec", "priorityClassRef", "name"));

        Change(cluster, "train", job => job.Ensure("spec")["parallelism"] = 3);

        JsonObject anew = await Workload(cluster, "train", workload => workload.Each("spec", "podSets").Single().Whole("count") == 3);
        Assert.NotEqual(before.Uid(), anew.Uid());
        Assert.Equal("other", anew.Text("spec", "queueName"));
    }

    [Fact]
    public async Task Queue_ThatIsUsed_OutlivesItsDeletionAndAdmitsNothing()
    {
        await using TestCluster cluster = await Start();
        Queue(cluster, "2");
        cluster.Objects.Create(Job("train", "1", ["sh", "-c", "exec sleep 600"]));
        await Workload(cluster, "train", WorkloadObject.IsAdmitted);

        cluster.Objects.Delete(KueueNames.ClusterQueues, null, "project");
        cluster.Objects.Delete(KueueNames.Flavors, null, "h100");

        await Eventually.True(() => Active(cluster, "clusterqueues", null) == "Terminating", "the queue says that it goes");
        cluster.Objects.Create(Job("late", "1", ["true"]));
        await Workload(cluster, "late", workload => Conditions.Find(workload, "QuotaReserved")?.Text("message") == "ClusterQueue project is inactive");
        Assert.NotNull(cluster.Objects.Find(KueueNames.Flavors, null, "h100"));

        cluster.Objects.Delete("jobs.batch", "team", "train");

        await Eventually.True(() => cluster.Objects.Find(KueueNames.ClusterQueues, null, "project") is null, "the queue is gone");
        await Eventually.True(() => cluster.Objects.Find(KueueNames.Flavors, null, "h100") is null, "the flavor follows");
    }

    private static void Change(TestCluster cluster, string job, Action<JsonObject> change)
    {
        JsonObject present = cluster.Objects.Find("jobs.batch", "team", job)!;
        present.Part("metadata").Remove("resourceVersion");
        change(present);
        cluster.Objects.Update(present);
    }

    private static Task<TestCluster> Start() => TestCluster.StartAsync(options =>
    {
        options.Nodes[0].Resources["nvidia.com/gpu"] = "8";
        options.Nodes[0].Labels["accelerator"] = "h100";
    });

    private static JsonObject? Condition(TestCluster cluster, string pod) =>
        cluster.Objects.Find("pods", "team", pod) is { } found ? Conditions.Find(found, "PodScheduled") : null;

    private static string? Usage(TestCluster cluster, string resource, string? ns) =>
        Find(cluster, resource, ns is null ? "project" : "default", ns).Each("status", "flavorsUsage").SelectMany(flavor => flavor.Each("resources")).FirstOrDefault(use => use.Text("name") == "nvidia.com/gpu")?.Text("total");

    private static JsonObject Find(TestCluster cluster, string resource, string name, string? ns) =>
        cluster.Objects.Find($"{resource}.kueue.x-k8s.io", ns, name)!;

    private static string? Active(TestCluster cluster, string resource, string? ns) =>
        Conditions.Find(Find(cluster, resource, ns is null ? "project" : "default", ns), "Active")?.Text("reason");

    private static JsonObject Workloads(TestCluster cluster, string job) =>
        cluster.Objects.List(KueueNames.Workloads, "team").First(workload => workload.Name().StartsWith($"job-{job}-", StringComparison.Ordinal));

    private static void Activate(TestCluster cluster, string job, bool active)
    {
        JsonObject workload = Workloads(cluster, job);
        workload.Part("metadata").Remove("resourceVersion");
        workload["spec"]!["active"] = active;
        cluster.Objects.Update(workload);
    }

    private static Task<JsonObject> Workload(TestCluster cluster, string job, Func<JsonObject, bool> condition) =>
        Eventually.Some(() => cluster.Objects.List(KueueNames.Workloads, "team").FirstOrDefault(workload => workload.Name().StartsWith($"job-{job}-", StringComparison.Ordinal) && condition(workload)), $"the workload of {job}");

    private static void Queue(TestCluster cluster, string devices, string stop = "None", string preemption = "{}")
    {
        JsonObject queue = (JsonObject)JsonNode.Parse($$"""
            {"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ClusterQueue","metadata":{"name":"project"},
             "spec":{"namespaceSelector":{},"stopPolicy":"{{stop}}","preemption":{{preemption}},"resourceGroups":[{"coveredResources":["cpu","nvidia.com/gpu"],
               "flavors":[{"name":"h100","resources":[{"name":"cpu","nominalQuota":"8"},{"name":"nvidia.com/gpu","nominalQuota":"{{devices}}"}]}]}] } }
            """)!;
        if (cluster.Objects.Find(KueueNames.ClusterQueues, null, "project") is { } present)
        {
            // As a client that applies again until nobody else wrote in between.
            queue["metadata"]!["resourceVersion"] = present.Text("metadata", "resourceVersion");
            try
            {
                cluster.Objects.Update(queue);
            }
            catch (ApiException refusal) when (refusal.Code == 409)
            {
                Queue(cluster, devices, stop, preemption);
            }
            return;
        }
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"ResourceFlavor","metadata":{"name":"h100"},"spec":{"nodeLabels":{"accelerator":"h100"} } }""");
        cluster.Objects.Create(queue);
        cluster.Create("""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"LocalQueue","metadata":{"name":"default","namespace":"team"},"spec":{"clusterQueue":"project"} }""");
    }

    private static JsonObject Job(string name, string devices, string[] command)
    {
        JsonObject job = Manifests.Job(name, Manifests.Shell, command);
        job["metadata"]!["labels"] = new JsonObject { [KueueNames.QueueLabel] = "default" };
        job["spec"]!["template"]!["spec"]!["terminationGracePeriodSeconds"] = 0;
        JsonObject amounts = new() { ["nvidia.com/gpu"] = devices };
        job.Container()["resources"] = new JsonObject { ["requests"] = amounts, ["limits"] = amounts.DeepClone() };
        return job;
    }
}
