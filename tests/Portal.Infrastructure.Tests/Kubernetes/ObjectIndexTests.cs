using System.Text.Json;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Publishing;
using Portal.Infrastructure.Kubernetes.Watching;

namespace Portal.Infrastructure.Tests.Kubernetes;

public class ObjectIndexTests
{
    private static readonly Guid Row = Guid.Parse("019a0000-0000-7000-8000-000000000001");

    private readonly ObjectIndex _index = new();

    [Fact]
    public void List_ByNamespaceAndByRow_FindsWhatBelongsThere()
    {
        _index.Set(Held(Map("a", "one", 1, Row)));
        _index.Set(Held(Map("a", "two", 2)));
        _index.Set(Held(Map("b", "one", 3)));

        Assert.Equal(3, _index.Count);
        Assert.Equal(["one", "two"], _index.List("a", null).Select(o => o.Name()).Order());
        Assert.Equal("one", Assert.Single(_index.List(null, (Manifest.IdLabel, Row.ToString("D")))).Name());
        Assert.Empty(_index.List("b", (Manifest.IdLabel, Row.ToString("D"))));
        Assert.Single(_index.List(null, (Manifest.KindLabel, "Project")));
    }

    [Fact]
    public void Set_WithoutTheLabelsItHad_TellsTheRowThatLostIt()
    {
        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Set(Held(Map("a", "one", 1, Row))));
        Assert.Empty(_index.Set(Held(Map("a", "one", 1, Row))));

        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Set(Held(Map("a", "one", 2))));

        Assert.Empty(_index.List(null, (Manifest.IdLabel, Row.ToString("D"))));
        Assert.Equal(1, _index.Count);
    }

    [Fact]
    public void Replace_ByAListWithoutAnObject_RemovesItAndTellsItsRow()
    {
        _index.Set(Held(Map("a", "one", 1, Row)));

        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Replace([Held(Map("a", "two", 2))], "2"));

        Assert.Null(_index.Find("a", "one"));
        Assert.NotNull(_index.Find("a", "two"));
    }

    [Fact]
    public void SetAnswer_AheadOfTheWatch_StandsAndIsNoNewsWhenTheWatchComesToIt()
    {
        _index.Set(Held(Map("a", "one", 1, Row)));

        _index.SetAnswer(Held(Map("a", "one", 4, Row)));

        Assert.Equal("4", VersionOf("one"));
        Assert.Empty(_index.Set(Held(Map("a", "one", 3, Row))));
        Assert.Equal("4", VersionOf("one"));
        Assert.Empty(_index.Set(Held(Map("a", "one", 4, Row))));
        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Set(Held(Map("a", "one", 5, Row))));
        Assert.Equal("5", VersionOf("one"));
    }

    [Fact]
    public void SetAnswer_ThatTheWatchHasPassed_ChangesNothing()
    {
        _index.Set(Held(Map("a", "one", 1)));
        _index.Remove("a", "one", "5");

        _index.SetAnswer(Held(Map("a", "one", 4)));

        Assert.Null(_index.Find("a", "one"));
    }

    [Fact]
    public void Remove_OfWhatThePortalMadeAgainSince_LeavesIt()
    {
        _index.Set(Held(Map("a", "one", 1, Row)));
        _index.SetAnswer(Held(Map("a", "one", 6, Row)));

        Assert.Empty(_index.Remove("a", "one", "5"));
        Assert.Equal("6", VersionOf("one"));
        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Remove("a", "one", "7"));
        Assert.Null(_index.Find("a", "one"));
    }

    [Theory]
    [InlineData("5", true)]
    [InlineData("7", false)]
    // Set back to a backup: what it has is less than what was known.
    [InlineData("3", false)]
    [InlineData(null, false)]
    public void Replace_ByAList_KeepsOnlyWhatThePortalMadeAfterIt(string? version, bool stays)
    {
        _index.Set(Held(Map("a", "two", 4, Row)));
        _index.SetAnswer(Held(Map("a", "one", 6, Row)));

        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Replace([], version).Distinct());

        Assert.Equal(stays, _index.Find("a", "one") is not null);
        Assert.Null(_index.Find("a", "two"));
    }

    [Fact]
    public void Replace_ByTheListOfAClusterThatWasSetBackAfterAnEcho_KeepsNothingThatIsGone()
    {
        _index.Replace([], "1");
        _index.SetAnswer(Held(Map("a", "one", 6)));
        // The watch comes to it, which is no news.
        _index.Reach("6");

        _index.Replace([], "3");

        Assert.Null(_index.Find("a", "one"));
    }

    [Fact]
    public void Replace_ByTheListOfAClusterThatWasSetBack_TakesItsOlderObjects()
    {
        _index.Set(Held(Map("a", "one", 6)));

        _index.Replace([Held(Map("a", "one", 2))], "3");

        Assert.Equal("2", VersionOf("one"));
    }

    [Fact]
    public void Derive_UntilAnythingChanges_GivesWhatWasWorkedOut()
    {
        static string Names(IReadOnlyList<JsonObject> all) => string.Join(' ', all.Select(o => o.Name()).Order());
        _index.Set(Held(Map("a", "one", 1)));
        var first = _index.Derive(Names);

        Assert.Same(first, _index.Derive(Names));
        _index.Set(Held(Map("a", "one", 1)));
        Assert.Same(first, _index.Derive(Names));
        _index.Set(Held(Map("a", "two", 2)));
        Assert.Equal("one two", _index.Derive(Names));
        _index.Remove("a", "one", "3");
        Assert.Equal("two", _index.Derive(Names));
        _index.Replace([], null);
        Assert.Equal("", _index.Derive(Names));
    }

    [Fact]
    public void Find_GivesEachReaderATreeOfItsOwn()
    {
        _index.Set(Held(Map("a", "größe", 1).With("data", new JsonObject { ["k"] = "信用" })));

        var first = _index.Find("a", "größe")!;
        first.Remove("data");

        Assert.Equal("信用", _index.Find("a", "größe").Text("data", "k"));
    }

    [Fact]
    public void Pod_IsKeptInOutline_WithWhatItAsksForAndWithoutItsEnvironment()
    {
        var pod = JsonNode.Parse("""
            {"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","namespace":"a","resourceVersion":"1","annotations":{"short":"kept","long":"LONG"}},
             "spec":{"nodeName":"n1","priority":5,"serviceAccountName":"x","tolerations":[{"operator":"Exists"}],
                "containers":[{"name":"main","image":"i","resources":{"requests":{"cpu":"1"}},"env":[{"name":"TOKEN","value":"canary"}],"command":["sh"]}],
                "ephemeralContainers":[{"name":"debug","env":[{"name":"TOKEN","value":"canary"}]}],
                "volumes":[{"name":"t","projected":{"sources":[]}},{"name":"d","persistentVolumeClaim":{"claimName":"c"}}]},
             "status":{"phase":"Pending","podIP":"10.0.0.1","hostIP":"10.1.0.1","conditions":[{"type":"Ready","status":"False"}],
                "containerStatuses":[{"name":"main","restartCount":2,"containerID":"c://1","state":{"waiting":{"reason":"CrashLoopBackOff"}}}]}}
            """.Replace("LONG", new string('x', 300), StringComparison.Ordinal))!.AsObject();

        _index.Set(Held(Kinds.Pod, pod));

        var seen = _index.Find("a", "p")!;
        var text = seen.ToJsonString();
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.Equal(["short"], seen.At("metadata", "annotations")!.AsObject().Select(a => a.Key));
        Assert.Equal(("n1", "5"), (seen.Text("spec", "nodeName"), seen.Text("spec", "priority")));
        Assert.Equal("1", seen.Items("spec", "containers").Single().Text("resources", "requests", "cpu"));
        Assert.Equal("d", seen.Items("spec", "volumes").Single().Text("name"));
        Assert.Equal(("10.0.0.1", null), (seen.Text("status", "podIP"), seen.Text("status", "hostIP")));
        var status = seen.Items("status", "containerStatuses").Single();
        Assert.Equal(("CrashLoopBackOff", null), (status.Text("state", "waiting", "reason"), status.Text("containerID")));
    }

    [Fact]
    public void Route_IsKeptWithoutThePrivateKeyOfItsCertificate()
    {
        var route = JsonNode.Parse("""
            {"apiVersion":"route.openshift.io/v1","kind":"Route","metadata":{"name":"r","namespace":"a","resourceVersion":"1","managedFields":[{}]},
             "spec":{"host":"scores.example.com","tls":{"termination":"edge","certificate":"PUBLIC","key":"canary"}}}
            """)!.AsObject();

        _index.Set(Held(PublishingKinds.Route, route));

        var seen = _index.Find("a", "r")!;
        Assert.DoesNotContain("canary", seen.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal(("edge", "PUBLIC"), (seen.Text("spec", "tls", "termination"), seen.Text("spec", "tls", "certificate")));
        Assert.Null(seen.At("metadata", "managedFields"));
    }

    [Fact]
    public void Holdings_AreThoseOfPlacedPodsThatHaveNotEnded()
    {
        _index.Set(Held(Kinds.Pod, PodOn("running", "n1", "Running")));
        _index.Set(Held(Kinds.Pod, PodOn("pending", "n2", "Pending")));
        _index.Set(Held(Kinds.Pod, PodOn("ended", "n1", "Succeeded")));
        _index.Set(Held(Kinds.Pod, PodOn("waiting", null, "Pending")));
        _index.Set(Held(Map("a", "map", 1)));

        var held = _index.Holdings().OrderBy(h => h.Node).ToList();

        Assert.Equal([("a", "n1"), ("a", "n2")], held.Select(h => (h.Namespace, h.Node)));
        Assert.All(held, h => Assert.Equal([("cpu", 1.5m), ("nvidia.com/gpu", 2m)], h.Requests.Select(r => (r.Key, r.Value)).Order()));
    }

    [Fact]
    public void Set_OfCountsOfUseAlone_IsKeptAndTellsNoRow()
    {
        foreach (var (type, counts, decisive) in (ReadOnlySpan<(ResourceType, string, string)>)
        [
            (Kinds.ResourceQuota, "used", "hard"),
            (Kinds.ClusterQueue, "flavorsUsage", "conditions"),
            (Kinds.LocalQueue, "pendingWorkloads", "conditions"),
        ])
        {
            var index = new ObjectIndex();
            index.Set(Held(type, Counted(1, (counts, "1"), (decisive, "1"))));

            Assert.Empty(index.Set(Held(type, Counted(2, (counts, "2"), (decisive, "1")))));
            Assert.Equal("2", index.Find("a", "one").Text("status", counts));

            Assert.Equal([new ReconcileOwner("Project", Row)], index.Set(Held(type, Counted(3, (counts, "2"), (decisive, "2")))));
            var unlabelled = Counted(4, (counts, "2"), (decisive, "2"));
            unlabelled["metadata"]!.AsObject().Remove("labels");
            Assert.Equal([new ReconcileOwner("Project", Row)], index.Set(Held(type, unlabelled)));
        }
    }

    [Fact]
    public void Set_OfCountsOfAKindThatSaysMore_TellsTheRow()
    {
        _index.Set(Held(Counted(1, ("used", "1"))));

        Assert.Equal([new ReconcileOwner("Project", Row)], _index.Set(Held(Counted(2, ("used", "2")))));
    }

    private string? VersionOf(string name) => _index.Find("a", name).Text("metadata", "resourceVersion");

    private static JsonObject PodOn(string name, string? node, string phase)
    {
        var spec = JsonNode.Parse("""{"containers":[{"resources":{"requests":{"cpu":"1"},"limits":{"nvidia.com/gpu":"2"}}},{"resources":{"requests":{"cpu":"500m"}}}]}""")!;
        if (node is not null)
            spec["nodeName"] = node;
        return new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "a", ["resourceVersion"] = "1" },
            ["spec"] = spec,
            ["status"] = new JsonObject { ["phase"] = phase },
        };
    }

    private static JsonObject Counted(int version, params (string Field, string Value)[] status)
    {
        var seen = Map("a", "one", version, Row);
        seen["status"] = new JsonObject(status.Select(f => KeyValuePair.Create(f.Field, (JsonNode?)f.Value)));
        return seen;
    }

    private static HeldObject Held(JsonObject seen) => Held(Kinds.ConfigMap, seen);

    private static HeldObject Held(ResourceType type, JsonObject seen)
    {
        using var packer = new ObjectPacker(type);
        return packer.Pack(JsonSerializer.SerializeToElement(seen));
    }

    private static JsonObject Map(string ns, string name, int version, Guid? row = null)
    {
        var made = row is { } id ? Manifest.Create(Kinds.ConfigMap, ns, name, new ReconcileOwner("Project", id))
            : new JsonObject { ["apiVersion"] = "v1", ["kind"] = "ConfigMap", ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = ns } };
        made["metadata"]!["resourceVersion"] = $"{version}";
        return made;
    }
}
