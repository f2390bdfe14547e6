using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Lifecycle;

/// <summary>Which objects follow their owners, and which do not.</summary>
public sealed class GarbageCollectionTests(ApiFixture api) : IClassFixture<ApiFixture>
{
    private const string Policies = "/apis/admissionregistration.k8s.io/v1";

    [Theory]
    [InlineData("")]
    [InlineData(" || request.name.substring(99) == ''")]
    public async Task Dependent_ThatMayNotBeDeleted_HoldsUpNoOtherAndGoesWhenItMay(string more)
    {
        var ns = await api.NamespaceAsync();
        await using var refusal = await RefuseDeletionAsync(ns, "kept", more);
        var owner = await CreateAsync(ns, "owner");
        await CreateAsync(ns, "kept", Reference(owner));
        await CreateAsync(ns, "loose", Reference(owner));

        await api.ExpectAsync(200, "DELETE", Path(ns, "owner"));

        await Eventually.True(() => IsGoneAsync(ns, "loose"), "the other dependent is gone");
        Assert.False(await IsGoneAsync(ns, "kept"));
        await refusal.DisposeAsync();
        await Eventually.True(() => IsGoneAsync(ns, "kept"), "the kept dependent is gone when it may be deleted");
    }

    [Fact]
    public async Task Object_WhoseOwnerIsGoneAlready_IsCollected()
    {
        var ns = await api.NamespaceAsync();
        var owner = await CreateAsync(ns, "owner");
        await api.ExpectAsync(200, "DELETE", Path(ns, "owner"));

        await CreateAsync(ns, "late", Reference(owner));
        // Another object of the owner's name is another owner.
        await CreateAsync(ns, "owner");

        await Eventually.True(() => IsGoneAsync(ns, "late"), "the late one is gone");
        Assert.False(await IsGoneAsync(ns, "owner"));
    }

    [Fact]
    public async Task Foreground_WithASecondOwnerAlive_TakesOnlyTheReference()
    {
        var ns = await api.NamespaceAsync();
        var (going, staying) = (await CreateAsync(ns, "going"), await CreateAsync(ns, "staying"));
        await CreateAsync(ns, "shared", Reference(going), Reference(staying));

        await api.ExpectAsync(200, "DELETE", Path(ns, "going") + "?propagationPolicy=Foreground");

        await Eventually.True(() => IsGoneAsync(ns, "going"), "the owner is gone");
        var shared = await api.ExpectAsync(200, "GET", Path(ns, "shared"));
        Assert.False(shared.IsDeleting());
        Assert.Equal([staying.Uid()], shared.Items("metadata", "ownerReferences")!.Select(owner => ((JsonObject)owner!).Text("uid")));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Foreground_WaitsForDependentsThatBlockOnly(bool blocks)
    {
        var ns = await api.NamespaceAsync();
        var owner = await CreateAsync(ns, "owner");
        await api.ExpectAsync(201, "POST", Path(ns), Map("held", "\"finalizers\":[\"samples.lab/hold\"],", Reference(owner, blocks)));

        await api.ExpectAsync(200, "DELETE", Path(ns, "owner") + "?propagationPolicy=Foreground");

        await Eventually.True(async () => (await api.ExpectAsync(200, "GET", Path(ns, "held"))).IsDeleting(), "the dependent is told to go");
        if (blocks) Assert.False(await IsGoneAsync(ns, "owner"));
        else await Eventually.True(() => IsGoneAsync(ns, "owner"), "the owner is gone");
        await api.ExpectAsync(200, "PATCH", Path(ns, "held"), """{"metadata":{"finalizers":null}}""", "application/merge-patch+json");
        await Eventually.True(() => IsGoneAsync(ns, "owner"), "the owner is gone when nothing blocks it");
    }

    [Fact]
    public async Task Owner_OfAKindThatIsNotServed_IsUnknownAndNotGone()
    {
        var ns = await api.NamespaceAsync();
        var gone = await CreateAsync(ns, "gone");
        await api.ExpectAsync(200, "DELETE", Path(ns, "gone"));
        await CreateAsync(ns, "stranger", """{"apiVersion":"nowhere.lab/v1","kind":"Nothing","name":"x","uid":"0a0a0a0a-0000-0000-0000-000000000000"}""");
        var owner = await CreateAsync(ns, "owner");
        await CreateAsync(ns, "old", Reference(owner).Replace("\"v1\"", "\"v1beta1\"", StringComparison.Ordinal));

        // They were looked at when one that came after them is.
        await CreateAsync(ns, "marker", Reference(gone));
        await Eventually.True(() => IsGoneAsync(ns, "marker"), "the marker is gone");

        Assert.False(await IsGoneAsync(ns, "stranger"));
        Assert.False(await IsGoneAsync(ns, "old"));
    }

    [Fact]
    public async Task Namespace_WithAnObjectThatMayNotBeDeleted_SaysSoAndGoesWhenItMay()
    {
        var ns = await api.NamespaceAsync();
        await using var refusal = await RefuseDeletionAsync(ns, "kept");
        await CreateAsync(ns, "kept");
        await CreateAsync(ns, "loose");

        await api.ExpectAsync(200, "DELETE", $"/api/v1/namespaces/{ns}");

        await Eventually.True(() => IsGoneAsync(ns, "loose"), "the other object is gone");
        await Eventually.True(async () => (await api.ExpectAsync(200, "GET", $"/api/v1/namespaces/{ns}")).Items("status", "conditions")?.OfType<JsonObject>().Any(condition =>
            condition.Text("type") == "NamespaceDeletionContentFailure" && condition.Text("status") == "True" && condition.Text("reason") == "ContentDeletionFailed"
            && condition.Text("message")!.Contains("1 remaining: configmaps \"kept\" is forbidden", StringComparison.Ordinal)) == true, "the condition says what was refused");
        await refusal.DisposeAsync();
        await Eventually.True(async () => (int)(await api.SendAsync("GET", $"/api/v1/namespaces/{ns}")).Code == 404, "the namespace is gone");
    }

    private async Task<Refusal> RefuseDeletionAsync(string ns, string name, string more = "")
    {
        await api.ExpectAsync(201, "POST", $"{Policies}/validatingadmissionpolicies", $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicy","metadata":{"name":"{{ns}}"},"spec":{"failurePolicy":"Fail",
            "matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["DELETE"],"resources":["configmaps"]}]},
            "validations":[{"expression":"request.namespace != '{{ns}}' || request.name != '{{name}}'{{more}}","message":"it is kept"}] } }
            """);
        await api.ExpectAsync(201, "POST", $"{Policies}/validatingadmissionpolicybindings", $$"""
            {"apiVersion":"admissionregistration.k8s.io/v1","kind":"ValidatingAdmissionPolicyBinding","metadata":{"name":"{{ns}}"},"spec":{"policyName":"{{ns}}","validationActions":["Deny"]} }
            """);
        return new Refusal(api, ns);
    }

    private Task<JsonObject> CreateAsync(string ns, string name, params string[] owners) => api.ExpectAsync(201, "POST", Path(ns), Map(name, "", owners));

    private async Task<bool> IsGoneAsync(string ns, string name) => (int)(await api.SendAsync("GET", Path(ns, name))).Code == 404;

    private static string Path(string ns, string name = "") => $"/api/v1/namespaces/{ns}/configmaps{(name.Length > 0 ? "/" + name : "")}";

    private static string Map(string name, string metadata, params string[] owners) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","metadata":{ {{metadata}}"name":"{{name}}","ownerReferences":[{{string.Join(',', owners)}}]} }""";

    private static string Reference(JsonObject owner, bool blocks = true) =>
        $$"""{"apiVersion":"v1","kind":"ConfigMap","name":"{{owner.Name()}}","uid":"{{owner.Uid()}}","blockOwnerDeletion":{{(blocks ? "true" : "false")}} }""";

    private sealed class Refusal(ApiFixture api, string name) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await api.SendAsync("DELETE", $"{Policies}/validatingadmissionpolicybindings/{name}");
    }
}
