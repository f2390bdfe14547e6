using System.Collections.Concurrent;
using System.Diagnostics;
using Portal.Core.Cluster;
using Portal.Core.Reconciliation;
using Portal.Infrastructure.Kubernetes.Watching;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class InformerTests(EmbeddedCluster cluster) : IAsyncLifetime
{
    private const string Expired =
        """{"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"too old resource version","reason":"Expired","code":410}}""";

    private readonly ObjectIndex _index = new();
    private readonly ConcurrentBag<ReconcileOwner> _touched = [];
    private readonly CancellationTokenSource _stop = new();
    private FaultProxy _proxy = null!;
    private ClusterWorld _world = null!;
    private Informer _informer = null!;
    private Task _run = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        _world = await ClusterWorld.CreateAsync(_proxy.Kubeconfig, o => (o.PageSize, o.WatchIdle) = (3, TimeSpan.FromSeconds(2)));
        _informer = _world.Follow(_index, _touched.Add);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _run);
        _proxy.Rule = _ => Fault.None;
        await _world.DisposeAsync();
        await _proxy.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task Run_ObjectsBeforeAndAfterTheStart_AreAllSeen()
    {
        for (var i = 0; i < 8; i++)
            await _world.Client.ApplyAsync(_world.Config($"c{i}"), default);
        Assert.Null(_informer.Age);
        await StartAsync();
        Assert.Equal(8, Mine().Count);

        await _world.Client.ApplyAsync(_world.Config("late"), default);
        await _world.Client.ApplyAsync(_world.Config("c1", "changed"), default);
        await _world.Client.DeleteAsync(_world.KeyOf("c2"), default);

        await Eventually.TrueAsync(() => ValueOf("late") == "1" && ValueOf("c1") == "changed" && ValueOf("c2") is null, "three changes");
        Assert.NotNull(_informer.Age);
        Assert.Contains(_world.Owner, _touched);
        Assert.Equal(1, _informer.Lists);
    }

    [Fact]
    public async Task Run_StreamsCutAgainAndAgain_LosesNothing()
    {
        await StartAsync();
        for (var i = 0; i < 40; i++)
        {
            await _world.Client.ApplyAsync(_world.Config($"c{i:00}"), default);
            if (i % 10 == 5)
                _proxy.CutStreams();
        }
        await _world.Client.DeleteAsync(_world.KeyOf("c07"), default);

        await Eventually.TrueAsync(() => Mine().Count == 39, "39 objects");
    }

    [Fact]
    public async Task Run_VersionExpired_ListsAgainAndSeesWhatWasDeletedMeanwhile()
    {
        await _world.Client.ApplyAsync(_world.Config("stays"), default);
        await _world.Client.ApplyAsync(_world.Config("goes"), default);
        await StartAsync();
        // No watch gets through while the deletion happens, and the next one is told that its version is gone.
        _proxy.Rule = r => r.IsWatch ? Fault.LoseRequest : Fault.None;
        _proxy.CutStreams();
        await _world.Client.DeleteAsync(_world.KeyOf("goes"), default);
        await _world.Client.ApplyAsync(_world.Config("stays", "2"), default);
        var before = _informer.Lists;
        _touched.Clear();
        _proxy.Rule = r => r.IsWatch && _informer.Lists == before ? Fault.Answer(200, Expired + "\n") : Fault.None;

        await Eventually.TrueAsync(() => ValueOf("goes") is null && ValueOf("stays") == "2", "the list after the expiry");
        Assert.True(_informer.Lists > before);
        // Told after it is known.
        await Eventually.TrueAsync(() => _touched.Contains(_world.Owner), "its row is told");
    }

    [Fact]
    public async Task Run_Plain410_ListsAgain()
    {
        await StartAsync();
        var before = _informer.Lists;
        _proxy.Rule = r => r.IsWatch && _informer.Lists == before
            ? Fault.Answer(410, """{"kind":"Status","reason":"Gone","code":410,"message":"gone"}""") : Fault.None;
        _proxy.CutStreams();

        await Eventually.TrueAsync(() => _informer.Lists > before, "another list");
    }

    [Fact]
    public async Task Run_LineGarbledOrCutInHalf_GoesOnFromTheLastGoodOne()
    {
        var lines = 0;
        _proxy.Rule = r => !r.IsWatch ? Fault.None : Fault.Lines(line => (Interlocked.Increment(ref lines) % 7) switch
        {
            2 => "{\"type\":\"MODIFIED\",\"object\":{oops",
            4 => null,
            _ => line,
        });
        await StartAsync();
        for (var i = 0; i < 20; i++)
            await _world.Client.ApplyAsync(_world.Config($"c{i:00}", i.ToString()), default);

        await Eventually.TrueAsync(() => Enumerable.Range(0, 20).All(i => ValueOf($"c{i:00}") == i.ToString()), "every value");
        Assert.True(lines > 7);
    }

    [Fact]
    public async Task Run_OlderChangeAfterANewerOne_DoesNotStay()
    {
        string? held = null;
        var swapped = 0;
        _proxy.Rule = r => !r.IsWatch ? Fault.None : Fault.Lines(line =>
        {
            if (swapped > 0 || !line.Contains(_world.Namespace, StringComparison.Ordinal))
                return line;
            if (held is null)
            {
                held = line;
                return "";
            }
            swapped++;
            return line + "\n" + held;
        });
        await StartAsync();
        await _world.Client.ApplyAsync(_world.Config("a"), default);
        await _world.Client.ApplyAsync(_world.Config("a", "2"), default);

        await Eventually.TrueAsync(() => swapped > 0 && _informer.Lists > 1 && ValueOf("a") == "2", "the list after the disorder");
    }

    [Fact]
    public async Task Run_ServerThatFallsSilent_IsAskedAgain()
    {
        _proxy.Rule = r => r.IsWatch ? Fault.Silence : Fault.None;
        await StartAsync();
        await Eventually.TrueAsync(() => Watches() >= 1, "a watch that stays silent");
        // Two seconds of silence are allowed here; real watches get longer.
        await Eventually.TrueAsync(() => Watches() > 1, "a new watch after the silence");
        _proxy.Rule = _ => Fault.None;
        await _world.Client.ApplyAsync(_world.Config("late"), default);
        await Eventually.TrueAsync(() => ValueOf("late") == "1", "an object made after the silence");
    }

    [Fact]
    public async Task Run_WatchesThatStaySilent_GrowOldAndAreListedAgain()
    {
        _proxy.Rule = r => r.IsWatch ? Fault.Silence : Fault.None;
        await StartAsync();
        // That each is answered is no word of the objects.
        await Eventually.TrueAsync(() => _informer.Lists == 1 && _informer.Age > TimeSpan.FromSeconds(4), "an age that grows");
        await _world.Client.ApplyAsync(_world.Config("late"), default);

        await Eventually.TrueAsync(() => ValueOf("late") == "1", "an object that no watch tells of");

        Assert.True(_informer.Lists > 1);
    }

    [Fact]
    public async Task Run_QuietKindOfALivingServer_IsHeardAndNotListedAgain()
    {
        await using var quiet = await ClusterWorld.CreateAsync(_proxy.Kubeconfig, o => o.WatchTime = TimeSpan.FromSeconds(4));
        var informer = quiet.Follow(new ObjectIndex());
        using var stop = new CancellationTokenSource();
        _proxy.Rule = r => r.IsWatch ? Fault.Lines(OnlyBookmarks) : Fault.None;
        var run = Task.Run(() => informer.RunAsync(stop.Token));
        await Eventually.TrueAsync(() => informer.Age is not null, "the first list");
        var listed = Stopwatch.GetTimestamp();

        await Eventually.TrueAsync(() => Watches() > 1, "the watch ends and begins again");

        Assert.True(informer.Age < Stopwatch.GetElapsedTime(listed) - TimeSpan.FromSeconds(0.5), "a bookmark was heard");
        Assert.Equal(1, informer.Lists);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
        await StartAsync();

        // What other tests change in the shared cluster is not what this one listens to.
        static string OnlyBookmarks(string line) => line.Contains("\"BOOKMARK\"", StringComparison.Ordinal) ? line : "";
    }

    [Fact]
    public async Task Run_LabelsTakenAway_TellsTheRowThatLostTheObject()
    {
        await _world.Client.ApplyAsync(_world.Config("a"), default);
        await StartAsync();
        _touched.Clear();

        await _world.Client.PatchAsync(_world.KeyOf("a"), new() { ["metadata"] = new System.Text.Json.Nodes.JsonObject { ["labels"] = null } }, default);

        await Eventually.TrueAsync(() => _touched.Contains(_world.Owner), "the former owner");
        Assert.Empty(Mine());
    }

    private async Task StartAsync()
    {
        _run = Task.Run(() => _informer.RunAsync(_stop.Token));
        await Eventually.TrueAsync(() => _informer.Age is not null, "the first list");
    }

    private int Watches() => _proxy.Requests.Count(r => r.Contains("watch=1", StringComparison.Ordinal));

    private IReadOnlyList<System.Text.Json.Nodes.JsonObject> Mine() =>
        _index.List(_world.Namespace, (Manifest.IdLabel, _world.Owner.Id.ToString("D")));

    private string? ValueOf(string name) => _index.Find(_world.Namespace, name).Text("data", "k");
}
