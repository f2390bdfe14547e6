using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Definitions;

/// <summary>Definitions whose names meet, as a Kubernetes 1.20.2 API server was seen to treat them.</summary>
public sealed class DefinitionNamesTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

    private readonly string _group = $"g{Guid.NewGuid().ToString("N")[..8]}.lab";

    [Theory]
    [InlineData("bars", """{"plural":"bars","kind":"Foo","shortNames":["ba"]}""", "ListKindConflict", "FooList", """{"plural":"bars","singular":null,"shortNames":["ba"],"kind":null}""")]
    [InlineData("kls", """{"plural":"kls","kind":"FooList"}""", "KindConflict", "FooList", """{"plural":"kls","singular":"foolist","kind":null,"listKind":"FooListList"}""")]
    [InlineData("bazs", """{"plural":"bazs","kind":"Baz","shortNames":["fo"]}""", "ShortNamesConflict", "fo", """{"plural":"bazs","singular":"baz","kind":"Baz","listKind":"BazList"}""")]
    [InlineData("plus", """{"plural":"plus","kind":"Plu","shortNames":["foos"]}""", "ShortNamesConflict", "foos", """{"plural":"plus","singular":"plu","kind":"Plu","listKind":"PluList"}""")]
    [InlineData("quxs", """{"plural":"quxs","kind":"Qux","singular":"foo"}""", "SingularConflict", "foo", """{"plural":"quxs","kind":"Qux","listKind":"QuxList"}""")]
    public async Task Definition_WithATakenName_IsNotServed(string plural, string names, string reason, string taken, string accepted)
    {
        await DefineAsync("foos", """{"plural":"foos","kind":"Foo","shortNames":["fo"]}""");
        await DefineAsync(plural, names);

        var made = await GetAsync(plural);

        Assert.Equal($"NamesAccepted False {reason}: \"{taken}\" is already in use; Established False NotAccepted: not all names are accepted", Conditions(made));
        foreach (var (field, value) in (JsonObject)JsonNode.Parse(accepted)!)
            Assert.Equal((field, value?.ToJsonString() ?? "\"\""), (field, made.At("status", "acceptedNames", field)?.ToJsonString() ?? "\"\""));
        Assert.Null(made.Items("metadata", "finalizers"));
        Assert.Equal(404, await ServedAsync(plural));
        Assert.Equal(200, await ServedAsync("foos"));
        await api.ExpectAsync(200, "DELETE", $"{Definitions}/{plural}.{_group}");
        Assert.Equal(404, (int)(await api.SendAsync("GET", $"{Definitions}/{plural}.{_group}")).Code);
    }

    [Fact]
    public async Task Definition_OfAnotherGroup_MayHaveTheSameNames()
    {
        await DefineAsync("foos", """{"plural":"foos","kind":"Foo","shortNames":["fo"]}""");
        var other = new DefinitionNamesTests(api);
        await other.DefineAsync("foos", """{"plural":"foos","kind":"Foo","shortNames":["fo"]}""");
        Assert.Equal(200, await other.ServedAsync("foos"));
    }

    [Fact]
    public async Task Definition_WhoseNamesChange_IsServedUnderThoseItMayHave()
    {
        await DefineAsync("foos", """{"plural":"foos","kind":"Foo","shortNames":["fo"]}""");
        await DefineAsync("bars", """{"plural":"bars","kind":"Foo","shortNames":["ba"]}""");

        // What was never served may have another kind.
        await RenameAsync("bars", """{"kind":"Bar","listKind":"BarList","singular":"bar"}""");
        Assert.Equal(200, await ServedAsync("bars"));
        Assert.StartsWith("NamesAccepted True NoConflicts: no conflicts found; Established True InitialNamesAccepted", Conditions(await GetAsync("bars")), StringComparison.Ordinal);

        // What is served stays so, under the names that it had.
        await RenameAsync("foos", """{"shortNames":["fo","ba"]}""");
        Assert.StartsWith("NamesAccepted False ShortNamesConflict: \"ba\" is already in use; Established True", Conditions(await GetAsync("foos")), StringComparison.Ordinal);
        Assert.Equal("fo", await ShortNamesAsync("foos"));
        var refused = await api.ExpectAsync(422, "PATCH", $"{Definitions}/foos.{_group}", """{"spec":{"names":{"kind":"Other"}}}""", "application/merge-patch+json");
        Assert.Contains("spec.names.kind: Invalid value: \"Other\": field is immutable", refused.Text("message"), StringComparison.Ordinal);

        // A name that is let go is given to who waits for it.
        await RenameAsync("bars", """{"shortNames":null}""");
        Assert.StartsWith("NamesAccepted True", Conditions(await GetAsync("foos")), StringComparison.Ordinal);
        Assert.Equal("fo,ba", await ShortNamesAsync("foos"));
    }

    [Fact]
    public async Task Definition_ThatWaitsForANameOfOneThatGoes_IsServedThen()
    {
        await DefineAsync("foos", """{"plural":"foos","kind":"Foo","shortNames":["fo"]}""");
        await DefineAsync("bars", """{"plural":"bars","kind":"Foo","shortNames":["fo"]}""");
        Assert.Equal(404, await ServedAsync("bars"));

        await api.ExpectAsync(200, "DELETE", $"{Definitions}/foos.{_group}");

        await Controllers.Eventually.True(async () => await ServedAsync("bars") == 200, "the name is free");
        Assert.Equal("bars:Foo", string.Join(' ', (await ResourcesAsync()).Select(resource => $"{resource.Text("name")}:{resource.Text("kind")}")));
    }

    private static string Conditions(JsonObject definition) => string.Join("; ", definition.Items("status", "conditions")!.OfType<JsonObject>()
        .Select(condition => $"{condition.Text("type")} {condition.Text("status")} {condition.Text("reason")}: {condition.Text("message")}"));

    private Task<JsonObject> DefineAsync(string plural, string names) => api.ExpectAsync(201, "POST", Definitions,
        $$$"""
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"{{{plural}}}.{{{_group}}}"},"spec":{"group":"{{{_group}}}","scope":"Namespaced","names":{{{names}}},
        "versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object"} } }]} }
        """);

    private Task<JsonObject> RenameAsync(string plural, string names) =>
        api.ExpectAsync(200, "PATCH", $"{Definitions}/{plural}.{_group}", $$"""{"spec":{"names":{{names}} } }""", "application/merge-patch+json");

    private Task<JsonObject> GetAsync(string plural) => api.ExpectAsync(200, "GET", $"{Definitions}/{plural}.{_group}");

    private async Task<int> ServedAsync(string plural) => (int)(await api.SendAsync("GET", $"/apis/{_group}/v1/namespaces/default/{plural}")).Code;

    private async Task<IEnumerable<JsonObject>> ResourcesAsync() => (await api.ExpectAsync(200, "GET", $"/apis/{_group}/v1")).Items("resources")!.OfType<JsonObject>();

    private async Task<string> ShortNamesAsync(string plural) => string.Join(',', (await ResourcesAsync()).Single(resource => resource.Text("name") == plural).Items("shortNames")!.Select(item => item.AsText()));
}
