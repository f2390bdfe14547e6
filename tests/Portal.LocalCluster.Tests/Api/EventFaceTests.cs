using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Api;

/// <summary>Events in both of their forms, and what of them and of leases is refused, as a Kubernetes 1.20.2 API server was seen to do.</summary>
public sealed class EventFaceTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private const string New = """
        {"apiVersion":"events.k8s.io/v1","kind":"Event","metadata":{"name":"NAME"},"regarding":{"kind":"Pod","namespace":"NS","name":"p","apiVersion":"v1"},"reason":"r","note":"n",
        "type":"Normal","action":"act","reportingController":"a.b/c","reportingInstance":"i","eventTime":"2026-01-01T00:00:00.500000Z"}
        """;

    private const string Old = """
        {"apiVersion":"v1","kind":"Event","metadata":{"name":"NAME"},"involvedObject":{"kind":"Pod","namespace":"NS","name":"p","apiVersion":"v1"},"reason":"r","message":"m",
        "type":"Normal","count":2,"source":{"component":"c","host":"h"},"firstTimestamp":"2026-01-01T00:00:00Z","lastTimestamp":"2026-01-01T00:00:01Z"}
        """;

    [Fact]
    public async Task Event_OfEitherForm_IsReadInBoth()
    {
        var (core, face) = await PathsAsync();
        await MakeAsync(core, Old, "old");
        var made = await MakeAsync(face, New, "new");
        Assert.Equal(("events.k8s.io/v1", "n", "p"), (made.Text("apiVersion"), made.Text("note"), made.Text("regarding", "name")));

        var old = await api.ExpectAsync(200, "GET", $"{face}/old");
        Assert.Equal(("m", "c", 2L), (old.Text("note"), old.Text("deprecatedSource", "component"), old.Whole("deprecatedCount")));
        Assert.Equal("2026-01-01T00:00:01Z", old.Text("deprecatedLastTimestamp"));
        Assert.False(old.ContainsKey("reportingController"));
        Assert.False(old.ContainsKey("message"));
        var seen = await api.ExpectAsync(200, "GET", $"{core}/new");
        Assert.Equal(("v1", "n", "a.b/c"), (seen.Text("apiVersion"), seen.Text("message"), seen.Text("reportingComponent")));
        Assert.Equal("{}", seen["source"]!.ToJsonString());
        Assert.True(seen.TryGetPropertyValue("firstTimestamp", out var first) && first is null);

        Assert.Equal("events.events.k8s.io \"absent\" not found", (await api.ExpectAsync(404, "GET", $"{face}/absent")).Text("message"));
        var patched = await api.ExpectAsync(200, "PATCH", $"{face}/old", """{"note":"x"}""", "application/merge-patch+json");
        Assert.Equal("x", patched.Text("note"));
        Assert.Equal("x", (await api.ExpectAsync(200, "GET", $"{core}/old")).Text("message"));
    }

    [Fact]
    public async Task Events_ListedAndWatchedInTheNewerForm_AreThoseOfBoth()
    {
        var (core, face) = await PathsAsync();
        await MakeAsync(core, Old, "a");
        var list = await api.ExpectAsync(200, "GET", face);
        Assert.Equal(("EventList", "events.k8s.io/v1"), (list.Kind(), list.Text("apiVersion")));
        await MakeAsync(face, New, "b");
        await api.ExpectAsync(200, "DELETE", $"{face}/a");
        Assert.Equal(404, (int)(await api.SendAsync("GET", $"{core}/a")).Code);

        foreach (var (path, version, field) in ((string, string, string)[])[(face, "events.k8s.io/v1", "note"), (core, "v1", "message")])
        {
            using var stream = new StreamReader(await api.Client.GetStreamAsync(new Uri($"{path}?watch=1&resourceVersion={list.Text("metadata", "resourceVersion")}", UriKind.Relative)).WaitAsync(Patience));
            List<JsonObject> changes = [];
            while (changes.Count < 2) changes.Add((JsonObject)JsonNode.Parse((await stream.ReadLineAsync().WaitAsync(Patience))!)!);
            Assert.Equal(["ADDED b", "DELETED a"], changes.Select(change => $"{change.Text("type")} {change.Text("object", "metadata", "name")}"));
            Assert.All(changes, change => Assert.Equal(version, change.Text("object", "apiVersion")));
            Assert.Equal(["n", "m"], changes.Select(change => change.Text("object", field)));
        }
    }

    [Theory]
    [InlineData("reason=r", "reason=r")]
    [InlineData("regarding.name=p", "involvedObject.name=p")]
    [InlineData("reportingController=a.b/c", "reportingComponent=a.b/c")]
    [InlineData("type=Normal", "type=Normal")]
    public async Task Events_Selected_HaveTheFieldsOfTheirForm(string inFace, string inCore)
    {
        var (core, face) = await PathsAsync();
        await MakeAsync(face, New, "x");
        Assert.Single((await api.ExpectAsync(200, "GET", $"{face}?fieldSelector={inFace}")).Items("items")!);
        Assert.Single((await api.ExpectAsync(200, "GET", $"{core}?fieldSelector={inCore}")).Items("items")!);
        Assert.Empty((await api.ExpectAsync(200, "GET", $"{face}?fieldSelector={inFace}z")).Items("items")!);
        if (inFace != inCore) Assert.Equal($"field label not supported: {inCore.Split('=')[0]}", (await api.ExpectAsync(400, "GET", $"{face}?fieldSelector={inCore}")).Text("message"));
    }

    [Fact]
    public async Task Events_SelectedByTheirSource_AreThoseOfTheComponent()
    {
        var (core, face) = await PathsAsync();
        await MakeAsync(core, Old, "x");
        Assert.Single((await api.ExpectAsync(200, "GET", $"{core}?fieldSelector=source=c")).Items("items")!);
        await api.ExpectAsync(400, "GET", $"{face}?fieldSelector=source=c");

        await MakeAsync(face, New, "y"); // it has no source, but says who reports it
        var reported = await api.ExpectAsync(200, "GET", $"{core}?fieldSelector=source=a.b/c");
        Assert.Equal("y", Assert.Single(reported.Items("items")!)!.AsObject().Name());
    }

    [Theory]
    [InlineData("core", """{"involvedObject":{"kind":"Pod","namespace":"other","name":"p"}}""", "involvedObject.namespace: Invalid value: \"other\": does not match event.namespace")]
    [InlineData("core", """{"involvedObject":{"kind":"Node","name":"p"}}""", "involvedObject.namespace: Invalid value: \"\": does not match event.namespace")]
    [InlineData("core", """{"involvedObject":{"kind":"Pod","namespace":"NS"},"eventTime":"2026-01-01T00:00:00.500000Z","reportingComponent":"c"}""",
        "[reportingInstance: Required value, action: Required value, reason: Required value]")]
    [InlineData("face", "{}", "[involvedObject.namespace: Invalid value: \"\": does not match event.namespace, eventTime: Required value, type: Invalid value: \"\": has invalid value: ]")]
    [InlineData("face", """{"series":{"count":1,"lastObservedTime":"2026-01-01T00:00:00.500000Z"}}""", "series.count: Invalid value: \"\": should be at least 2")]
    [InlineData("face", """{"deprecatedSource":{"component":"x"},"deprecatedFirstTimestamp":"2026-01-01T00:00:00Z","deprecatedLastTimestamp":"2026-01-01T00:00:00Z"}""",
        "[firstTimestamp: Invalid value: \"\": needs to be unset, lastTimestamp: Invalid value: \"\": needs to be unset, source: Invalid value: \"\": needs to be unset]")]
    [InlineData("face", """{"type":"Odd"}""", "type: Invalid value: \"\": has invalid value: Odd")]
    public async Task Event_ThatCannotBe_IsRefused(string form, string fields, string message)
    {
        var (core, face) = await PathsAsync();
        var ns = core.Split('/')[4];
        var tree = form == "face" && fields != "{}" ? (JsonObject)JsonNode.Parse(New)! : [];
        foreach (var (field, value) in (JsonObject)JsonNode.Parse(fields)!) tree[field] = value?.DeepClone();
        tree["metadata"] = new JsonObject { ["name"] = "x" };
        var refused = await api.ExpectAsync(422, "POST", form == "face" ? face : core, tree.ToJsonString().Replace("NS", ns, StringComparison.Ordinal));
        Assert.Equal($"Event \"x\" is invalid: {message}", refused.Text("message"));
    }

    [Fact]
    public async Task Event_OfAnOlderForm_MaySayLittle()
    {
        // Not even its name has to be one of other objects.
        var said = await api.ExpectAsync(201, "POST", "/api/v1/namespaces/default/events", """{"metadata":{"name":"E_1"},"involvedObject":{"kind":"Node","name":"n"},"type":"Bad"}""");
        Assert.Equal("", said.Text("reportingComponent"));
    }

    [Theory]
    [InlineData("""{"leaseDurationSeconds":0}""", "spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0")]
    [InlineData("""{"leaseDurationSeconds":-1,"leaseTransitions":-1}""",
        "[spec.leaseDurationSeconds: Invalid value: -1: must be greater than 0, spec.leaseTransitions: Invalid value: -1: must be greater than or equal to 0]")]
    public async Task Lease_ThatCannotBe_IsRefused(string spec, string message)
    {
        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{await api.NamespaceAsync()}/leases";
        var refused = await api.ExpectAsync(422, "POST", leases, $$"""{"metadata":{"name":"l"},"spec":{{spec}} }""");
        Assert.Equal($"Lease.coordination.k8s.io \"l\" is invalid: {message}", refused.Text("message"));
        await api.ExpectAsync(201, "POST", leases, """{"metadata":{"name":"l"},"spec":{"holderIdentity":"","leaseDurationSeconds":1,"leaseTransitions":0}}""");
    }

    [Fact]
    public async Task Namespace_WithAHeldEvent_CountsItOnceAndGoesWhenItIsReleased()
    {
        var (core, face) = await PathsAsync();
        var home = $"/api/v1/namespaces/{face.Split('/')[5]}";
        await MakeAsync(face, New.Replace("\"NAME\"", "\"NAME\",\"finalizers\":[\"samples.lab/hold\"]", StringComparison.Ordinal), "x");
        await api.ExpectAsync(200, "DELETE", home);
        var said = "";
        await Controllers.Eventually.True(async () => (said = ((await api.SendAsync("GET", home)).Body as JsonObject)?.Items("status", "conditions")?.OfType<JsonObject>()
            .FirstOrDefault(condition => condition.Text("type") == "NamespaceContentRemaining")?.Text("message") ?? "").Length > 0, "what is left is told");
        Assert.Equal("Some resources are remaining: events has 1 resource instances", said);

        await api.ExpectAsync(200, "PATCH", $"{core}/x", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await Controllers.Eventually.True(async () => (int)(await api.SendAsync("GET", home)).Code == 404, "the namespace is gone");
    }

    [Fact]
    public async Task Event_DeletedInTheNewerForm_IsTheCoreGroupsToControllers()
    {
        var (core, face) = await PathsAsync();
        await MakeAsync(core, Old, "x");
        using var stop = new CancellationTokenSource(Patience);
        await foreach (var change in ((IObjects)api.Cluster.Services.GetService(typeof(IObjects))!).Watch("events", stop.Token))
        {
            if (change.Object.Namespace() != core.Split('/')[4]) continue;
            Assert.Equal(("v1", "m"), (change.Object.Text("apiVersion"), change.Object.Text("message")));
            if (change.Type == "DELETED") break;
            await api.ExpectAsync(200, "DELETE", $"{face}/x");
        }
    }

    private Task<JsonObject> MakeAsync(string path, string body, string name) => api.ExpectAsync(
        201, "POST", path, body.Replace("NAME", name, StringComparison.Ordinal).Replace("NS", path.Split("/namespaces/")[1].Split('/')[0], StringComparison.Ordinal));

    private async Task<(string Core, string Face)> PathsAsync()
    {
        var ns = await api.NamespaceAsync();
        return ($"/api/v1/namespaces/{ns}/events", $"/apis/events.k8s.io/v1/namespaces/{ns}/events");
    }
}
