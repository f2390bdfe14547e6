using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Ownership;
using Portal.LocalCluster.Storage;

namespace Portal.LocalCluster.Tests.Ownership;

public class ServerSideApplyTests
{
    private static readonly ResourceType Pods = BuiltinResources.List.First(type => type.Kind == "Pod");

    [Fact]
    public void Apply_ByTwoManagers_MergesContainersByName()
    {
        var first = Apply(live: null, "one", Pod("""{"name":"a","image":"a:1"}"""));
        var both = Apply(first, "two", Pod("""{"name":"b","image":"b:1"}"""));

        Assert.Equal(["a:1", "b:1"], Images(both));
        Assert.Equal(["one", "two"], ManagedFields.Read(both).Select(manager => manager.Name));
    }

    [Fact]
    public void Apply_ThatLetsAContainerGo_RemovesItUnlessAnotherNamesIt()
    {
        var both = Apply(Apply(live: null, "one", Pod("""{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}""")), "two", Pod("""{"name":"b","image":"b:1"}"""));

        var less = Apply(both, "one", Pod("""{"name":"c","image":"c:1"}"""));

        Assert.Equal(["b:1", "c:1"], Images(less));
    }

    [Fact]
    public void Apply_OfAnotherValue_NamesTheFieldAndItsOwner()
    {
        var first = Apply(live: null, "one", Pod("""{"name":"a","image":"a:1"}"""));

        var refusal = Assert.Throws<ApiException>(() => Apply(first, "two", Pod("""{"name":"a","image":"a:2"}""")));

        Assert.Equal(409, refusal.Code);
        Assert.Equal("Apply failed with 1 conflict: conflict with \"one\": .spec.containers[name=\"a\"].image", refusal.Message);
        Assert.Equal(["a:2"], Images(Apply(first, "two", Pod("""{"name":"a","image":"a:2"}"""), force: true)));
    }

    [Fact]
    public void Apply_OfTheSameValue_SharesTheField()
    {
        var first = Apply(live: null, "one", Pod("""{"name":"a","image":"a:1"}"""));
        var shared = Apply(first, "two", Pod("""{"name":"a","image":"a:1"}"""));

        Assert.Equal(["a:1"], Images(Apply(shared, "one", Pod(""))));
    }

    /// <summary>What is applied by name, on what is there, and the order of both.</summary>
    [Theory]
    [InlineData("x a b", "b a", "x b a")]
    [InlineData("a x b", "b a", "x b a")]
    [InlineData("a b x", "b a", "b x a")]
    [InlineData("a x b", "a n b", "a x n b")]
    [InlineData("x", "a", "x a")]
    [InlineData("a b c", "c a b", "c a b")]
    [InlineData("a x b y", "a b", "a x b y")]
    public void Apply_OnAListOfOthers_FollowsTheAppliedOrder(string live, string applied, string merged)
    {
        static string Containers(string names) => string.Join(',', names.Split(' ').Select(name => $$"""{"name":"{{name}}","image":"{{name}}"}"""));
        Assert.Equal(merged, string.Join(' ', Images(Apply(Apply(live: null, "one", Pod(Containers(live))), "two", Pod(Containers(applied))))));
    }

    [Fact]
    public void FieldSet_ToJsonAndBack_IsTheSame()
    {
        var json = (JsonObject)JsonNode.Parse("""{"f:spec":{"f:containers":{"k:{\"name\":\"c\"}":{".":{},"f:image":{} } },"f:finalizers":{"v:\"x\"":{} } } }""")!;
        Assert.True(JsonNode.DeepEquals(json, FieldSet.Parse(json).ToJson()));
        Assert.Equal([".spec.containers[name=\"c\"]", ".spec.containers[name=\"c\"].image", ".spec.finalizers[=\"x\"]"], FieldSet.Parse(json).Paths());
    }

    private static JsonObject Apply(JsonObject? live, string manager, JsonObject config, bool force = false) =>
        ObjectText.Normalize(ServerSideApply.Apply(Pods, live, config, new WriteOptions(manager, Apply: true), force, DateTimeOffset.UnixEpoch));

    private static JsonObject Pod(string containers) =>
        ObjectText.Parse(System.Text.Encoding.UTF8.GetBytes($$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{{containers}}] } }"""));

    private static IEnumerable<string?> Images(JsonObject pod) => pod.Items("spec", "containers")!.OfType<JsonObject>().Select(container => container.Text("image"));
}
