using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Infrastructure.Kubernetes;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ClusterClientTests(EmbeddedCluster cluster)
{
    [Fact]
    public async Task Capabilities_OfTheEmbeddedCluster_NameKueueAndSayThatItIsEmbedded()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);

        var capabilities = await world.Client.CapabilitiesAsync(default);

        Assert.True(capabilities.HasKueue);
        Assert.True(capabilities.IsEmbedded);
        Assert.True(capabilities.Serves(Kinds.Job));
        Assert.StartsWith("v1.", capabilities.Version, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Writer_AfterAPatchOfItsOwn_AppliesOverIt()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        var key = world.KeyOf("patched");
        await world.Writer.ApplyAsync(world.Config(key.Name), default);
        await world.Client.PatchAsync(key, new JsonObject { ["data"] = new JsonObject { ["k"] = "2" } }, default);

        var made = await world.Writer.ApplyAsync(world.Config(key.Name, "3"), default);

        Assert.Equal("3", made.Text("data", "k"));
    }

    [Fact]
    public async Task Capabilities_WithoutAggregatedDiscovery_AreTheSame()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        proxy.Accept = "application/json";
        await using var aggregated = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        await using var plain = await ClusterWorld.CreateAsync(proxy.Kubeconfig);

        var expected = (await aggregated.Client.CapabilitiesAsync(default)).Served.Select(t => t.ToString()).Order().ToArray();
        var found = (await plain.Client.CapabilitiesAsync(default)).Served.Select(t => t.ToString()).Order().ToArray();

        Assert.Equal(expected, found);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Capabilities_GroupThatDoesNotAnswerOnce_KeepsItsKinds(bool lost)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        proxy.Accept = "application/json";
        await using var session = ClusterWorld.Session(proxy.Kubeconfig);
        var discovery = new ClusterDiscovery(session.Connection, TimeProvider.System);
        var before = await discovery.GetAsync(fresh: true, default);

        proxy.Rule = KueueIsAway(lost);
        var during = await discovery.GetAsync(fresh: true, default);

        Assert.Contains(proxy.Requests, r => r.Contains("/apis/kueue.x-k8s.io/", StringComparison.Ordinal));
        Assert.True(before.HasKueue);
        Assert.Equal(before.Served.Select(t => t.ToString()).Order(), during.Served.Select(t => t.ToString()).Order());
    }

    [Fact]
    public async Task Capabilities_AskedFirstWhileAnAnswerIsLost_AreNotTakenForLess()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        proxy.Accept = "application/json";
        await using var session = ClusterWorld.Session(proxy.Kubeconfig);
        var discovery = new ClusterDiscovery(session.Connection, TimeProvider.System);

        proxy.Rule = KueueIsAway(lost: true);
        await Assert.ThrowsAsync<ClusterException>(() => discovery.GetAsync(fresh: true, default));
        // A server of a group that is down says so, and holds up nothing of the others.
        proxy.Rule = KueueIsAway(lost: false);
        var without = await discovery.GetAsync(fresh: true, default);

        Assert.False(without.HasKueue);
        Assert.True(without.Serves(Kinds.Job));
    }

    private static Func<FaultyRequest, Fault> KueueIsAway(bool lost) => request =>
        !request.Target.StartsWith("/apis/kueue.x-k8s.io/", StringComparison.Ordinal) ? Fault.None
            : lost ? Fault.LoseRequest : Fault.Answer(503, "service unavailable");

    [Fact]
    public async Task Refusal_OfWhatIsRead_IsNotedUntilTheEnd()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, o => o.DiscoveryAge = TimeSpan.Zero);
        await session.Cluster.Client.CapabilitiesAsync(default);
        Assert.Null(session.Cache.SinceRefusal);

        proxy.Rule = _ => Fault.Answer(401, "Unauthorized");
        session.Watch([]);

        await Eventually.TrueAsync(() => session.Cache.SinceRefusal is not null, "the refusal is noted");
        Assert.Null(session.Cache.Silence);
    }

    [Fact]
    public async Task WriteLogOrCustomKind_ThatIsHeldUp_LeavesTheClusterOpenForWhatItReadsItself()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        KubernetesOptions? options = null;
        await using var world = await ClusterWorld.CreateAsync(proxy.Kubeconfig, o => options = o);
        await world.Client.ApplyAsync(world.Config("a"), default);
        options!.RequestTimeout = TimeSpan.FromSeconds(1);

        proxy.Rule = r => r.Method == "PATCH" || r.Target.Contains("/log?", StringComparison.Ordinal) || r.Target.Contains("kueue.x-k8s.io", StringComparison.Ordinal)
            ? Fault.Hang : Fault.None;
        await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(world.Config("b"), default));
        await Assert.ThrowsAsync<ClusterException>(() => world.Client.LogsAsync(world.Namespace, "none", null, false, null, default));
        // A webhook that turns its objects into another version may hang.
        await Assert.ThrowsAsync<ClusterException>(() => world.Client.FindAsync(new ObjectKey(Kinds.ResourceFlavor, null, "none"), default));
        options.RequestTimeout = TimeSpan.FromSeconds(30);
        var before = proxy.Requests.Count;
        // Were the cluster taken for silent, one of them would be asked and the others refused.
        var found = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => world.Client.FindAsync(world.KeyOf("a"), default)));

        Assert.All(found, Assert.NotNull);
        Assert.Equal(8, proxy.Requests.Count - before);
        proxy.Rule = _ => Fault.None;
    }

    [Theory]
    [InlineData("version", true)]
    [InlineData("apis", true)]
    [InlineData("api/v1/pods?limit=500", true)]
    [InlineData("apis/apps/v1/deployments", true)]
    [InlineData("apis/rbac.authorization.k8s.io/v1/rolebindings?watch=1", true)]
    [InlineData("apis/kueue.x-k8s.io/v1beta2/workloads", false)]
    [InlineData("apis/kueue.x-k8s.io/v1beta2", false)]
    [InlineData("apis/metrics.k8s.io/v1beta1/nodes", false)]
    [InlineData("apis/serving.kserve.io/v1beta1/inferenceservices", false)]
    public void Path_OfWhatTheServerReadsItself_IsToldFromTheRest(string path, bool own) => Assert.Equal(own, ClusterConnection.IsOfTheServer(path));

    [Fact]
    public async Task Find_AfterTheWayBehindAnOpenConnectionIsGone_SucceedsOnAnother()
    {
        await using var way = await TcpForwarder.StartAsync(cluster.Kubeconfig);
        KubernetesOptions? options = null;
        await using var world = await ClusterWorld.CreateAsync(
            way.Kubeconfig, o => (options = o).PingDelay = o.PingTimeout = TimeSpan.FromSeconds(1));
        await world.Client.ApplyAsync(world.Config("a"), default);
        options!.RequestTimeout = TimeSpan.FromSeconds(2);

        way.Swallow();

        await Eventually.TrueAsync(async () =>
        {
            try
            {
                return await world.Client.FindAsync(world.KeyOf("a"), default) is not null;
            }
            catch (ClusterException)
            {
                return false;
            }
        }, "an answer on a new connection");
    }

    [Fact]
    public async Task Call_OnALineThatIsClosedMeanwhile_IsAnOutage()
    {
        var session = ClusterWorld.Session(cluster.Kubeconfig);
        Assert.NotEmpty((await session.Cluster.Client.CapabilitiesAsync(default)).Served);

        await session.DisposeAsync();

        var failure = await Assert.ThrowsAsync<ClusterException>(() => session.Cluster.Client.FindAsync(new ObjectKey(Kinds.Namespace, null, "default"), default));
        Assert.Equal(ClusterFailure.Unavailable, failure.Failure);
    }

    [Fact]
    public async Task Apply_Twice_ChangesNothingTheSecondTimeAndDropsFieldsThatAreNoLongerWanted()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        var config = world.Config("a");
        config["data"]!["other"] = "x";

        var first = await world.Client.ApplyAsync(config, default);
        var second = await world.Client.ApplyAsync(config, default);
        config["data"]!.AsObject().Remove("other");
        var third = await world.Client.ApplyAsync(config, default);

        Assert.Equal(first.Text("metadata", "resourceVersion"), second.Text("metadata", "resourceVersion"));
        Assert.Null(third.Text("data", "other"));
        Assert.Equal("1", third.Text("data", "k"));
    }

    [Fact]
    public async Task Apply_FieldThatSomebodyElseChanged_IsLeftUntilAPersonTakesItOver()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        await world.Client.ApplyAsync(world.Config("a"), default);
        await world.Client.PatchAsync(world.KeyOf("a"), new JsonObject { ["data"] = new JsonObject { ["k"] = "theirs" } }, default);

        var refused = await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(world.Config("a"), default));
        var taken = await world.Client.ApplyAsync(world.Config("a"), default, force: true);

        Assert.Equal(ClusterFailure.Owned, refused.Failure);
        Assert.Equal("1", taken.Text("data", "k"));
    }

    [Fact]
    public async Task Apply_DryRun_StoresNothing()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);

        await world.Client.ApplyAsync(world.Config("dry"), default, dryRun: true);

        Assert.Null(await world.Client.FindAsync(world.KeyOf("dry"), default));
    }

    [Fact]
    public async Task Patch_DryRun_AnswersWithWhatItStoresNot()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        await world.Client.ApplyAsync(world.Config("kept"), default);

        var answered = await world.Client.PatchAsync(world.KeyOf("kept"), new JsonObject { ["data"] = new JsonObject { ["dry"] = "1" } }, default, dryRun: true);

        Assert.Equal("1", answered.Text("data", "dry"));
        Assert.Null((await world.Client.FindAsync(world.KeyOf("kept"), default))!.Text("data", "dry"));
    }

    [Fact]
    public async Task List_OverManyPages_NamesEachObjectOnce()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig, o => o.PageSize = 7);
        for (var i = 0; i < 30; i++)
            await world.Client.ApplyAsync(world.Config($"c{i:00}"), default);

        var names = new List<string>();
        await foreach (var item in world.Client.ListAsync(Kinds.ConfigMap, world.Namespace, $"{Manifest.IdLabel}={world.Owner.Id:D}", default))
            names.Add(item.Name());

        Assert.Equal(Enumerable.Range(0, 30).Select(i => $"c{i:00}"), names.Order());
    }

    [Fact]
    public async Task List_TokenThatExpires_StartsAgainAndNamesEachObjectOnce()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ClusterWorld.CreateAsync(proxy.Kubeconfig, o => o.PageSize = 5);
        for (var i = 0; i < 12; i++)
            await world.Client.ApplyAsync(world.Config($"c{i:00}"), default);
        var expiries = 0;
        proxy.Rule = r => r.Target.Contains("continue=", StringComparison.Ordinal) && Interlocked.Increment(ref expiries) == 2
            ? Fault.Answer(410, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Expired","code":410,"message":"too old"}""")
            : Fault.None;

        var names = new List<string>();
        await foreach (var item in world.Client.ListAsync(Kinds.ConfigMap, world.Namespace, $"{Manifest.IdLabel}={world.Owner.Id:D}", default))
            names.Add(item.Name());

        Assert.True(expiries >= 2);
        Assert.Equal(12, names.Distinct().Count());
        Assert.Equal(12, names.Count);
    }

    [Fact]
    public async Task Delete_Twice_SaysThatTheSecondFoundNothing()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        await world.Client.ApplyAsync(world.Config("a"), default);

        Assert.True(await world.Client.DeleteAsync(world.KeyOf("a"), default));
        Assert.False(await world.Client.DeleteAsync(world.KeyOf("a"), default));
    }

    [Fact]
    public async Task Apply_InvalidObject_IsInvalidWithTheServersWords()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(world.Config("UPPER"), default));

        Assert.Equal(ClusterFailure.Invalid, failure.Failure);
        Assert.False(failure.IsTransient);
        Assert.Contains("UPPER", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Apply_KindThatIsNotServed_IsNotFound()
    {
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        var unknown = Manifest.Create(new ResourceType("nowhere.example", "v1", "things", "Thing"), world.Namespace, "a", world.Owner);

        var failure = await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(unknown, default));

        Assert.Equal(ClusterFailure.NotFound, failure.Failure);
    }

    [Fact]
    public async Task Request_ServerAsksToWait_IsSentAgain()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ClusterWorld.CreateAsync(proxy.Kubeconfig);
        var refused = 0;
        proxy.Rule = r => r.Method == "PATCH" && Interlocked.Increment(ref refused) == 1
            ? Fault.Answer(429, "Too many requests, please try again later.\n", retryAfter: 1) : Fault.None;

        await world.Client.ApplyAsync(world.Config("a"), default);

        Assert.Equal(2, refused);
        Assert.NotNull(await world.Client.FindAsync(world.KeyOf("a"), default));
    }

    [Fact]
    public async Task Request_ServerAsksToWaitLong_SaysHowLong()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ClusterWorld.CreateAsync(proxy.Kubeconfig);
        proxy.Rule = r => r.Method == "PATCH" ? Fault.Answer(429, "busy", retryAfter: 90) : Fault.None;

        var failure = await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(world.Config("a"), default));

        Assert.Equal((ClusterFailure.Throttled, TimeSpan.FromSeconds(90)), (failure.Failure, failure.RetryAfter));
    }

    [Fact]
    public async Task Request_LostOnTheWay_IsTransient()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ClusterWorld.CreateAsync(proxy.Kubeconfig);
        proxy.Rule = r => r.Method == "PATCH" ? Fault.LoseRequest : Fault.None;

        var failure = await Assert.ThrowsAsync<ClusterException>(() => world.Client.ApplyAsync(world.Config("a"), default));

        Assert.True(failure.IsTransient);
    }

    [Fact]
    public async Task Request_WithoutTheToken_IsRefusedAndNotRetried()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        var wrong = Path.Combine(Path.GetTempPath(), $"kubeconfig-{Guid.NewGuid():N}");
        var text = (await File.ReadAllTextAsync(proxy.Kubeconfig)).Replace("\"token\":\"", "\"token\":\"x", StringComparison.Ordinal);
        await File.WriteAllTextAsync(wrong, text);
        try
        {
            var failure = await Assert.ThrowsAsync<ClusterException>(() => ClusterWorld.CreateAsync(wrong));
            Assert.Equal(ClusterFailure.Unauthorized, failure.Failure);
        }
        finally
        {
            File.Delete(wrong);
        }
    }
}
