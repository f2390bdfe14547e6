using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Delivery;
using Portal.Testing.Clusters;
using Portal.Testing.Faults;
using Portal.Testing.Schemas;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ClusterWatcherTests(EmbeddedCluster cluster)
{
    private static readonly ResourceType Definition =
        new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false);

    private static readonly ResourceType Widget = new("late.portal.test", "v1", "widgets", "Widget", false);

    [Fact]
    public async Task Cluster_ThatStopsAnswering_IsSilentUntilItAnswersAgainAndKeepsWhatWasSeen()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        session.Watch([Kinds.Namespace]);
        await Eventually.TrueAsync(() => session.Cache.IsSynced, "the namespaces");
        Assert.Null(session.Cluster.Silence);

        proxy.Rule = _ => Fault.LoseRequest;
        proxy.CutStreams();
        await Eventually.TrueAsync(() => session.Cluster.Silence is not null, "it is silent");
        Assert.NotEmpty(session.Cache.List(Kinds.Namespace));
        Assert.NotNull(session.Cache.Capabilities);

        proxy.Rule = _ => Fault.None;
        await Eventually.TrueAsync(() => session.Cluster.Silence is null, "it answers again");
    }

    [Fact]
    public async Task OwnWrite_WhileTheWatchIsBehind_IsKnownAtOnceAndNoNewsLater()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        var (touched, writes) = (new ConcurrentBag<ReconcileOwner>(), 0);
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, touched: touched.Add);
        session.Watch([Kinds.ConfigMap]);
        await Eventually.TrueAsync(() => session.Cache.IsSynced, "the maps");
        proxy.Rule = r =>
        {
            if (r.Method == "PATCH")
                Interlocked.Increment(ref writes);
            return r.Target.Contains("watch=1", StringComparison.Ordinal) ? Fault.LoseRequest : Fault.None;
        };
        proxy.CutStreams();

        await session.Cluster.Writer.EnsureAsync(Kinds.ConfigMap, world.Config("own"), default);
        Assert.Equal("1", session.Cache.Find(world.KeyOf("own")).Text("data", "k"));
        await session.Cluster.Writer.EnsureAsync(Kinds.ConfigMap, world.Config("own"), default);
        await session.Cluster.Writer.EnsureAsync(Kinds.ConfigMap, world.Config("own", "2"), default);
        await session.Cluster.Writer.EnsureAsync(Kinds.ConfigMap, world.Config("own", "2"), default);
        Assert.Equal(2, writes);
        Assert.Equal("2", session.Cache.Find(world.KeyOf("own")).Text("data", "k"));

        var other = new ReconcileOwner("Test", Guid.NewGuid());
        await world.Client.ApplyAsync(Manifest.Create(Kinds.ConfigMap, world.Namespace, "other", other), default);
        proxy.Rule = _ => Fault.None;
        proxy.CutStreams();
        await Eventually.TrueAsync(() => touched.Contains(other), "what somebody else made");
        Assert.DoesNotContain(world.Owner, touched);
        await world.Client.DeleteAsync(world.KeyOf("own"), default);
        await Eventually.TrueAsync(() => touched.Contains(world.Owner), "what somebody else deleted");
        Assert.Null(session.Cache.Find(world.KeyOf("own")));
    }

    [Fact]
    public async Task Credentials_ThatFailOnce_EndNoWatching()
    {
        var folder = Directory.CreateTempSubdirectory("portal-plugin-").FullName;
        var config = YamlDocuments.Read(await File.ReadAllTextAsync(cluster.Kubeconfig))[0];
        var user = config["users"]![0]!["user"]!.AsObject();
        // What it gives is over at once, so that each request runs it again.
        var credential = $$"""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"{{user["token"]}}","expirationTimestamp":"2020-01-01T00:00:00Z"} }""";
        await File.WriteAllTextAsync(Path.Combine(folder, "plugin.sh"), $"""
            echo >> "{folder}/calls"
            if [ "$(wc -l < "{folder}/calls")" -eq 2 ]; then echo "signed out" >&2; exit 1; fi
            echo '{credential}'
            """);
        user.Clear();
        user["exec"] = new JsonObject
        {
            ["apiVersion"] = "client.authentication.k8s.io/v1",
            ["command"] = "/bin/sh",
            ["args"] = new JsonArray(Path.Combine(folder, "plugin.sh")),
            ["interactiveMode"] = "Never",
        };
        await File.WriteAllTextAsync(Path.Combine(folder, "kubeconfig"), config.ToJsonString());

        await using (var session = ClusterWorld.Session(Path.Combine(folder, "kubeconfig")))
        {
            session.Watch([Kinds.Namespace]);
            await Eventually.TrueAsync(() => session.Cache.IsSynced, "the namespaces");
            Assert.True((await File.ReadAllLinesAsync(Path.Combine(folder, "calls"))).Length > 2);
        }
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Age_OfAClusterThatIsSilentOfOneKind_IsThatOfTheKind()
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, o => o.WatchTime = TimeSpan.FromSeconds(1));
        session.Watch([Kinds.Namespace, Kinds.Pod]);
        await Eventually.TrueAsync(() => session.Cache.IsSynced, "both kinds");

        proxy.Rule = r => r.Target.StartsWith("/api/v1/pods", StringComparison.Ordinal) ? Fault.LoseRequest : Fault.None;
        proxy.CutStreams();
        var quiet = TimeSpan.FromSeconds(4);

        await Eventually.TrueAsync(() => session.Cluster.Age > quiet && session.Cache.Age(Kinds.Namespace) < quiet, "the age of the pods");
        Assert.Equal(Kinds.Pod, session.Cluster.Oldest?.Kind);
    }

    [Fact]
    public async Task Kind_InstalledLaterAndRemoved_IsFollowedWhileItIsServed()
    {
        await using var session = ClusterWorld.Session(cluster.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        var (client, cache) = (session.Cluster.Client, session.Cache);
        session.Watch([Widget, Kinds.Namespace]);
        await Eventually.TrueAsync(() => cache.IsSynced, "the served kinds");
        Assert.Null(cache.Age(Widget));

        await client.ApplyAsync(Served(Widget), default);
        await Eventually.TrueAsync(() => cache.Age(Widget) is not null, "the new kind");
        await client.ApplyAsync(Manifest.Create(Widget, null, "w", new ReconcileOwner("Test", Guid.NewGuid())), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is not null, "its object");

        await client.DeleteAsync(new ObjectKey(Definition, null, "widgets.late.portal.test"), default);
        await Eventually.TrueAsync(() => cache.Find(new ObjectKey(Widget, null, "w")) is null && cache.Age(Widget) is null, "the kind gone");
    }

    [Fact]
    public async Task Application_ForAProject_IsShownWhereverItStandsUntilItIsForAnother()
    {
        const string Ours = "ml-delivered", Argo = "argocd";
        await using var session = ClusterWorld.Session(cluster.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        var owner = new ReconcileOwner("Test", Guid.NewGuid());
        var client = session.Cluster.Client;
        await client.ApplyAsync(Manifest.Create(Kinds.Namespace, null, Argo, owner), default);
        await client.ApplyAsync(Served(ApplicationManifests.Kind), default);
        session.Watch([Kinds.Namespace], [ApplicationManifests.Kind]);
        await Eventually.TrueAsync(async () => (await client.CapabilitiesAsync(default)).ServesExactly(ApplicationManifests.Kind), "the kind");
        // The other is passed once the project's is seen.
        await client.ApplyAsync(For("website", "web"), default);
        await client.ApplyAsync(For("scoring", Ours), default);

        await Eventually.TrueAsync(() => Shown(Ours).Count == 1, "the project's");
        Assert.Equal("scoring", Shown(Ours)[0].Name());
        Assert.DoesNotContain("s3cr3t", Shown(Ours)[0].ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("Failed", Shown(Ours)[0].Text("status", "operationState", "phase"));
        Assert.Equal("scoring", Shown(Ours)[0].Text("spec", "source", "path"));
        Assert.Empty(session.Cache.Shown(ApplicationManifests.Kind, Ours));
        Assert.Empty(Shown("web"));

        await client.ApplyAsync(For("scoring", "web"), default);
        await Eventually.TrueAsync(() => Shown(Ours).Count == 0, "it is for another");
        await client.DeleteAsync(new ObjectKey(Definition, null, "applications.argoproj.io"), default);

        IReadOnlyList<JsonObject> Shown(string ns) => session.Cache.ShownFor(ApplicationManifests.Kind, ApplicationManifests.TargetOf, ns);
        JsonObject For(string name, string target) => Manifest.Create(ApplicationManifests.Kind, Argo, name, owner).With("spec", JsonNode.Parse($$"""
            {"destination":{"server":"https://kubernetes.default.svc","namespace":"{{target}}"},"source":{"path":"{{name}}","helm":{"values":"s3cr3t"} } }
            """)!).With("status", JsonNode.Parse("""
            {"conditions":[{"type":"ComparisonError","message":"s3cr3t"}],"operationState":{"phase":"Failed","message":"s3cr3t"} }
            """)!);
    }

    [Fact]
    public async Task KindForPages_ThatTheAccountMayNotRead_IsNotShownAndMakesNothingLookOldUntilItIsGiven()
    {
        const string Ours = "ml-watched", Theirs = "not-watched";
        await using var world = await ClusterWorld.CreateAsync(cluster.Kubeconfig);
        foreach (var name in new[] { Ours, Theirs })
        {
            await world.Client.ApplyAsync(Manifest.Create(Kinds.Namespace, null, name, world.Owner), default);
            await world.Client.ApplyAsync(Manifest.Create(Kinds.Service, name, "scores", world.Owner)
                .With("spec", new JsonObject { ["ports"] = new JsonArray(new JsonObject { ["port"] = 80 }) }), default);
        }
        using var reader = await ReaderAccount.CreateAsync(world, cluster.Kubeconfig);
        await reader.MayReadAsync("namespaces", "nodes");
        await using var proxy = await FaultProxy.StartAsync(reader.Kubeconfig);
        await using var session = ClusterWorld.Session(proxy.Kubeconfig, o => (o.WhileRefused, o.WatchTime) = (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(1)));

        session.Watch([Kinds.Namespace], [Kinds.Service]);
        await Eventually.TrueAsync(() => session.Cache.IsSynced, "the namespaces");
        await Eventually.TrueAsync(() => proxy.Requests.Count(r => r.StartsWith("GET /api/v1/services", StringComparison.Ordinal)) > 1, "two refusals");
        Assert.Empty(session.Cache.Shown(Kinds.Service, Ours));

        await reader.MayReadAsync("namespaces", "nodes", "services");
        await Eventually.TrueAsync(() => session.Cache.Shown(Kinds.Service, Ours).Count == 1, "the service of the project");
        Assert.Empty(session.Cache.Shown(Kinds.Service, Theirs));
        Assert.Null(session.Cache.Age(Kinds.Service));
        Assert.Null(session.Cache.Find(new ObjectKey(Kinds.Service, Ours, "scores")));

        await reader.MayReadAsync("namespaces", "nodes");
        await Eventually.TrueAsync(() => session.Cache.Shown(Kinds.Service, Ours).Count == 0, "the service is not shown any more");
        Assert.True(session.Cache.IsSynced);
        Assert.Null(session.Cache.SinceRefusal);
        Assert.Equal(Kinds.Namespace, session.Cluster.Oldest?.Kind);
        foreach (var name in new[] { Ours, Theirs })
            await world.Client.DeleteAsync(new ObjectKey(Kinds.Namespace, null, name), default);
    }

    [Fact]
    public async Task OptionalKind_ServedInANewerVersionFromNowOn_IsFollowedInThatOne()
    {
        var newer = Widget with { Group = "newer.portal.test", Version = "v2" };
        var older = newer with { Version = "v1" };
        await using var session = ClusterWorld.Session(cluster.Kubeconfig, o => o.DiscoveryAge = TimeSpan.FromMilliseconds(100));
        await session.Cluster.Client.ApplyAsync(Served(older), default);
        session.Watch([Kinds.Namespace], optional: [newer, older]);
        await Eventually.TrueAsync(() => session.Cache.Age(older) is not null, "the older version");

        var definition = Served(older);
        definition["spec"]!["versions"]!.AsArray().Add(Version("v2", isStored: false));
        await session.Cluster.Client.ApplyAsync(definition, default);

        await Eventually.TrueAsync(() => session.Cache.Age(newer) is not null && session.Cache.Age(older) is null, "the newer version instead");
        await session.Cluster.Client.DeleteAsync(new ObjectKey(Definition, null, "widgets.newer.portal.test"), default);
    }

    private static JsonObject Served(ResourceType type) =>
        Manifest.Create(Definition, null, $"{type.Plural}.{type.Group}", new ReconcileOwner("Test", Guid.NewGuid())).With("spec", new JsonObject
        {
            ["group"] = type.Group,
            ["scope"] = type.Namespaced ? "Namespaced" : "Cluster",
            ["names"] = new JsonObject { ["plural"] = type.Plural, ["singular"] = "widget", ["kind"] = type.Kind, ["listKind"] = type.Kind + "List" },
            ["versions"] = new JsonArray(Version(type.Version, isStored: true)),
        });

    private static JsonObject Version(string name, bool isStored) => new()
    {
        ["name"] = name,
        ["served"] = true,
        ["storage"] = isStored,
        ["schema"] = new JsonObject { ["openAPIV3Schema"] = new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true } },
    };
}
