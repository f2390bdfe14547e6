using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;
using Portal.Core.Health.Causes;
using Portal.Core.Workloads;
using Portal.Testing.Schemas;

namespace Portal.Core.Tests.Health;

/// <summary>Every kind, held against objects as clusters show them and the verdicts that are expected of them.</summary>
public class KindHealthTests
{
    private const int Least = 8;

    public static TheoryData<string, string> Cases
    {
        get
        {
            var cases = new TheoryData<string, string>();
            foreach (var (kind, name) in HealthCase.All)
                cases.Add(kind, name);
            return cases;
        }
    }

    public static TheoryData<string> Kinds => [.. KindHealth.Kinds.Order(StringComparer.Ordinal)];

    [Theory, MemberData(nameof(Cases))]
    public void From_ObjectOfACluster_IsTheExpectedVerdict(string kind, string name)
    {
        var recorded = HealthCase.Read(kind, name);

        var status = KindHealth.From(recorded.Facts);

        Assert.Equal((recorded.State, recorded.Reason), (status?.State, status?.Reason));
        Assert.All(recorded.With, w => Assert.Equal(w.Value, status!.Arguments.GetValueOrDefault(w.Key)));
        if (status!.Reason.Length > 0)
            Assert.NotNull(CauseCatalogue.Find(status.Reason));
    }

    // They hold whole commands, with what charts are given.
    [Fact]
    public void From_Application_TellsNoneOfItsMessages() =>
        Assert.All(HealthCase.All.Where(c => c.Kind == "Application"), c => Assert.Equal("", KindHealth.From(HealthCase.Read(c.Kind, c.Name).Facts)!.Detail));

    [Theory, MemberData(nameof(Cases))]
    public void Object_OfACase_IsOneThatTheClusterCouldHold(string kind, string name)
    {
        var facts = HealthCase.Read(kind, name).Facts;

        foreach (var seen in new[] { facts.Object, facts.Workload }.OfType<JsonObject>().Concat(facts.Pods).Concat(facts.Events))
            KubernetesSchemas.AssertValid(WithoutNulls(seen).AsObject(), observed: true);
    }

    [Theory, MemberData(nameof(Cases))]
    public void PodsOf_ObjectOfACase_AreAllOfItsPods(string kind, string name)
    {
        var facts = HealthCase.Read(kind, name).Facts;
        if (kind == "Pod")
            return;

        Assert.Equal(facts.Pods.Select(p => p.Name()).Order(), PodsHealth.Of(facts.Object, facts.Pods).Select(p => p.Name()).Order());
    }

    [Theory, MemberData(nameof(Kinds))]
    public void Kind_WithAFunction_HasEnoughCasesAndAwkwardOnes(string kind)
    {
        var cases = HealthCase.All.Where(c => c.Kind == kind).Select(c => HealthCase.Read(c.Kind, c.Name)).ToList();

        Assert.True(cases.Count >= Least, $"{kind} has {cases.Count} cases, at least {Least} are asked for");
        Assert.Contains(cases, c => c.State is WorkloadState.Attention or WorkloadState.Failed);
        Assert.Contains(cases, c => c.Reason.Length == 0);
    }

    [Fact]
    public void Cases_OfTheFolders_AreOfKindsThatHaveAFunction() =>
        Assert.Empty(HealthCase.All.Select(c => c.Kind).Distinct().Except(KindHealth.Kinds));

    [Fact]
    public void From_ClaimWithoutItsEventsAsked_WaitsWithoutAlarm()
    {
        var facts = HealthCase.Read("PersistentVolumeClaim", "first-consumer").Facts;

        var status = KindHealth.From(facts with { Events = [], KnowsEvents = false });

        Assert.Equal((WorkloadState.Pending, "storage.pending"), (status?.State, status?.Reason));
        Assert.Equal("object.no_news", KindHealth.From(facts with { Events = [] })?.Reason);
    }

    // Servers write null for a time that never was; the published schemas do not allow for it.
    private static JsonNode WithoutNulls(JsonNode node) => node switch
    {
        JsonObject o => new JsonObject(o.Where(f => f.Value is not null).Select(f => KeyValuePair.Create(f.Key, (JsonNode?)WithoutNulls(f.Value!)))),
        JsonArray a => new JsonArray([.. a.Select(i => WithoutNulls(i!))]),
        _ => node.DeepClone(),
    };

    [Fact]
    public void From_KindWithoutAFunction_IsNothing() => Assert.Null(
        KindHealth.From(new KindFacts(new JsonObject { ["kind"] = "ConfigMap" }, DateTimeOffset.UnixEpoch)));
}
