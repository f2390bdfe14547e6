using System.Text.Json.Nodes;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Training;

namespace Portal.Core.Projects;

/// <summary>Who and what may reach into a project: role bindings and network policies. Pure.</summary>
public static class ProjectAccessManifests
{
    /// <summary>The portal's own rights in the namespace: without them nothing else can be made there.</summary>
    public static IReadOnlyList<JsonObject> PortalBindings(ProjectPlan plan) => [.. plan.Bindings.Select(b =>
        ProjectManifests.In(plan, Kinds.RoleBinding, b.Role)
            .With("roleRef", RoleRef(b.Role))
            .With("subjects", new JsonArray(new JsonObject
            {
                ["kind"] = Kinds.ServiceAccount.Kind,
                ["name"] = b.Account,
                ["namespace"] = plan.Options.PortalNamespace,
            })))];

    /// <summary>
    /// One binding for each member, as Open Data Hub makes them. The role is part of the name, since a binding's
    /// <c>roleRef</c> can never be changed; bindings that are no longer listed here are to be deleted.
    /// </summary>
    public static IReadOnlyList<JsonObject> RoleBindings(ProjectPlan plan) => [.. plan.Members.OrderBy(m => m.PersonId).Select(m =>
        ProjectManifests.In(plan, Kinds.RoleBinding, $"dashboard-permissions-{ClusterRole(m.Role)}-{m.PersonId:N}")
            .WithLabel(ProjectManifests.DashboardLabel, "true")
            .WithLabel("opendatahub.io/project-sharing", "true")
            .With("roleRef", RoleRef(ClusterRole(m.Role)))
            .With("subjects", new JsonArray(new JsonObject
            {
                ["apiGroup"] = Kinds.RoleBinding.Group,
                ["kind"] = "User",
                ["name"] = m.UserName,
            })))];

    /// <summary>
    /// Nothing in or out but: pods of the project among themselves, names, the portal in both directions, and Ray's operator where
    /// the cluster has it.
    /// </summary>
    public static IReadOnlyList<JsonObject> NetworkPolicies(ProjectPlan plan, ClusterCapabilities capabilities) =>
    [
        Policy(plan, "default-deny", [], [], denies: true),
        Policy(plan, "allow-same-namespace", [From(AnyPodHere())], [To(AnyPodHere())]),
        // OpenShift's resolvers listen on 5353 behind their service.
        Policy(plan, "allow-dns", [],
        [
            To(InNamespaces("kube-system", "openshift-dns"))!
                .With("ports", new JsonArray(Port("UDP", 53), Port("TCP", 53), Port("UDP", 5353), Port("TCP", 5353))),
            // NodeLocal DNSCache listens on a link-local address of the node itself, which is in no namespace.
            To(new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = "169.254.0.0/16" } })!
                .With("ports", new JsonArray(Port("UDP", 53), Port("TCP", 53))),
        ]),
        // The portal opens notebooks through its own proxy, and running code reports to it.
        Policy(plan, "allow-portal",
            [From([.. ThePortal(plan), .. ServerOf(plan)])?.With("ports", new JsonArray(Port("TCP", NotebookManifests.Port)))],
            [
                To([.. ThePortal(plan)])?.With("ports", new JsonArray(Port("TCP", plan.Options.PortalPort))),
                // The portal's address outside may be a gateway's, on any port.
                To([.. Blocks(plan.Reach.Portal)]),
            ]),
        // The operator asks a run's head how far it is; unanswered, a RayJob never ends. From its own namespaces alone: whoever reaches
        // that port can run anything there, and a label anybody can give to a pod.
        .. plan.Options.RayOperatorNamespaces.Count > 0 && capabilities.Serves(TrainingKinds.RayJob) ? [RayOperator(plan)] : (JsonObject[])[],
    ];

    private static JsonObject RayOperator(ProjectPlan plan)
    {
        var policy = Policy(plan, "allow-ray-operator",
            [From(InNamespaces([.. plan.Options.RayOperatorNamespaces]))!.With("ports", new JsonArray(Port("TCP", 8265)))], []);
        policy["spec"]!["podSelector"] = Labelled("ray.io/node-type", "head");
        return policy;
    }

    /// <summary>Every role that a member can have in a namespace.</summary>
    public static IReadOnlyList<string> Roles { get; } = [.. Enum.GetValues<ProjectRole>().Select(ClusterRole).Distinct()];

    private static IEnumerable<JsonObject> ThePortal(ProjectPlan plan) =>
        plan.Reach.SameCluster ? [InNamespaces(plan.Options.PortalNamespace)] : [];

    // From outside the portal comes through the API server: from its addresses, or from the agents that stand for them where it runs
    // elsewhere (Konnectivity, as kubernetes-sigs/apiserver-network-proxy labels them).
    private static IEnumerable<JsonObject> ServerOf(ProjectPlan plan)
    {
        if (!plan.Reach.SameCluster)
        {
            yield return InNamespaces("kube-system").With("podSelector", Labelled("k8s-app", "konnectivity-agent"));
        }
        foreach (var block in Blocks(plan.Reach.ControlPlane))
            yield return block;
    }

    private static IEnumerable<JsonObject> Blocks(IReadOnlyList<string> ranges) =>
        ranges.Select(range => new JsonObject { ["ipBlock"] = new JsonObject { ["cidr"] = range } });

    private static JsonObject RoleRef(string role) => new()
    {
        ["apiGroup"] = Kinds.RoleBinding.Group,
        ["kind"] = "ClusterRole",
        ["name"] = role,
    };

    private static string ClusterRole(ProjectRole role) =>
        role switch { ProjectRole.Owner => "admin", ProjectRole.Contributor => "edit", _ => "view" };

    private static JsonObject Policy(
        ProjectPlan plan, string name, JsonObject?[] ingress, JsonObject?[] egress, bool denies = false)
    {
        var types = new JsonArray();
        var spec = new JsonObject { ["podSelector"] = new JsonObject(), ["policyTypes"] = types };
        foreach (var (type, rules) in new[] { ("Ingress", ingress), ("Egress", egress) })
        {
            JsonNode?[] real = [.. rules.Where(r => r is not null)];
            if (real.Length > 0 || denies)
                types.Add(type);
            if (real.Length > 0)
                spec[type.ToLowerInvariant()] = new JsonArray(real);
        }
        return ProjectManifests.In(plan, Kinds.NetworkPolicy, name).With("spec", spec);
    }

    // Without a peer there is no rule: an empty list of them would let everybody pass.
    private static JsonObject? From(params JsonObject[] peers) => peers.Length > 0 ? new() { ["from"] = new JsonArray([.. peers]) } : null;

    private static JsonObject? To(params JsonObject[] peers) => peers.Length > 0 ? new() { ["to"] = new JsonArray([.. peers]) } : null;

    private static JsonObject Labelled(string label, string value) => new() { ["matchLabels"] = new JsonObject { [label] = value } };

    private static JsonObject AnyPodHere() => new() { ["podSelector"] = new JsonObject() };

    private static JsonObject InNamespaces(params string[] names) => new()
    {
        ["namespaceSelector"] = new JsonObject
        {
            ["matchExpressions"] = new JsonArray(new JsonObject
            {
                ["key"] = "kubernetes.io/metadata.name",
                ["operator"] = "In",
                ["values"] = new JsonArray([.. names.Select(n => (JsonNode)n)]),
            }),
        },
    };

    private static JsonObject Port(string protocol, int port) => new() { ["protocol"] = protocol, ["port"] = port };
}
