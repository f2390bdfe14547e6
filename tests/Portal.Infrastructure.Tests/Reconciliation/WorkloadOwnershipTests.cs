using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Notebooks;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Waiting;
using Portal.Core.Workloads;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

namespace Portal.Infrastructure.Tests.Reconciliation;

/// <summary>What people see and decide where others hold fields of notebooks', runs' and the platform's own objects.</summary>
public class WorkloadOwnershipTests(PostgresServer server, EmbeddedCluster cluster)
{
    [Theory, EachProvider]
    public async Task TakeOver_OfANotebooksField_LetsItStop(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (project, notebook, dispute) = await ScaledNotebookAsync(world);

        // Who may not decide sees it all the same.
        Assert.Equal("StatefulSet " + notebook.ObjectName, dispute.Object);
        Assert.Equal(new FieldConflict("kubectl-scale", ".spec.replicas"), Assert.Single(dispute.Conflicts));
        Assert.Empty((await Disputes(world).OfProjectAsync(world.Lead, project.Id, Guid.CreateVersion7(), default)).Value);
        await Eventually.TrueAsync(async () => (await NotebookAsync(world, notebook.Id)).Reason == "cluster.owned_by_other", "the notebook says so");
        var done = await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default);

        Assert.True(done.Succeeded, done.Refusal?.Code);
        await Eventually.TrueAsync(async () => await ReplicasAsync(world, project, notebook) == "0", "ours again");
        await Eventually.TrueAsync(async () => await NotebookAsync(world, notebook.Id) is { State: WorkloadState.Stopped }, "stopped");
        Assert.Empty((await Disputes(world).OfProjectAsync(world.Lead, project.Id, notebook.Id, default)).Value);
        // Cores that it held leave a history as well.
        await using var db = await world.Database.OpenAsync();
        var stays = await db.Set<PoolStay>().Where(s => s.WorkloadId == notebook.Id).ToListAsync();
        Assert.NotEmpty(stays);
        Assert.All(stays, s => Assert.Equal((null, true, true), (s.PoolId, s.Cores > 0, s.EndedAt is not null)));
    }

    [Theory, EachProvider]
    public async Task Leave_ANotebooksField_KeepsTheirsAndGoesWithTheNotebook(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (project, notebook, dispute) = await ScaledNotebookAsync(world);

        var done = await world.Database.Get<DisputeService>().LeaveAsync(world.Lead, dispute.Id, default);

        Assert.True(done.Succeeded, done.Refusal?.Code);
        await Eventually.TrueAsync(async () => await NotebookAsync(world, notebook.Id) is var row && row.ObservedGeneration == row.Generation, "carried out");
        Assert.Equal("2", await ReplicasAsync(world, project, notebook));
        Assert.Equal(DisputeDecision.Leave, Assert.Single((await Disputes(world).OfProjectAsync(world.Lead, project.Id, notebook.Id, default)).Value).Decision);
        Ok(await world.Database.Get<NotebookService>().DeleteAsync(world.Ana, notebook.Id, default));
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await world.Database.OpenAsync();
            return !await db.Set<Notebook>().AnyAsync() && !await db.Set<ObjectDispute>().AnyAsync();
        }, "gone with its dispute");
    }

    [Theory, EachProvider]
    public async Task Scale_OfARunningNotebook_IsSeenBeforeAnybodyStartsItAnew(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (project, notebook) = await LaunchedAsync(world);

        await world.EditAsync(Controller(project, notebook), new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 0 } }, "kubectl-scale");

        var dispute = await FindAsync(world, project.Id, notebook.Id);
        Assert.Equal(new FieldConflict("kubectl-scale", ".spec.replicas"), Assert.Single(dispute.Conflicts));
        await Eventually.TrueAsync(async () => (await NotebookAsync(world, notebook.Id)).Reason == "cluster.owned_by_other", "the notebook says so");
        Ok(await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default));
        await Eventually.TrueAsync(async () => await ReplicasAsync(world, project, notebook) == "1", "ours again");
        await Eventually.TrueAsync(async () => (await NotebookAsync(world, notebook.Id)).Reason != "cluster.owned_by_other", "the notebook goes on");
    }

    [Theory, EachProvider]
    public async Task Objects_OfARunningNotebook_AreSetRightAndMadeAgainAndToldOnce(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (project, notebook) = await LaunchedAsync(world);
        var (controller, service) = (Controller(project, notebook), new ObjectKey(Kinds.Service, project.Namespace, notebook.ObjectName));

        await world.EditAsync(controller, new JsonObject { ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = null } } }, "kubectl-label");

        await Eventually.TrueAsync(async () => await AuditedAsync(world, "object.set_right") == 1, "audited");
        Assert.Equal(notebook.ObjectName, (await world.Client.FindAsync(controller, default)).Text("metadata", "labels", "app"));
        await world.Client.DeleteAsync(service, default);
        // It is asked for every few minutes; one that begins asks at once.
        var begins = ActivatorUtilities.CreateInstance<NotebookReconciler>(world.Database.Services);
        await begins.ReconcileAsync(notebook.Id, default);
        Assert.NotNull(await world.Client.FindAsync(service, default));
        await begins.ReconcileAsync(notebook.Id, default);
        // The loops share its writer: it may be one of them that tells.
        await Eventually.TrueAsync(async () => await AuditedAsync(world, "object.made_again") > 0, "audited");
        Assert.Equal((1, 1, 0), (await AuditedAsync(world, "object.made_again"), await AuditedAsync(world, "object.set_right"), await AuditedAsync(world, "object.overruled")));
    }

    [Theory, EachProvider]
    public async Task Token_OfARunningNotebookThatCannotBeRead_IsNotReplaced(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (_, notebook) = await LaunchedAsync(world);
        await using var db = await world.Database.OpenAsync();
        await db.Set<Notebook>().Where(n => n.Id == notebook.Id).ExecuteUpdateAsync(s => s.SetProperty(n => n.SealedToken, "lost"));

        await ActivatorUtilities.CreateInstance<NotebookReconciler>(world.Database.Services).ReconcileAsync(notebook.Id, default);

        // Its server still asks for the old one.
        Assert.Equal("lost", (await NotebookAsync(world, notebook.Id)).SealedToken);
    }

    [Theory, EachProvider]
    public async Task Notebook_ThatAnotherToolKeeps_IsNotDeleted(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var (project, notebook) = await LaunchedAsync(world);
        var mark = new JsonObject { ["metadata"] = new JsonObject { ["annotations"] = new JsonObject { ["argocd.argoproj.io/tracking-id"] = "tenants:apps/StatefulSet:x/y" } } };
        await world.EditAsync(Controller(project, notebook), mark, "argocd-controller");

        Ok(await world.Database.Get<NotebookService>().DeleteAsync(world.Ana, notebook.Id, default));

        Assert.Equal(KeeperKind.ArgoCd, (await FindAsync(world, project.Id, notebook.Id)).Keeper.Kind);
        await Eventually.TrueAsync(async () => await NotebookAsync(world, notebook.Id)
            is { Intent: NotebookIntent.Deleted, State: WorkloadState.Attention, Reason: "cluster.owned_by_other" }, "the notebook says so");
        var seen = await world.Client.FindAsync(Controller(project, notebook), default);
        Assert.True(seen is not null && !seen.IsGoing());
    }

    [Theory, EachProvider]
    public async Task TakeOver_OfARunsField_LetsItStart(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        // Nothing is submitted before runs can report, so that somebody else can be there first.
        var options = world.Database.Get<WorkloadOptions>();
        options.PortalAddress = null;
        var id = (await world.Database.Get<TrainingService>().LaunchAsync(
            world.Ana, new TrainingDraft(Guid.CreateVersion7(), project.Id, "fit") { Code = "print(1)" }, default)).Value;
        var run = await RunAsync(world, id);
        var files = new ObjectKey(Kinds.ConfigMap, project.Namespace, run.ObjectName);
        await world.Client.ApplyAsync(
            Manifest.Create(Kinds.ConfigMap, project.Namespace, run.ObjectName, new ReconcileOwner(nameof(TrainingRun), id))
                .With("data", new JsonObject { ["main.py"] = "old" }), default);
        await world.EditAsync(files, new JsonObject { ["data"] = new JsonObject { ["main.py"] = "theirs" } }, "kubectl-edit");

        options.PortalAddress = new Uri("http://127.0.0.1:1/");
        await world.PassAsync(nameof(TrainingRun), id);
        var dispute = await FindAsync(world, project.Id, id);
        Assert.Equal(("ConfigMap " + run.ObjectName, "kubectl-edit"), (dispute.Object, Assert.Single(dispute.Conflicts).Manager));
        Assert.Equal("theirs", (await world.Client.FindAsync(files, default)).Text("data", "main.py"));
        Ok(await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default));

        await Eventually.TrueAsync(async () => (await RunAsync(world, id)).ObservedGeneration > 0, "submitted");
        Assert.Empty((await Disputes(world).OfProjectAsync(world.Lead, project.Id, id, default)).Value);
    }

    [Theory, EachProvider]
    public async Task TakeOver_OfAPlatformObject_IsAnAdminsAndMendsTheProject(Provider provider)
    {
        await using var world = await ReadyAsync(provider);
        var admin = await world.Database.PersonAsync("root", PlatformRole.Admin);
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var cohort = new ObjectKey(Kinds.Cohort, null, $"team-{world.Team:N}");
        await world.EditAsync(cohort, new JsonObject { ["spec"] = new JsonObject { ["fairSharing"] = new JsonObject { ["weight"] = "7" } } }, "kubectl-edit");
        var seen = world.Database.Get<IClusters>().Get(project.ClusterId).Cache;
        await Eventually.TrueAsync(() => seen.Find(cohort).Text("spec", "fairSharing", "weight") == "7", "the edit seen");
        await world.PassAsync(nameof(Project), project.Id);
        await Eventually.TrueAsync(async () => await NoteAsync(world, project.Id) == "cluster.owned_by_other", "the project notes it");
        await world.WaitForAsync(project.Id, ProjectState.Ready);

        var dispute = Assert.Single((await Disputes(world).OfPlatformAsync(admin, project.ClusterId!.Value, null, default)).Value);
        Assert.Equal(("Cohort " + cohort.Name, "kubectl-edit"), (dispute.Object, dispute.Conflicts[0].Manager));
        Assert.Empty((await Disputes(world).OfProjectAsync(world.Lead, project.Id, null, default)).Value);
        Assert.Equal("access.denied", (await Disputes(world).OfPlatformAsync(world.Lead, project.ClusterId.Value, null, default)).Refusal?.Code);
        Assert.Equal("access.denied", (await world.Database.Get<DisputeService>().TakeOverAsync(world.Lead, dispute.Id, default)).Refusal?.Code);
        Ok(await world.Database.Get<DisputeService>().TakeOverAsync(admin, dispute.Id, default));

        await Eventually.TrueAsync(async () => await NoteAsync(world, project.Id) == "", "the note gone");
        Assert.Equal("1", (await world.Client.FindAsync(cohort, default)).Text("spec", "fairSharing", "weight"));
        Assert.Empty((await Disputes(world).OfPlatformAsync(admin, project.ClusterId.Value, null, default)).Value);
    }

    private static async Task<string> NoteAsync(ProjectWorld world, Guid id) =>
        (await world.FindAsync(id))!.Steps.Single(s => s.Kind == ProjectStepKind.Queue).Reason;

    private static DisputeQueryService Disputes(ProjectWorld world) => world.Database.Get<DisputeQueryService>();

    private static void Ok(Result result) => Assert.True(result.Succeeded, result.Refusal?.Code);

    private async Task<ProjectWorld> ReadyAsync(Provider provider)
    {
        var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        return world;
    }

    // Somebody scales a notebook's StatefulSet by hand, and then it is asked to stop.
    private static async Task<(Project Project, Notebook Notebook, DisputeView Dispute)> ScaledNotebookAsync(ProjectWorld world)
    {
        var (project, notebook) = await LaunchedAsync(world);
        await world.EditAsync(Controller(project, notebook), new JsonObject { ["spec"] = new JsonObject { ["replicas"] = 2 } }, "kubectl-scale");
        Ok(await world.Database.Get<NotebookService>().StopAsync(world.Ana, notebook.Id, default));
        return (project, notebook, await FindAsync(world, project.Id, notebook.Id));
    }

    private static async Task<(Project Project, Notebook Notebook)> LaunchedAsync(ProjectWorld world)
    {
        var project = await world.WaitForAsync(await world.CreateProjectAsync(), ProjectState.Ready);
        var id = (await world.Database.Get<NotebookService>().LaunchAsync(
            world.Ana, new NotebookDraft(Guid.CreateVersion7(), project.Id, "mine"), default)).Value;
        await Eventually.TrueAsync(async () => await NotebookAsync(world, id) is { ObservedGeneration: > 0 }, "submitted");
        return (project, await NotebookAsync(world, id));
    }

    private static async Task<int> AuditedAsync(ProjectWorld world, string action)
    {
        await using var db = await world.Database.OpenAsync();
        return await db.AuditEntries.CountAsync(e => e.Action == action);
    }

    private static async Task<DisputeView> FindAsync(ProjectWorld world, Guid projectId, Guid ownerId)
    {
        IReadOnlyList<DisputeView> found = [];
        await Eventually.TrueAsync(
            async () => (found = (await Disputes(world).OfProjectAsync(world.Ana, projectId, ownerId, default)).Value).Count > 0, "a dispute");
        return Assert.Single(found);
    }

    private static ObjectKey Controller(Project project, Notebook notebook) => new(Kinds.StatefulSet, project.Namespace, notebook.ObjectName);

    private static async Task<string?> ReplicasAsync(ProjectWorld world, Project project, Notebook notebook) =>
        (await world.Client.FindAsync(Controller(project, notebook), default)).Text("spec", "replicas");

    private static async Task<Notebook> NotebookAsync(ProjectWorld world, Guid id) =>
        (await world.Database.Get<NotebookService>().GetAsync(world.Ana, id, default)).Value.Notebook;

    private static async Task<TrainingRun> RunAsync(ProjectWorld world, Guid id) =>
        (await world.Database.Get<TrainingService>().GetAsync(world.Ana, id, default)).Value.Run;
}
