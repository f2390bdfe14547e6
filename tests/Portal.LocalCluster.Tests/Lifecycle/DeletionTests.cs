using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Lifecycle;

public sealed class DeletionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    [Fact]
    public async Task Namespace_WithAHeldObject_SaysWhatHoldsItAndGoesWhenReleased()
    {
        var ns = await api.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        await api.ExpectAsync(201, "POST", maps, Map("held", "\"finalizers\":[\"samples.lab/hold\"],"));
        await api.ExpectAsync(201, "POST", maps, Map("free"));

        var going = await api.ExpectAsync(200, "DELETE", $"/api/v1/namespaces/{ns}");

        Assert.Equal("Terminating", going.Text("status", "phase"));
        await UntilAsync(async () => (await GetAsync($"/api/v1/namespaces/{ns}"))?.Items("status", "conditions")?.OfType<JsonObject>()
            .Any(condition => condition.Text("message")?.Contains("samples.lab/hold in 1 resource instances", StringComparison.Ordinal) == true) == true, "the conditions name the finalizer");
        await UntilAsync(async () => await GetAsync($"{maps}/free") is null, "the free object is gone");
        var refused = await api.ExpectAsync(403, "POST", maps, Map("late"));
        Assert.Contains("because it is being terminated", refused.Text("message"), StringComparison.Ordinal);
        await api.ExpectAsync(409, "POST", "/api/v1/namespaces", $$"""{"metadata":{"name":"{{ns}}"} }""");

        await api.ExpectAsync(200, "PATCH", $"{maps}/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await UntilAsync(async () => await GetAsync($"/api/v1/namespaces/{ns}") is null, "the namespace is gone");
    }

    [Theory]
    [InlineData("Background", false)]
    [InlineData("Foreground", false)]
    [InlineData("Orphan", true)]
    public async Task Delete_OfAnOwner_TreatsItsDependentsByThePolicy(string policy, bool stays)
    {
        var ns = await api.NamespaceAsync();
        var maps = $"/api/v1/namespaces/{ns}/configmaps";
        var owner = await api.ExpectAsync(201, "POST", maps, Map("owner"));
        var reference = $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"owner","uid":"{{owner.Uid()}}","blockOwnerDeletion":true}""";
        await api.ExpectAsync(201, "POST", maps, Map("dependent", $"\"ownerReferences\":[{reference}],"));

        await api.ExpectAsync(200, "DELETE", $"{maps}/owner?propagationPolicy={policy}");

        await UntilAsync(async () => await GetAsync($"{maps}/owner") is null, "the owner is gone");
        if (stays)
        {
            Assert.Null((await GetAsync($"{maps}/dependent"))!.Items("metadata", "ownerReferences"));
            return;
        }
        await UntilAsync(async () => await GetAsync($"{maps}/dependent") is null, "the dependent is gone");
    }

    [Fact]
    public async Task Delete_OfADefinition_TakesItsObjectsAlong()
    {
        var (group, ns) = ($"g{Guid.NewGuid():N}"[..8] + ".lab", await api.NamespaceAsync());
        await DefineThingsAsync(group);
        await api.ExpectAsync(201, "POST", $"/apis/{group}/v1beta1/namespaces/{ns}/things", $$"""{"apiVersion":"{{group}}/v1beta1","kind":"Thing","metadata":{"name":"one"},"spec":{"a":1} }""");
        Assert.Equal($"{group}/v1", (await api.ExpectAsync(200, "GET", $"/apis/{group}/v1/namespaces/{ns}/things/one")).Text("apiVersion"));
        Assert.Equal($"{group}/v1beta1", (await api.ExpectAsync(200, "GET", $"/apis/{group}/v1beta1/namespaces/{ns}/things/one")).Text("apiVersion"));

        await api.ExpectAsync(200, "DELETE", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{group}");

        await UntilAsync(async () => (int)(await api.SendAsync("GET", $"/apis/{group}/v1/namespaces/{ns}/things")).Code == 404, "the resource is no longer served");
    }

    [Fact]
    public async Task Delete_OfADefinitionThatIsHeld_HoldsUpNoOther()
    {
        var (stuck, free, ns) = ($"g{Guid.NewGuid():N}"[..8] + ".lab", $"g{Guid.NewGuid():N}"[..8] + ".lab", await api.NamespaceAsync());
        await DefineThingsAsync(stuck);
        await DefineThingsAsync(free);
        await api.ExpectAsync(201, "POST", $"/apis/{stuck}/v1/namespaces/{ns}/things", $$"""{"apiVersion":"{{stuck}}/v1","kind":"Thing","metadata":{"name":"held","finalizers":["samples.lab/hold"]} }""");

        await api.ExpectAsync(200, "DELETE", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{stuck}");
        await UntilAsync(async () => (await GetAsync($"/apis/{stuck}/v1/namespaces/{ns}/things/held"))!.IsDeleting(), "the first is being emptied");
        await api.ExpectAsync(200, "DELETE", $"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{free}");

        await UntilAsync(async () => await GetAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{free}") is null, "the other is gone");
        await api.ExpectAsync(200, "PATCH", $"/apis/{stuck}/v1/namespaces/{ns}/things/held", """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await UntilAsync(async () => await GetAsync($"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.{stuck}") is null, "the first is gone when nothing holds it");
    }

    [Fact]
    public async Task Delete_OfABoundPod_GivesItTimeUntilItsNodeAgrees()
    {
        var ns = await api.NamespaceAsync();
        var pods = $"/api/v1/namespaces/{ns}/pods";
        await api.ExpectAsync(201, "POST", pods, """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"nodeName":"n","containers":[{"name":"c","image":"x:1"}]}}""");
        var going = await api.ExpectAsync(200, "DELETE", $"{pods}/p");
        Assert.Equal(30, going.Whole("metadata", "deletionGracePeriodSeconds"));
        Assert.NotNull(await GetAsync($"{pods}/p"));

        await api.ExpectAsync(200, "DELETE", $"{pods}/p?gracePeriodSeconds=0");

        Assert.Null(await GetAsync($"{pods}/p"));
    }

    [Fact]
    public async Task Quota_UnderManyCreatesAtOnce_LetsInExactlyWhatFits()
    {
        var ns = await api.NamespaceAsync();
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/resourcequotas", """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"10","count/configmaps":"3"}}}""");
        var answers = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => api.SendAsync(
            "POST", $"/api/v1/namespaces/{ns}/pods", $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p-{{i}}"},"spec":{"containers":[{"name":"c","image":"x:1"}]} }""")));
        Assert.Equal(10, answers.Count(answer => (int)answer.Code == 201));
        Assert.Equal(50, answers.Count(answer => (int)answer.Code == 403));
        await UntilAsync(async () => (await GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q"))!.Text("status", "used", "pods") == "10", "the status counts ten");

        await api.ExpectAsync(200, "DELETE", $"/api/v1/namespaces/{ns}/pods/{((JsonObject)answers.First(answer => (int)answer.Code == 201).Body!).Name()}");

        await UntilAsync(async () => (await GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q"))!.Text("status", "used", "pods") == "9", "the status counts nine");
    }

    [Fact]
    public async Task Quota_ForAClassOfPriority_CountsThatAlone()
    {
        var ns = await api.NamespaceAsync();
        await api.SendAsync("POST", "/apis/scheduling.k8s.io/v1/priorityclasses", """{"apiVersion":"scheduling.k8s.io/v1","kind":"PriorityClass","metadata":{"name":"scoped"},"value":5}""");
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/resourcequotas", """
            {"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"pods":"1"},
            "scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In","values":["scoped"]}]}}}
            """);
        Task<(System.Net.HttpStatusCode Code, JsonNode?, System.Net.Http.Headers.HttpResponseHeaders)> PodAsync(string name, string spec) => api.SendAsync(
            "POST", $"/api/v1/namespaces/{ns}/pods", $$"""{"apiVersion":"v1","kind":"Pod","metadata":{"name":"{{name}}"},"spec":{ {{spec}}"containers":[{"name":"c","image":"x:1"}]} }""");

        Assert.Equal(201, (int)(await PodAsync("usual-1", "")).Code);
        Assert.Equal(201, (int)(await PodAsync("usual-2", "")).Code);
        Assert.Equal(201, (int)(await PodAsync("scoped-1", "\"priorityClassName\":\"scoped\",")).Code);
        Assert.Equal(403, (int)(await PodAsync("scoped-2", "\"priorityClassName\":\"scoped\",")).Code);
        await UntilAsync(() => UsedAsync(ns, "pods", "1"), "the status counts one");
    }

    [Fact]
    public async Task LimitRange_OnAClaimThatGrows_IsKept()
    {
        var ns = await api.NamespaceAsync();
        var claims = $"/api/v1/namespaces/{ns}/persistentvolumeclaims";
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/limitranges", """{"apiVersion":"v1","kind":"LimitRange","metadata":{"name":"l"},"spec":{"limits":[{"type":"PersistentVolumeClaim","max":{"storage":"5Gi"}}]}}""");
        await api.ExpectAsync(201, "POST", claims, """{"apiVersion":"v1","kind":"PersistentVolumeClaim","metadata":{"name":"c"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"2Gi"}}}}""");
        // Only a bound claim may grow.
        await api.ExpectAsync(200, "PATCH", $"{claims}/c/status", """{"status":{"phase":"Bound"}}""", "application/merge-patch+json");

        var refused = await api.ExpectAsync(403, "PATCH", $"{claims}/c", """{"spec":{"resources":{"requests":{"storage":"6Gi"}}}}""", "application/merge-patch+json");

        Assert.Contains("maximum storage usage per PersistentVolumeClaim is 5Gi, but request is 6Gi", refused.Text("message"), StringComparison.Ordinal);
        await api.ExpectAsync(200, "PATCH", $"{claims}/c", """{"spec":{"resources":{"requests":{"storage":"4Gi"}}}}""", "application/merge-patch+json");
    }

    [Fact]
    public async Task Quota_OnTheNumberOfAKind_CountsWhatComesAndGoesAfterIt()
    {
        var ns = await api.NamespaceAsync();
        var leases = $"/apis/coordination.k8s.io/v1/namespaces/{ns}/leases";
        Task<bool> Counts(string used) => UsedAsync(ns, "count/leases.coordination.k8s.io", used);
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/resourcequotas", """{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"count/leases.coordination.k8s.io":"3"}}}""");
        await UntilAsync(() => Counts("0"), "the status counts none");

        await api.ExpectAsync(201, "POST", leases, """{"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"one"}}""");
        await UntilAsync(() => Counts("1"), "the status counts one");

        await api.ExpectAsync(200, "DELETE", $"{leases}/one");
        await UntilAsync(() => Counts("0"), "the status counts none again");
    }

    [Fact]
    public async Task Quota_OnAKindThatIsDefinedLater_CountsItInEachVersion()
    {
        var (group, ns) = ($"g{Guid.NewGuid():N}"[..8] + ".lab", await api.NamespaceAsync());
        await api.ExpectAsync(201, "POST", $"/api/v1/namespaces/{ns}/resourcequotas", $$"""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"q"},"spec":{"hard":{"count/things.{{group}}":"3"} } }""");
        await UntilAsync(() => UsedAsync(ns, $"count/things.{group}", "0"), "the status counts none");
        await DefineThingsAsync(group);

        await api.ExpectAsync(201, "POST", $"/apis/{group}/v1beta1/namespaces/{ns}/things", $$"""{"apiVersion":"{{group}}/v1beta1","kind":"Thing","metadata":{"name":"one"} }""");
        await UntilAsync(() => UsedAsync(ns, $"count/things.{group}", "1"), "the status counts one");

        await api.ExpectAsync(200, "DELETE", $"/apis/{group}/v1beta1/namespaces/{ns}/things/one");
        await UntilAsync(() => UsedAsync(ns, $"count/things.{group}", "0"), "the status counts none again");
    }

    private Task<JsonObject> DefineThingsAsync(string group) => api.ExpectAsync(201, "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", $$"""
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"things.{{group}}"},"spec":{"group":"{{group}}","scope":"Namespaced",
            "names":{"plural":"things","kind":"Thing"},"versions":[
            {"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } },
            {"name":"v1beta1","served":true,"storage":false,"schema":{"openAPIV3Schema":{"type":"object","x-kubernetes-preserve-unknown-fields":true} } }] } }
            """);

    private async Task<bool> UsedAsync(string ns, string resource, string used) =>
        (await GetAsync($"/api/v1/namespaces/{ns}/resourcequotas/q"))!.Text("status", "used", resource) == used;

    private static string Map(string name, string metadata = "") => $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{ {{metadata}}"name":"{{name}}"} }""";

    private async Task<JsonObject?> GetAsync(string path)
    {
        var (code, body, _) = await api.SendAsync("GET", path);
        return (int)code == 404 ? null : (JsonObject)body!;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        var end = DateTime.UtcNow.AddSeconds(30);
        while (!await condition())
        {
            if (DateTime.UtcNow > end) Assert.Fail($"Never came true: {what}");
            await Task.Delay(20);
        }
    }
}
