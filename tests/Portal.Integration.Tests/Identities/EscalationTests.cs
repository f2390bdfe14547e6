using System.Text.Json.Nodes;

namespace Portal.Integration.Tests.Identities;

/// <summary>
/// What somebody could try who has the token of an account that works in a cluster: every way to more power than its work needs is
/// refused, by its roles or by the fence.
/// </summary>
public class EscalationTests
{
    private const string Own = "ml-own";
    private const string RelabelSystem = """{"metadata":{"labels":{"app.kubernetes.io/managed-by":"mlops-portal","pod-security.kubernetes.io/enforce":"restricted"}}}""";

    private static readonly string Itself = Account(ChartStage.Release, "portal-reconciler");

    [Fact]
    public async Task Reconciler_TryingToEscalate_IsRefusedEachTime()
    {
        await using var stage = await ReadyAsync();
        var attempts = Attempts.ToList();
        var let = await LetAsync(stage, "reconciler", attempts);

        foreach (var who in new[] { "local-admin", "system:serviceaccount:kube-system:default" })
        {
            var (status, text) = await stage.SendAsync("reconciler", "GET", "/api/v1/nodes", header: ("Impersonate-User", who));
            if (status != 403)
                let.Add($"act as {who}: {status} {text}");
        }

        Assert.True(let.Count == 0, string.Join('\n', let));
        Assert.True(attempts.Count >= 40, $"{attempts.Count} attempts");
        Assert.Equal(attempts.Count, attempts.Select(a => a.What).Distinct().Count());
    }

    [Fact]
    public async Task AccountOfAFurtherCluster_TryingToEscalate_IsRefusedEachTimeAndLetAtItsWork()
    {
        await using var stage = await ReadyAsync("registered");
        // It reads logs everywhere, since it is bound once: no policy holds what is only read. The roles of the two parts are not there.
        var attempts = Attempts.Where(a => a.What != "read logs of the system" && a.Body?.Contains(ChartStage.RolePrefix + "workload", StringComparison.Ordinal) != true);
        var let = await LetAsync(stage, "registered", attempts
            .Append(("write a secret of the system", "POST", "/api/v1/namespaces/kube-system/secrets", Secret)));

        Assert.True(let.Count == 0, string.Join('\n', let));
        foreach (var (what, method, path, body) in OnlyItsOwn)
        {
            var (status, text) = await stage.SendAsync("registered", method, path, body);
            Assert.True(status is >= 200 and < 300, $"{what}: {status} {text}");
        }
    }

    [Fact]
    public async Task Web_TryingToChangeOrToReadSecrets_IsRefusedEachTime()
    {
        await using var stage = await ReadyAsync();
        foreach (var (what, method, path, body) in Attempts.Concat(OnlyItsOwn))
        {
            var (status, text) = await stage.SendAsync("web", method, path, body);
            Assert.True(status == 403, $"{what}: {status} {text}");
        }
    }

    [Fact]
    public async Task Reconciler_AtItsWork_IsLet()
    {
        await using var stage = await ReadyAsync();
        foreach (var (what, method, path, body) in OnlyItsOwn)
        {
            var (status, text) = await stage.SendAsync("reconciler", method, path, body);
            Assert.True(status is >= 200 and < 300, $"{what}: {status} {text}");
        }
    }

    [Fact]
    public async Task Reconciler_WithoutTheFence_PassesTheTwoHolesOfItsRoles()
    {
        await using var stage = await ReadyAsync();
        await stage.MustAsync("DELETE", $"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/{ChartStage.RolePrefix}reconciler-fence");

        var (relabelled, _) = await stage.SendAsync("reconciler", "PATCH", "/api/v1/namespaces/kube-system", RelabelSystem);
        var (bound, _) = await stage.SendAsync("reconciler", "POST", Bindings("kube-system"), Binding("taken", "admin", Itself));
        var (read, secrets) = await stage.SendAsync("reconciler", "GET", "/api/v1/namespaces/kube-system/secrets");

        Assert.Equal((200, 201, 200), (relabelled, bound, read));
        Assert.Contains(JsonNode.Parse(secrets)!["items"]!.AsArray(), s => s!["metadata"]!["name"]!.ToString() == "hidden");
    }

    // The two holes of the roles come first: RBAC cannot close them.
    private static IEnumerable<(string What, string Method, string Path, string? Body)> Attempts =>
    [
        ("relabel kube-system", "PATCH", "/api/v1/namespaces/kube-system", RelabelSystem),
        ("bind admin to itself in kube-system", "POST", Bindings("kube-system"), Binding("a", "admin", Itself)),
        ("bind its own role in kube-system", "POST", Bindings("kube-system"), Binding("b", ChartStage.RolePrefix + "workload-manager", Itself)),
        ("bind cluster-admin in a project", "POST", Bindings(Own), Binding("c", "cluster-admin", User("eve"))),
        ("bind admin to itself in a project", "POST", Bindings(Own), Binding("d", "admin", Itself)),
        ("bind edit to everybody", "POST", Bindings(Own), Binding("e", "edit", Subject("Group", "system:authenticated"))),
        ("bind view to a system user", "POST", Bindings(Own), Binding("f", "view", User("system:kube-scheduler"))),
        ("bind its role to another account", "POST", Bindings(Own), Binding("g", ChartStage.RolePrefix + "workload-manager", Account("default", "default"))),
        ("bind its role to a person", "POST", Bindings(Own), Binding("h", ChartStage.RolePrefix + "workload-manager", User("eve"))),
        ("bind the reader's role to another account", "POST", Bindings(Own), Binding("i", ChartStage.RolePrefix + "workload-reader", Account("default", "default"))),
        ("bind a role of the namespace", "POST", Bindings(Own), Binding("j", "local", User("eve"), "Role")),
        ("bind a role of others, even an empty one", "POST", Bindings(Own), Binding("k", "of-others", User("eve"))),
        ("bind in the portal's own namespace", "POST", Bindings(ChartStage.Release), Binding("l", "admin", User("eve"))),
        ("bind in a namespace of others", "POST", Bindings("team-a"), Binding("m", "view", User("eve"))),
        ("bind cluster-wide", "POST", Rbac("clusterrolebindings"), Binding("n", "cluster-admin", Itself)),
        ("change its cluster-wide binding", "PATCH", Rbac($"clusterrolebindings/{ChartStage.RolePrefix}reconciler"), """{"metadata":{"labels":{"x":"y"}}}"""),
        ("widen its own role", "PATCH", Rbac($"clusterroles/{ChartStage.RolePrefix}reconciler"), """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"""),
        ("widen the role that it hands on", "PATCH", Rbac("clusterroles/view"), """{"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"""),
        ("make a cluster role", "POST", Rbac("clusterroles"), """{"metadata":{"name":"more"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]}]}"""),
        ("make a role in a project", "POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{Own}/roles", """{"metadata":{"name":"more"},"rules":[{"apiGroups":[""],"resources":["secrets"],"verbs":["get"]}]}"""),
        ("make a namespace of another name", "POST", "/api/v1/namespaces", Namespace("other", "mlops-portal", "restricted")),
        ("make a namespace that is not marked", "POST", "/api/v1/namespaces", Namespace("ml-unmarked", "somebody", "restricted")),
        ("make a namespace without Pod Security", "POST", "/api/v1/namespaces", Namespace("ml-open", "mlops-portal", "privileged")),
        ("open Pod Security of a project", "PATCH", $"/api/v1/namespaces/{Own}", """{"metadata":{"labels":{"pod-security.kubernetes.io/enforce":"privileged"}}}"""),
        ("take the mark off a project", "PATCH", $"/api/v1/namespaces/{Own}", """{"metadata":{"labels":{"app.kubernetes.io/managed-by":null}}}"""),
        ("adopt a namespace of others", "PATCH", "/api/v1/namespaces/ml-theirs", RelabelSystem),
        ("delete kube-system", "DELETE", "/api/v1/namespaces/kube-system", null),
        ("delete a namespace of others", "DELETE", "/api/v1/namespaces/team-a", null),
        ("delete a namespace of others with our prefix", "DELETE", "/api/v1/namespaces/ml-theirs", null),
        ("delete the portal's own namespace", "DELETE", $"/api/v1/namespaces/{ChartStage.Release}", null),
        ("list all secrets", "GET", "/api/v1/secrets", null),
        ("read a secret of the system", "GET", "/api/v1/namespaces/kube-system/secrets/hidden", null),
        ("read a secret of a project", "GET", $"/api/v1/namespaces/{Own}/secrets/hidden", null),
        ("watch secrets of a project", "GET", $"/api/v1/namespaces/{Own}/secrets?watch=true", null),
        ("read the portal's database password", "GET", $"/api/v1/namespaces/{ChartStage.Release}/secrets/hidden", null),
        ("get a secret of the system by a patch", "PATCH", "/api/v1/namespaces/kube-system/secrets/hidden", "{}"),
        ("read configuration of the system", "GET", "/api/v1/namespaces/kube-system/configmaps", null),
        ("make a token of a project's account", "POST", $"/api/v1/namespaces/{Own}/serviceaccounts/default/token", Token),
        ("make a token of a system account", "POST", "/api/v1/namespaces/kube-system/serviceaccounts/default/token", Token),
        ("make a token of its own", "POST", $"/api/v1/namespaces/{ChartStage.Release}/serviceaccounts/portal-reconciler/token", Token),
        ("make a pod", "POST", $"/api/v1/namespaces/{Own}/pods", """{"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"x"}]}}"""),
        ("delete a pod", "DELETE", $"/api/v1/namespaces/{Own}/pods/any", null),
        ("run a program in a pod", "POST", $"/api/v1/namespaces/{Own}/pods/any/exec?command=id", null),
        ("forward a port of a pod", "POST", $"/api/v1/namespaces/{Own}/pods/any/portforward?ports=1", null),
        ("evict a pod", "POST", $"/api/v1/namespaces/{Own}/pods/any/eviction", """{"metadata":{"name":"any"}}"""),
        ("read logs of the system", "GET", "/api/v1/namespaces/kube-system/pods/any/log", null),
        ("start a Job in kube-system", "POST", "/apis/batch/v1/namespaces/kube-system/jobs", Job),
        ("start a Job in a namespace of others", "POST", "/apis/batch/v1/namespaces/team-a/jobs", Job),
        ("start a DaemonSet in a project", "POST", $"/apis/apps/v1/namespaces/{Own}/daemonsets", """{"metadata":{"name":"d"}}"""),
        ("open the network of the system", "POST", "/apis/networking.k8s.io/v1/namespaces/kube-system/networkpolicies", """{"metadata":{"name":"open"},"spec":{"podSelector":{}}}"""),
        ("speak through a node", "GET", "/api/v1/nodes/plain/proxy/pods", null),
        ("change a node", "PATCH", "/api/v1/nodes/plain", """{"metadata":{"labels":{"x":"y"}}}"""),
        ("make a volume of a node's files", "POST", "/api/v1/persistentvolumes", """{"metadata":{"name":"root"},"spec":{"hostPath":{"path":"/"}}}"""),
        ("add a webhook that changes objects", "POST", "/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", """{"metadata":{"name":"w"}}"""),
        ("add a webhook that refuses objects", "POST", "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", """{"metadata":{"name":"w"}}"""),
        ("take the fence away", "DELETE", $"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/{ChartStage.RolePrefix}reconciler-fence", null),
        ("unbind the fence", "DELETE", $"/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/{ChartStage.RolePrefix}reconciler-fence", null),
        ("ask for a certificate", "POST", "/apis/certificates.k8s.io/v1/certificatesigningrequests", """{"metadata":{"name":"c"}}"""),
        ("approve a certificate", "PATCH", "/apis/certificates.k8s.io/v1/certificatesigningrequests/c/approval", "{}"),
        ("add a definition", "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", """{"metadata":{"name":"x.y"}}"""),
        ("add a priority class", "POST", "/apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"first"},"value":1000000}"""),
        ("take a flavor of others", "PATCH", Kueue("resourceflavors/theirs"), """{"metadata":{"labels":{"app.kubernetes.io/managed-by":"mlops-portal"}}}"""),
        ("delete a queue of others", "DELETE", Kueue("clusterqueues/theirs"), null),
        ("make a cohort that is not marked", "POST", Kueue("cohorts"), """{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"Cohort","metadata":{"name":"free"},"spec":{}}"""),
        ("let a workload in by itself", "PATCH", $"/apis/kueue.x-k8s.io/v1beta2/namespaces/{Own}/workloads/any", """{"spec":{"priority":1000}}"""),
    ];

    // What the reconciler does all day, and the web part never may.
    private static IEnumerable<(string What, string Method, string Path, string? Body)> OnlyItsOwn =>
    [
        ("make a project's namespace", "POST", "/api/v1/namespaces", Namespace("ml-new", "mlops-portal", "restricted")),
        ("bind a member", "POST", Bindings(Own), Binding("member", "edit", User("ana"))),
        ("unbind a member", "DELETE", $"{Bindings(Own)}/member", null),
        ("write a secret", "POST", $"/api/v1/namespaces/{Own}/secrets", Secret),
        ("start a Job", "POST", $"/apis/batch/v1/namespaces/{Own}/jobs", Job),
        ("make a cohort", "POST", Kueue("cohorts"), """{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"Cohort","metadata":{"name":"ours","labels":{"app.kubernetes.io/managed-by":"mlops-portal"}},"spec":{}}"""),
        ("delete a project's namespace", "DELETE", "/api/v1/namespaces/ml-new", null),
    ];

    private const string Secret = """{"metadata":{"name":"token"},"stringData":{"token":"x"}}""";

    private const string Token = """{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}""";

    private const string Job = """
        {"metadata":{"name":"j"},"spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","securityContext":{"runAsNonRoot":true,"runAsUser":1000,"seccompProfile":{"type":"RuntimeDefault"}},
        "containers":[{"name":"c","image":"x","securityContext":{"allowPrivilegeEscalation":false,"capabilities":{"drop":["ALL"]}}}]}}}}
        """;

    // Those of the attempts that are not refused.
    private static async Task<List<string>> LetAsync(
        ChartStage stage, string account, IEnumerable<(string What, string Method, string Path, string? Body)> attempts)
    {
        var let = new List<string>();
        foreach (var (what, method, path, body) in attempts)
        {
            var (status, text) = await stage.SendAsync(account, method, path, body);
            if (status != 403)
                let.Add($"{what}: {status} {text}");
        }
        return let;
    }

    private static async Task<ChartStage> ReadyAsync(string account = "reconciler")
    {
        var stage = await ChartStage.StartAsync(registered: account == "registered");
        foreach (var name in new[] { "team-a", "ml-theirs" })
            await stage.MustAsync("POST", "/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}""");
        foreach (var (kind, name) in new[] { ("ResourceFlavor", "resourceflavors"), ("ClusterQueue", "clusterqueues") })
            await stage.MustAsync("POST", Kueue(name), $$$"""{"apiVersion":"kueue.x-k8s.io/v1beta2","kind":"{{{kind}}}","metadata":{"name":"theirs"},"spec":{}}""");
        // The project as the account itself makes it, with the reconciler's own role in it.
        Assert.Equal(201, (await stage.SendAsync(account, "POST", "/api/v1/namespaces", Namespace(Own, "mlops-portal", "restricted"))).Status);
        if (account == "reconciler")
        {
            var (bound, text) = await stage.SendAsync(account, "POST", Bindings(Own), Binding("portal", ChartStage.RolePrefix + "workload-manager", Itself));
            Assert.True(bound == 201, text);
        }
        await stage.MustAsync("POST", Rbac("clusterroles"), """{"metadata":{"name":"of-others"},"rules":[]}""");
        await stage.MustAsync("POST", $"/apis/rbac.authorization.k8s.io/v1/namespaces/{Own}/roles", """{"metadata":{"name":"local"},"rules":[]}""");
        foreach (var name in new[] { "kube-system", Own, ChartStage.Release })
            await stage.MustAsync("POST", $"/api/v1/namespaces/{name}/secrets", """{"metadata":{"name":"hidden"},"stringData":{"token":"canary"}}""");
        return stage;
    }

    private static string Bindings(string ns) => $"/apis/rbac.authorization.k8s.io/v1/namespaces/{ns}/rolebindings";

    private static string Rbac(string path) => "/apis/rbac.authorization.k8s.io/v1/" + path;

    private static string Kueue(string path) => "/apis/kueue.x-k8s.io/v1beta2/" + path;

    private static string Namespace(string name, string managedBy, string security) =>
        $$$$"""{"metadata":{"name":"{{{{name}}}}","labels":{"app.kubernetes.io/managed-by":"{{{{managedBy}}}}","pod-security.kubernetes.io/enforce":"{{{{security}}}}"}}}""";

    private static string Binding(string name, string role, string subject, string kind = "ClusterRole") =>
        $$$"""{"metadata":{"name":"{{{name}}}"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"{{{kind}}}","name":"{{{role}}}"},"subjects":[{{{subject}}}]}""";

    private static string User(string name) => Subject("User", name);

    private static string Subject(string kind, string name) => $$$"""{"apiGroup":"rbac.authorization.k8s.io","kind":"{{{kind}}}","name":"{{{name}}}"}""";

    private static string Account(string ns, string name) => $$$"""{"kind":"ServiceAccount","namespace":"{{{ns}}}","name":"{{{name}}}"}""";
}
