using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>What the portal does with objects of its own that somebody else has touched.</summary>
public class OwnershipTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task Field_OfAnotherManager_IsADisputeAndNotOverwritten(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await EditedAsync(world);

        var dispute = await DisputeAsync(world);

        Assert.Equal(new FieldConflict("kubectl-edit", ".spec.hard.requests.cpu"), Assert.Single(dispute.Conflicts));
        Assert.Equal((project.Id, "ResourceQuota", DisputeDecision.Open), (dispute.ProjectId!.Value, dispute.ObjectKind, dispute.Decision));
        // A pass that tries again takes the reason away for as long as it tries.
        await Eventually.TrueAsync(async () => await world.FindAsync(project.Id) is { State: ProjectState.Attention } found
            && found.Steps.Single(s => s.Kind == ProjectStepKind.Limits) is { Reason: "cluster.owned_by_other" } step
            && step.Detail.Contains("kubectl-edit", StringComparison.Ordinal), "the step says who holds the field");
        // However many passes follow, it is told once.
        await PassAsync(world, project.Id);
        await PassAsync(world, project.Id);
        Assert.Equal("9999", await CpuAsync(world, project));
        Assert.Equal(1, await AuditedAsync(world, "object.disputed"));
    }

    [Theory, EachProvider]
    public async Task TakeOver_OfAField_IsForcedOnceAndAudited(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await EditedAsync(world);
        var dispute = await DisputeAsync(world);

        var first = await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default);

        Assert.True(first.Succeeded, first.Refusal?.Code);
        await Eventually.TrueAsync(async () => await CpuAsync(world, project) == "8", "ours again");
        await world.WaitForAsync(project.Id, ProjectState.Ready);
        Assert.Equal((1, 1), (await AuditedAsync(world, "object.take_over_asked"), await AuditedAsync(world, "object.taken_over")));
        await using (var db = await world.Database.OpenAsync())
            Assert.Empty(await db.Set<ObjectDispute>().ToListAsync());
        // The next one who writes it is asked about anew: force is not for ever.
        await world.EditAsync(Quota(project), Cpu("7777"), "kubectl-edit");
        Assert.Equal(DisputeDecision.Open, (await DisputeAsync(world)).Decision);
    }

    [Theory, EachProvider]
    public async Task Leave_AField_KeepsTheirsAndGoesOn(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await EditedAsync(world);
        var dispute = await DisputeAsync(world);

        var left = await world.Database.Get<DisputeService>().LeaveAsync(world.Lead, dispute.Id, default);

        Assert.True(left.Succeeded, left.Refusal?.Code);
        await world.WaitForAsync(project.Id, ProjectState.Ready);
        await world.ChangeAsync(project.Id, p => p.Size = ProjectSize.M);
        await Eventually.TrueAsync(async () => (await world.Client.FindAsync(Quota(project), default)).Text("spec", "hard", "pods") == "200", "the rest follows");
        Assert.Equal("9999", await CpuAsync(world, project));
    }

    [Theory, EachProvider]
    public async Task Object_KeptByArgoCd_IsNotWritten(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var mark = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["argocd.argoproj.io/tracking-id"] = "tenants:/ResourceQuota:x/y" } } };

        await world.EditAsync(Quota(project), mark, "argocd-controller");
        await world.EditAsync(Quota(project), Cpu("9999"), "argocd-controller");

        var dispute = await DisputeAsync(world);
        Assert.Equal((KeeperKind.ArgoCd, "tenants"), (dispute.Keeper, dispute.KeeperName));
        Assert.Equal("dispute.kept", (await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default)).Refusal?.Code);
        await PassAsync(world, project.Id);
        Assert.Equal("9999", await CpuAsync(world, project));
        var shown = (await world.Database.Get<ProjectObjectsService>().ListAsync(world.Lead, project.Id, default)).Value;
        Assert.Equal(KeeperKind.ArgoCd, shown.Single(o => o.Kind == "ResourceQuota").Keeper.Kind);
    }

    [Theory, EachProvider]
    public async Task Object_DeletedBySomebodyElse_IsMadeAgainAndToldOnce(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var policy = await KnownAsync(world, project);

        await world.Client.DeleteAsync(policy, default);

        await Eventually.TrueAsync(async () => await world.Client.FindAsync(policy, default) is not null, "made again");
        await Eventually.TrueAsync(async () => await AuditedAsync(world, "object.made_again") == 1, "audited");
        await PassAsync(world, project.Id);
        Assert.Equal(1, await AuditedAsync(world, "object.made_again"));
    }

    [Theory, EachProvider]
    public async Task Object_DeletedAfterItsClusterWasRenamed_IsToldOnce(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var policy = await KnownAsync(world, project);
        await using (var db = await world.Database.OpenAsync())
        {
            (await db.Set<ClusterRegistration>().SingleAsync()).Name = "Renamed";
            await db.SaveChangesAsync();
        }
        var clusters = world.Database.Get<IClusters>();
        await Eventually.TrueAsync(() => clusters.Get(project.ClusterId).Name == "Renamed", "the new name");

        await world.Client.DeleteAsync(policy, default);

        await Eventually.TrueAsync(async () => await AuditedAsync(world, "object.made_again") == 1, "audited");
        await PassAsync(world, project.Id);
        Assert.Equal(1, await AuditedAsync(world, "object.made_again"));
    }

    [Theory, EachProvider]
    public async Task Field_ThatSomebodyCleared_IsSetRightAndToldOnce(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var ns = new ObjectKey(Kinds.Namespace, null, project.Namespace);
        var cleared = new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["mlops-portal/team-id"] = null } } };

        await world.EditAsync(ns, cleared, "kubectl-label");

        await Eventually.TrueAsync(
            async () => (await world.Client.FindAsync(ns, default)).Text("metadata", "labels", "mlops-portal/team-id") is not null, "the label again");
        await Eventually.TrueAsync(async () => await AuditedAsync(world, "object.set_right") == 1, "audited");
        Assert.Equal(0, await AuditedAsync(world, "object.disputed"));
    }

    [Theory, EachProvider]
    public async Task Preview_OfAnEdit_IsWhatSavingThenDoes(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var content = new ProjectContent(project.Name) { Size = ProjectSize.L };
        // What is followed and not seen yet is taken for absent.
        var cache = world.Database.Get<IClusters>().Get(project.ClusterId).Cache;
        var account = new ObjectKey(Kinds.ServiceAccount, project.Namespace, ProjectManifests.ServiceAccountName);
        await Eventually.TrueAsync(() => cache.Find(Quota(project)) is not null && cache.Find(account) is not null, "the watches show both");

        var plan = (await world.Database.Get<ProjectChangePreview>().ForEditAsync(world.Lead, project.Id, content, default)).Value;

        var quota = plan.Objects.Single(c => c.Kind == "ResourceQuota");
        Assert.Equal(ObjectChangeKind.Change, quota.Change);
        Assert.Contains(new FieldChange("spec.hard.pods", "50", "500"), quota.Fields);
        Assert.Equal(ObjectChangeKind.Same, plan.Objects.Single(c => c.Kind == "ServiceAccount").Change);
        Assert.Equal("50", (await world.Client.FindAsync(Quota(project), default)).Text("spec", "hard", "pods"));
        QuotaOk(await world.Database.Get<ProjectService>().EditAsync(world.Lead, project.Id, (await world.FindAsync(project.Id))!.Generation, content, default));
        await Eventually.TrueAsync(
            async () => ManifestDiff.Between(quota.After!, (await world.Client.FindAsync(Quota(project), default))!).Count == 0, "what was shown");
    }

    [Theory, EachProvider]
    public async Task Preview_WhereAnotherHoldsAField_NamesWhoAndWhich(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await EditedAsync(world);
        await DisputeAsync(world);

        var plan = (await world.Database.Get<ProjectChangePreview>()
            .ForEditAsync(world.Lead, project.Id, new ProjectContent(project.Name) { Size = ProjectSize.L }, default)).Value;

        var quota = plan.Objects.Single(c => c.Kind == "ResourceQuota");
        Assert.Equal((ObjectChangeKind.Refused, "kubectl-edit"), (quota.Change, Assert.Single(quota.Conflicts).Manager));
    }

    [Theory, EachProvider]
    public async Task Freeze_OfAProject_HoldsItsQueueAndStaysReady(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var queue = new ObjectKey(Kinds.ClusterQueue, null, project.Namespace);

        await world.ChangeAsync(project.Id, p => p.FrozenAt = DateTimeOffset.UtcNow);
        await Eventually.TrueAsync(async () => (await world.Client.FindAsync(queue, default)).Text("spec", "stopPolicy") == "Hold", "held");
        await world.WaitForAsync(project.Id, ProjectState.Ready);
        await world.ChangeAsync(project.Id, p => p.FrozenAt = null);

        await Eventually.TrueAsync(async () => (await world.Client.FindAsync(queue, default)).Text("spec", "stopPolicy") == "None", "let go");
        var cohort = await world.Client.FindAsync(new ObjectKey(Kinds.Cohort, null, $"team-{world.Team:N}"), default);
        Assert.Equal(ProjectQueueManifests.Organisation, cohort.Text("spec", "parentName"));
    }

    private static ObjectKey Quota(Project project) => new(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName);

    private static JsonObject Cpu(string value) => new() { ["spec"] = new JsonObject { ["hard"] = new JsonObject { ["requests.cpu"] = value } } };

    private static void QuotaOk(Portal.Core.Results.Result result) => Assert.True(result.Succeeded, result.Refusal?.Code);

    private static async Task<string?> CpuAsync(ProjectWorld world, Project project) =>
        (await world.Client.FindAsync(Quota(project), default)).Text("spec", "hard", "requests.cpu");

    private async Task<ProjectWorld> ReadyAsync(Provider provider)
    {
        var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        return world;
    }

    // Somebody raises the project's ceiling with kubectl.
    private static async Task<Project> EditedAsync(ProjectWorld world)
    {
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        await world.EditAsync(Quota(project), Cpu("9999"), "kubectl-edit");
        return project;
    }

    private static async Task<ObjectDispute> DisputeAsync(ProjectWorld world)
    {
        ObjectDispute? found = null;
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await world.Database.OpenAsync();
            return (found = await db.Set<ObjectDispute>().AsNoTracking().SingleOrDefaultAsync()) is not null;
        }, "a dispute");
        return found!;
    }

    // A policy of the project, after a pass over everything as the watches show it, so that it is known to be there.
    private static async Task<ObjectKey> KnownAsync(ProjectWorld world, Project project)
    {
        var policy = new ObjectKey(Kinds.NetworkPolicy, project.Namespace, "default-deny");
        var cluster = world.Database.Get<IClusters>().Get(project.ClusterId);
        await Eventually.TrueAsync(() => cluster.Cache.Find(policy) is not null, "the watch shows the policy");
        await PassAsync(world, project.Id);
        return policy;
    }

    private static async Task PassAsync(ProjectWorld world, Guid id) => await world.Reconciler.ReconcileAsync(id, default);

    private static async Task<int> AuditedAsync(ProjectWorld world, string action)
    {
        await using var db = await world.Database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Action == action);
    }
}
