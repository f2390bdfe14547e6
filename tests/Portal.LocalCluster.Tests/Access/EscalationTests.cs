using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Tests.Api;

namespace Portal.LocalCluster.Tests.Access;

/// <summary>Who may hand on which rights, asked by users who hold only some.</summary>
public sealed class EscalationTests(UsersCluster users) : IClassFixture<UsersCluster>
{
    [Fact]
    public async Task Role_WithMoreThanItsWriterHolds_IsRefusedAndSaysWhatIsMissing()
    {
        var (code, said) = await users.SendAsync("lead", "POST", "/namespaces/team/roles", Role("wide", """{"apiGroups":[""],"resources":["secrets","configmaps"],"verbs":["get","list"]}"""));
        Assert.Equal(403, code);
        Assert.Equal(
            "roles.rbac.authorization.k8s.io \"wide\" is forbidden: user \"lead\" (groups=[\"leads\" \"system:authenticated\"]) is attempting to grant RBAC permissions not currently held:\n"
            + "{APIGroups:[\"\"], Resources:[\"secrets\"], Verbs:[\"get\" \"list\"]}",
            said.Text("message"));
    }

    [Fact]
    public async Task Role_WithNoMoreThanItsWriterHolds_IsMadeAndMayNotGrowLater()
    {
        Assert.Equal(201, (await users.SendAsync("lead", "POST", "/namespaces/team/roles", Role("narrow", """{"apiGroups":[""],"resources":["configmaps"],"verbs":["get"]}"""))).Code);
        Assert.Equal(200, (await users.SendAsync("lead", "PATCH", "/namespaces/team/roles/narrow", """{"metadata":{"labels":{"a":"b"}}}""")).Code);
        Assert.Equal(403, (await users.SendAsync("lead", "PATCH", "/namespaces/team/roles/narrow", """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}""")).Code);
    }

    [Fact]
    public async Task Binding_OfANamedRole_NeedsBindOrTheRights()
    {
        Assert.Equal(201, (await users.SendAsync("binder", "POST", "/namespaces/team/rolebindings", Binding("may", "view"))).Code);
        Assert.Equal(403, (await users.SendAsync("binder", "POST", "/namespaces/team/rolebindings", Binding("may-not", "cluster-admin"))).Code);
        Assert.Equal(403, (await users.SendAsync("lead", "POST", "/namespaces/team/rolebindings", Binding("nor-this", "edit"))).Code);
        Assert.Equal(404, (await users.SendAsync("lead", "POST", "/namespaces/team/rolebindings", Binding("absent", "no-such-role"))).Code);
    }

    [Fact]
    public async Task Roles_WithTheAggregationLabel_AreGatheredIntoEdit()
    {
        var role = JsonNode.Parse(Role("widgets-edit", """{"apiGroups":["samples.lab"],"resources":["widgets"],"verbs":["create"]}"""))!;
        role["kind"] = "ClusterRole";
        role["metadata"]!["labels"] = new JsonObject { ["rbac.authorization.k8s.io/aggregate-to-edit"] = "true" };
        await users.Api.ExpectAsync(201, "POST", UsersCluster.Rbac + "/clusterroles", role.ToJsonString());

        foreach (var name in (string[])["edit", "admin"])
        {
            await Until(async () => (await users.Api.ExpectAsync(200, "GET", $"{UsersCluster.Rbac}/clusterroles/{name}")).Items("rules")!
                .Any(rule => rule!["apiGroups"]![0]!.GetValue<string>() == "samples.lab"));
        }
        var view = await users.Api.ExpectAsync(200, "GET", $"{UsersCluster.Rbac}/clusterroles/view");
        Assert.DoesNotContain(view.Items("rules")!, rule => rule!["apiGroups"]![0]!.GetValue<string>() == "samples.lab");
    }

    [Fact]
    public async Task Impersonation_NeedsTheVerbOnTheUserAndEachGroup()
    {
        Assert.Equal(200, await users.AsAsync("helper", "lead", []));
        Assert.Equal(403, await users.AsAsync("helper", "binder", []));
        Assert.Equal(403, await users.AsAsync("helper", "lead", ["system:masters"]));
        Assert.Equal(403, await users.AsAsync("lead", "helper", []));
    }

    [Fact]
    public async Task Apply_OfWhatIsNotThere_NeedsCreateBesidePatch()
    {
        const string Map = """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"applied"},"data":{"a":"1"}}""";
        const string Path = "/api/v1/namespaces/team/configmaps/applied?fieldManager=t";
        var (refused, said, _) = await users.Api.SendAsync("PATCH", Path, Map, "application/apply-patch+yaml", token: "patcher");
        Assert.Equal((403, true), ((int)refused, said!["message"]!.GetValue<string>().Contains("cannot create resource", StringComparison.Ordinal)));
        await users.Api.ExpectAsync(201, "PATCH", Path, Map, "application/apply-patch+yaml");
        var (allowed, _, _) = await users.Api.SendAsync("PATCH", Path, Map, "application/apply-patch+yaml", token: "patcher");
        Assert.Equal(200, (int)allowed);
    }

    private static string Role(string name, string rule) =>
        $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"{{name}}"},"rules":[{{rule}}]}""";

    private static string Binding(string name, string role) => $$"""
        {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"{{name}}"},"roleRef":{"kind":"ClusterRole","name":"{{role}}"},"subjects":[{"kind":"User","name":"somebody"}]}
        """;

    private static async Task Until(Func<Task<bool>> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (!await condition()) await Task.Delay(20, patience.Token);
    }
}

/// <summary>A cluster whose users hold small rights; each user's token is the name.</summary>
public sealed class UsersCluster : IAsyncLifetime
{
    public const string Rbac = "/apis/rbac.authorization.k8s.io/v1";

    public ApiFixture Api { get; } = ApiFixture.With(options => options.Users =
    [
        new LocalUser { Name = "lead", Token = "lead", Groups = ["leads"] },
        new LocalUser { Name = "binder", Token = "binder" },
        new LocalUser { Name = "helper", Token = "helper" },
        new LocalUser { Name = "patcher", Token = "patcher" },
    ]);

    public async ValueTask InitializeAsync()
    {
        await Api.InitializeAsync();
        await Api.ExpectAsync(201, "POST", "/api/v1/namespaces", """{"metadata":{"name":"team"}}""");
        await GrantAsync("lead", """
            {"apiGroups":["rbac.authorization.k8s.io"],"resources":["roles","rolebindings"],"verbs":["create","patch"]},{"apiGroups":[""],"resources":["configmaps"],"verbs":["get","list"]}
            """);
        await GrantAsync("binder", """
            {"apiGroups":["rbac.authorization.k8s.io"],"resources":["rolebindings"],"verbs":["create"]},{"apiGroups":["rbac.authorization.k8s.io"],"resources":["clusterroles"],"resourceNames":["view"],"verbs":["bind"]}
            """);
        await GrantAsync("helper", """{"apiGroups":[""],"resources":["users"],"resourceNames":["lead"],"verbs":["impersonate"]}""");
        await GrantAsync("patcher", """{"apiGroups":[""],"resources":["configmaps"],"verbs":["patch"]}""");
    }

    public ValueTask DisposeAsync() => Api.DisposeAsync();

    public async Task<(int Code, JsonObject Body)> SendAsync(string user, string method, string path, string body)
    {
        var (code, answer, _) = await Api.SendAsync(method, Rbac + path, body, method == "PATCH" ? "application/merge-patch+json" : "application/json", token: user);
        return ((int)code, (JsonObject)answer!);
    }

    /// <summary>Asks for what only the user "lead" may see.</summary>
    public async Task<int> AsAsync(string caller, string user, string[] groups)
    {
        var (code, _, _) = await Api.SendAsync(
            "GET", "/api/v1/namespaces/team/configmaps", token: caller, headers: groups.Select(one => ("Impersonate-Group", one)).Prepend(("Impersonate-User", user)));
        return (int)code;
    }

    private async Task GrantAsync(string user, string rules)
    {
        await Api.ExpectAsync(201, "POST", Rbac + "/clusterroles", $$"""{"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"{{user}}"},"rules":[{{rules}}]}""");
        await Api.ExpectAsync(201, "POST", Rbac + "/clusterrolebindings", $$"""
            {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"{{user}}"},"roleRef":{"kind":"ClusterRole","name":"{{user}}"},"subjects":[{"kind":"User","name":"{{user}}"}]}
            """);
    }
}
