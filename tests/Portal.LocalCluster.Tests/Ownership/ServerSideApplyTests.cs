using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Ownership;
using Portal.LocalCluster.Schema;
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

    [Fact]
    public void Apply_ThatLetsAnElementGo_LeavesNoFragmentOfWhatAnotherChangedInIt()
    {
        var first = Apply(live: null, "one", Pod("""{"name":"a","image":"a:1"},{"name":"b","image":"b:1"}"""));
        var changed = Pod("""{"name":"a","image":"a:2"},{"name":"b","image":"b:1"}""");
        FieldManagers.Track(Pods, first, changed, new WriteOptions("two"), DateTimeOffset.UnixEpoch);

        var less = Apply(changed, "one", Pod("""{"name":"b","image":"b:1"}"""));

        Assert.Equal(["b:1"], Images(less));
        Assert.Equal(["one"], ManagedFields.Read(less).Select(manager => manager.Name));
    }

    [Fact]
    public void Apply_ThatLetsAKeyGo_LeavesNoFragmentOfWhatAnotherChangedBelowIt()
    {
        var boxes = new ResourceType("samples.lab", "v1", "Box", "boxes")
        {
            Custom = true,
            Schema = StructuralSchema.Of(Json("""
                {"type":"object","properties":{"spec":{"type":"object","properties":{"parts":{"type":"object","additionalProperties":{"type":"object","properties":{"size":{"type":"integer"},"of":{"type":"string"}}}}}}}}
                """)),
        };
        var first = Apply(live: null, "one", Box("""{"x":{"size":1,"of":"tin"},"y":{"size":1}}"""), type: boxes);
        var changed = Box("""{"x":{"size":2,"of":"tin"},"y":{"size":1}}""");
        FieldManagers.Track(boxes, first, changed, new WriteOptions("two"), DateTimeOffset.UnixEpoch);

        var again = Apply(changed, "one", Box("""{"x":{"of":"tin"},"y":{"size":1}}"""), type: boxes);
        var less = Apply(changed, "one", Box("""{"y":{"size":1}}"""), type: boxes);

        Assert.Equal("""{"x":{"size":2,"of":"tin"},"y":{"size":1}}""", again.At("spec", "parts")?.ToJsonString());
        Assert.Equal("""{"y":{"size":1}}""", less.At("spec", "parts")?.ToJsonString());
    }

    [Theory]
    [InlineData("""{"name":"a","env":[{"name":"X"},{"name":"Y"},{"name":"X"}]}""", ".spec.containers[name=\"a\"].env: duplicate entries for key [name=\"X\"]")]
    [InlineData("""{"name":"a","ports":[{"containerPort":1},{"containerPort":1,"protocol":"TCP"},{"containerPort":1,"protocol":"UDP"}]}""",
        ".spec.containers[name=\"a\"].ports: duplicate entries for key [containerPort=1,protocol=\"TCP\"]")]
    [InlineData("""{"image":"a:1"}""", ".spec.containers: element 0: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)")]
    [InlineData("""{"name":"a"},{"name":"a"},{"image":"a:1"}""", "errors:\n  .spec.containers: duplicate entries for key [name=\"a\"]\n"
        + "  .spec.containers: element 2: associative list with keys has an element that omits key field \"name\" (and doesn't have default value)")]
    public void Apply_OfElementsThatCannotBeToldApart_IsRefused(string containers, string problem)
    {
        var refusal = Assert.Throws<ApiException>(() => SchemaCheck.Declared(Pods, Pod(containers)));
        Assert.Equal((500, $"failed to create typed patch object (/p; /v1, Kind=Pod): {problem}"), (refusal.Code, refusal.Message));
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

    private static JsonObject Apply(JsonObject? live, string manager, JsonObject config, bool force = false, ResourceType? type = null) =>
        ObjectText.Normalize(ServerSideApply.Apply(type ?? Pods, live, config, new WriteOptions(manager, Apply: true), force, DateTimeOffset.UnixEpoch));

    private static JsonObject Pod(string containers) =>
        Json($$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{{containers}}] } }""");

    private static JsonObject Box(string parts) => Json($$"""{"apiVersion":"samples.lab/v1","kind":"Box","metadata":{"name":"b"},"spec":{"parts":{{parts}} } }""");

    private static JsonObject Json(string text) => ObjectText.Parse(System.Text.Encoding.UTF8.GetBytes(text));

    private static IEnumerable<string?> Images(JsonObject pod) => pod.Items("spec", "containers")!.OfType<JsonObject>().Select(container => container.Text("image"));
}
