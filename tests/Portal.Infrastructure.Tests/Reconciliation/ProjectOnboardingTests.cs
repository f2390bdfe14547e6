using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Infrastructure.Reconciliation;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Faults;
using Portal.Testing.Schemas;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

public class ProjectOnboardingTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Create_WithLoopsRunning_MakesEverythingInTheCluster(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();

        var id = await world.CreateProjectAsync();
        var project = await world.WaitForAsync(id, ProjectState.Ready);

        Assert.All(project.Steps, s => Assert.Equal((StepState.Done, 1), (s.State, s.Attempts)));
        var ns = project.Namespace;
        foreach (var (type, name) in ObjectsOf(project))
            Assert.NotNull(await world.Client.FindAsync(new ObjectKey(type, type.Namespaced ? ns : null, name), default));
        var quota = await world.Client.FindAsync(new ObjectKey(Kinds.ResourceQuota, ns, ProjectManifests.LimitsName), default);
        Assert.Equal("0", quota.Text("spec", "hard", "requests.nvidia.com/gpu"));
        await using var db = await world.Database.OpenAsync();
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "project.ready"));
    }

    [Theory, EachProvider]
    public async Task Grant_ThatBecomesActive_ReachesQuotaAndQueue(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var flavor = Manifest.Create(Kinds.ResourceFlavor, null, "gpu-" + project.Id.ToString("N")[..12], new ReconcileOwner("HardwarePool", Guid.NewGuid()))
            .With("spec", new System.Text.Json.Nodes.JsonObject());
        await world.Client.ApplyAsync(flavor, default);

        world.Grants.Active = [new ProjectGrant(Guid.NewGuid(), flavor.Name(), "nvidia.com/gpu", 3)];
        world.Database.Get<IChangeFeed>().Publish(new RowChange("QuotaRequest", Guid.NewGuid(), project.Id, false));

        await Eventually.TrueAsync(async () =>
            (await world.Client.FindAsync(new ObjectKey(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName), default))
                .Text("spec", "hard", "requests.nvidia.com/gpu") == "3"
            && (await world.Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace), default))
                .Items("spec", "resourceGroups").Count() == 2, "three accelerators in quota and queue");
        await world.Client.DeleteAsync(new ObjectKey(Kinds.ResourceFlavor, null, flavor.Name()), default);
    }

    [Theory, EachProvider]
    public async Task Grant_WhereOpenShiftAiIs_IsAHardwareProfileThatIsKeptUntilItEnds(Provider provider)
    {
        Assert.SkipUnless(KubernetesSchemas.Missing is null, KubernetesSchemas.Missing ?? "");
        var type = HardwareProfileManifests.Versions[0];
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        var definition = KubernetesSchemas.Published(type.Group, type.Kind)!;
        await world.Client.ApplyAsync(definition, default);
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var pool = new HardwarePool { Name = "Cards", Slug = "cards", ResourceName = "nvidia.com/gpu" };
        var flavor = Manifest.Create(Kinds.ResourceFlavor, null, pool.Slug, new ReconcileOwner("HardwarePool", pool.Id)).With("spec", new System.Text.Json.Nodes.JsonObject());
        await world.Client.ApplyAsync(flavor, default);
        var profile = new ObjectKey(type, project.Namespace, pool.Slug);

        world.Grants.Active = [new ProjectGrant(pool.Id, pool.Slug, pool.ResourceName, 3) { Pool = pool }];
        world.Database.Get<IChangeFeed>().Publish(new RowChange("QuotaRequest", Guid.NewGuid(), project.Id, false));
        await Eventually.TrueAsync(async () => await world.Client.FindAsync(profile, default) is not null, "the pool's profile");
        await world.Client.DeleteAsync(profile, default);
        await Eventually.TrueAsync(async () => await world.Client.FindAsync(profile, default) is not null, "the profile that somebody took away");

        world.Grants.Active = [];
        world.Database.Get<IChangeFeed>().Publish(new RowChange("QuotaRequest", Guid.NewGuid(), project.Id, false));
        await Eventually.TrueAsync(async () => await world.Client.FindAsync(profile, default) is null, "no profile without a grant");
        await world.Client.DeleteAsync(new ObjectKey(Kinds.ResourceFlavor, null, pool.Slug), default);
        await world.Client.DeleteAsync(
            new ObjectKey(new("apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition", false), null, definition.Name()), default);
    }

    [Theory, EachProvider]
    public async Task Change_BehindThePortalsBack_IsSetRight(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var quota = new ObjectKey(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName);
        var policy = new ObjectKey(Kinds.NetworkPolicy, project.Namespace, "default-deny");

        var cleared = new System.Text.Json.Nodes.JsonObject
        {
            ["spec"] = new System.Text.Json.Nodes.JsonObject { ["hard"] = new System.Text.Json.Nodes.JsonObject { ["requests.cpu"] = null } },
        };
        await world.EditAsync(quota, cleared, "kubectl-edit");
        await world.Client.DeleteAsync(policy, default);

        await Eventually.TrueAsync(async () =>
            (await world.Client.FindAsync(quota, default)).Text("spec", "hard", "requests.cpu") == "8"
            && await world.Client.FindAsync(policy, default) is not null, "quota and policy as wanted");
    }

    [Theory, EachProvider]
    public async Task Members_RoleChangedAndTakenAway_FollowInTheBindings(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var id = await world.CreateProjectAsync();
        var project = await world.WaitForAsync(id, ProjectState.Ready);

        await world.ChangeAsync(id, p => p.Members.Add(new ProjectMember { PersonId = world.Lead.Id, Role = ProjectRole.Viewer }));
        await Eventually.TrueAsync(async () => await BindingsAsync(world, project) is ["admin:ana", "view:lead"], "a viewer");
        await world.ChangeAsync(id, p => p.Members.Single(m => m.PersonId == world.Lead.Id).Role = ProjectRole.Contributor);
        await Eventually.TrueAsync(async () => await BindingsAsync(world, project) is ["admin:ana", "edit:lead"], "a contributor");
        await world.ChangeAsync(id, p => p.Members.RemoveAll(m => m.PersonId == world.Lead.Id));
        await Eventually.TrueAsync(async () => await BindingsAsync(world, project) is ["admin:ana"], "the owner alone");
    }

    [Theory, EachProvider]
    public async Task Archive_ThenDelete_StopsAndThenRemovesEverything(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var id = await world.CreateProjectAsync();
        var project = await world.WaitForAsync(id, ProjectState.Ready);

        await world.ChangeAsync(id, p => p.Intent = ProjectIntent.Archived);
        await world.WaitForAsync(id, ProjectState.Archived);
        var quota = await world.Client.FindAsync(new ObjectKey(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName), default);
        var queue = await world.Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace), default);
        Assert.Equal(("0", "HoldAndDrain"), (quota.Text("spec", "hard", "pods"), queue.Text("spec", "stopPolicy")));

        await world.ChangeAsync(id, p => p.Intent = ProjectIntent.Deleted);
        await Eventually.TrueAsync(async () => await world.FindAsync(id) is null, "the row gone");
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.Namespace, null, project.Namespace), default));
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace), default));
        await using var db = await world.Database.OpenAsync();
        Assert.Equal(1, await db.AuditEntries.CountAsync(e => e.Action == "project.removed"));
    }

    [Theory, EachProvider]
    public async Task Delete_WhileAGrantIsHeld_KeepsTheRowUntilItIsGivenBack(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        var id = await world.CreateProjectAsync();
        await world.WaitForAsync(id, ProjectState.Ready);
        world.Grants.Active = [new ProjectGrant(Guid.NewGuid(), "none-such", "nvidia.com/gpu", 1)];

        await world.ChangeAsync(id, p => p.Intent = ProjectIntent.Deleted);
        await Eventually.TrueAsync(
            async () => (await world.FindAsync(id))!.Steps.Any(s => s.Reason == "project.grants_returning"), "the reason");
        world.Grants.Active = [];

        await Eventually.TrueAsync(async () => await world.FindAsync(id) is null, "the row gone");
    }

    [Theory, EachProvider]
    public async Task Namespace_OfSomebodyElse_IsLeftAlone(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        var name = "taken" + Guid.NewGuid().ToString("N")[..8];
        var theirs = Manifest.Create(Kinds.Namespace, null, "ml-" + name, new ReconcileOwner("Other", Guid.NewGuid()));
        await world.Client.ApplyAsync(theirs, default);
        await world.StartAsync();

        var id = await world.CreateProjectAsync(name);
        var project = await world.WaitForAsync(id, ProjectState.Attention);
        Assert.Equal("project.namespace_taken", project.Steps.Single(s => s.Kind == ProjectStepKind.Namespace).Reason);
        await world.ChangeAsync(id, p => p.Intent = ProjectIntent.Deleted);

        await Eventually.TrueAsync(async () => await world.FindAsync(id) is null, "the row gone");
        Assert.NotNull(await world.Client.FindAsync(new ObjectKey(Kinds.Namespace, null, "ml-" + name), default));
        await world.Client.DeleteAsync(new ObjectKey(Kinds.Namespace, null, "ml-" + name), default);
    }

    [Theory, EachProvider]
    public async Task Outage_DuringTheOnboarding_IsAReasonAndPasses(Provider provider)
    {
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        await using var world = await ProjectWorld.CreateAsync(provider, server, proxy.Kubeconfig);
        await world.StartAsync();
        await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        proxy.Rule = _ => Fault.LoseRequest;
        proxy.CutStreams();

        var id = await world.CreateProjectAsync();
        await Eventually.TrueAsync(async () => (await world.FindAsync(id))!.Steps.Any(s => s.Reason == "cluster.unavailable"), "the reason");
        proxy.Rule = _ => Fault.None;

        await world.WaitForAsync(id, ProjectState.Ready);
    }

    [Theory, EachProvider]
    public async Task Account_WithoutRightsOnPriorityClasses_MakesQueuesAllTheSame(Provider provider)
    {
        const string Forbidden = """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","code":403,"message":"forbidden"}""";
        await using var proxy = await FaultProxy.StartAsync(cluster.Kubeconfig);
        proxy.Rule = request => request.Target.Contains("/workloadpriorityclasses", StringComparison.Ordinal) ? Fault.Answer(403, Forbidden) : Fault.None;
        await using var world = await ProjectWorld.CreateAsync(provider, server, proxy.Kubeconfig,
            // A kind that may not be listed is waited for at the start.
            s => s.Replace(ServiceDescriptor.Singleton(new ReconciliationOptions { SyncPatience = TimeSpan.FromSeconds(1) })));
        await world.StartAsync();

        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);

        Assert.NotNull(await world.Client.FindAsync(new ObjectKey(Kinds.LocalQueue, project.Namespace, ProjectQueueManifests.LocalQueueName), default));
    }

    private static (ResourceType Type, string Name)[] ObjectsOf(Project project) =>
    [
        (Kinds.Namespace, project.Namespace), (Kinds.ResourceQuota, ProjectManifests.LimitsName), (Kinds.LimitRange, ProjectManifests.LimitsName),
        (Kinds.NetworkPolicy, "default-deny"), (Kinds.NetworkPolicy, "allow-same-namespace"), (Kinds.NetworkPolicy, "allow-dns"),
        (Kinds.NetworkPolicy, "allow-portal"), (Kinds.ServiceAccount, ProjectManifests.ServiceAccountName),
        (Kinds.RoleBinding, $"dashboard-permissions-admin-{project.CreatedBy:N}"), (Kinds.PersistentVolumeClaim, ProjectManifests.StorageClaim),
        (Kinds.ClusterQueue, project.Namespace), (Kinds.LocalQueue, ProjectQueueManifests.LocalQueueName),
    ];

    private static async Task<string[]> BindingsAsync(ProjectWorld world, Project project)
    {
        var found = new List<string>();
        await foreach (var binding in world.Client.ListAsync(Kinds.RoleBinding, project.Namespace, null, default))
            found.Add($"{binding.Text("roleRef", "name")}:{binding.Items("subjects").First().Text("name")}");
        return [.. found.Order(StringComparer.Ordinal)];
    }
}
