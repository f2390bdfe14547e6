using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Hardware;
using Portal.Core.Notebooks;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

/// <summary>What a pass over a project does where the cluster refuses parts of it.</summary>
public class ProjectPassTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Pass_NamespaceHeldByAnotherInPart_GoesOnWithTheRest(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        await stage.ChangeAsync(project.Id, p => p.Members.Add(new ProjectMember { PersonId = stage.Lead.Id, Role = ProjectRole.Viewer }));
        await stage.PassAsync(project.Id);
        Assert.Equal(["admin:ana", "view:lead"], stage.MembersIn(project));
        Refuse(stage, "apply Namespace", ClusterFailure.Owned);

        await stage.ChangeAsync(project.Id, p =>
        {
            (p.Description, p.Size) = ("Another", ProjectSize.M);
            p.Members.RemoveAll(m => m.PersonId == stage.Lead.Id);
        });
        var after = await stage.PassAsync(project.Id);

        Assert.Equal((StepState.Failed, "cluster.owned_by_other"), (Step(after, ProjectStepKind.Namespace).State, Step(after, ProjectStepKind.Namespace).Reason));
        Assert.Equal(ProjectState.Attention, after.State);
        Assert.Equal(["admin:ana"], stage.MembersIn(project));
        Assert.Equal("200", stage.Cluster.Find(new ObjectKey(Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName)).Text("spec", "hard", "pods"));
    }

    [Theory, EachProvider]
    public async Task Pass_NamespaceThatCannotBeMade_EndsThere(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        Refuse(stage, "apply Namespace", ClusterFailure.Forbidden);

        var project = await stage.PassAsync(await stage.ProjectAsync());

        Assert.Equal("cluster.forbidden", Step(project, ProjectStepKind.Namespace).Reason);
        Assert.Single(stage.Cluster.Calls);
    }

    [Theory, EachProvider]
    public async Task Pass_OneOfASetRefused_MakesAndTakesAwayTheOthers(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        var (old, next) = (await stage.Database.PersonAsync("old"), await stage.Database.PersonAsync("next"));
        await stage.ChangeAsync(project.Id, p => p.Members.Add(new ProjectMember { PersonId = old.Id, Role = ProjectRole.Viewer }));
        await stage.PassAsync(project.Id);
        Refuse(stage, $"apply RoleBinding dashboard-permissions-view-{stage.Lead.Id:N}", ClusterFailure.Invalid);

        await stage.ChangeAsync(project.Id, p =>
        {
            p.Members.RemoveAll(m => m.PersonId == old.Id);
            p.Members.Add(new ProjectMember { PersonId = stage.Lead.Id, Role = ProjectRole.Viewer });
            p.Members.Add(new ProjectMember { PersonId = next.Id, Role = ProjectRole.Contributor });
        });
        var after = await stage.PassAsync(project.Id);

        Assert.Equal(["admin:ana", "edit:next"], stage.MembersIn(project));
        Assert.Equal("cluster.invalid", Step(after, ProjectStepKind.Roles).Reason);
    }

    [Theory, EachProvider]
    public async Task Pass_FenceThatNeverStood_LetsNobodyInAndNothingStart(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        foreach (var refused in new[] { "apply NetworkPolicy default-deny", "apply ResourceQuota" })
        {
            Refuse(stage, refused, ClusterFailure.Forbidden);
            var id = await stage.ProjectAsync(refused[^5..]);

            var open = await stage.PassAsync(id);

            Assert.Empty(stage.MembersIn(open));
            Assert.Equal((ProjectState.Attention, "project.members_wait"), (open.State, Step(open, ProjectStepKind.Roles).Reason));
            Assert.Equal("project.not_ready", (await LaunchedAsync(stage, id)).Reason);
            Assert.Equal(ReconcileResult.Settled, await stage.PassAsync(nameof(Project), id));

            stage.Cluster.Fails = _ => null;
            Assert.Equal(ProjectState.Ready, (await stage.PassAsync(id)).State);
            Assert.Equal(["admin:ana"], stage.MembersIn(open));
        }
    }

    [Theory, EachProvider]
    public async Task Pass_FenceThatFailsLater_TakesNothingAway(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        Refuse(stage, "apply ResourceQuota", ClusterFailure.Owned);

        await stage.ChangeAsync(project.Id, p =>
        {
            p.Size = ProjectSize.M;
            p.Members.Add(new ProjectMember { PersonId = stage.Lead.Id, Role = ProjectRole.Viewer });
        });

        Assert.Equal(ProjectState.Attention, (await stage.PassAsync(project.Id)).State);
        Assert.Equal(["admin:ana", "view:lead"], stage.MembersIn(project));
        Assert.NotEqual("project.not_ready", (await LaunchedAsync(stage, project.Id)).Reason);
    }

    [Theory, EachProvider]
    public async Task Pass_SharedObjectRefused_OpensTheQueueAndNotesIt(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        await stage.ReadyAsync();
        Refuse(stage, "apply Cohort", ClusterFailure.Owned);

        var project = await stage.PassAsync(await stage.ProjectAsync("Fraud"));

        var step = Step(project, ProjectStepKind.Queue);
        Assert.Equal((ProjectState.Ready, StepState.Done, ""), (project.State, step.State, step.Reason));
        stage.Cluster.Put(Kinds.Cohort, Manifest.Create(Kinds.Cohort, null, ProjectQueueManifests.Organisation, new ReconcileOwner("Platform", Guid.Empty)));
        var noted = Step(await stage.PassAsync(project.Id), ProjectStepKind.Queue);
        Assert.Equal((StepState.Done, "cluster.owned_by_other"), (noted.State, noted.Reason));
    }

    [Theory, EachProvider]
    public async Task Pass_SharedFlavorThatCannotBeMade_SaysSo(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        Refuse(stage, "apply ResourceFlavor", ClusterFailure.Forbidden);

        var step = Step(await stage.PassAsync(await stage.ProjectAsync()), ProjectStepKind.Queue);

        Assert.Equal((StepState.Failed, "cluster.forbidden"), (step.State, step.Reason));
        Assert.Contains(stage.Cluster.Calls, c => c.StartsWith("apply LocalQueue", StringComparison.Ordinal));
    }

    [Theory, EachProvider]
    public async Task Pass_AccountWithoutRightsToPriorityClasses_IsAskedForAFewMinutesOnce(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        Refuse(stage, "apply WorkloadPriorityClass", ClusterFailure.Forbidden);
        int Asked() => stage.Cluster.Calls.Count(c => c.StartsWith("apply WorkloadPriorityClass", StringComparison.Ordinal));

        var first = await stage.ReadyAsync();
        await stage.PassAsync(await stage.ProjectAsync("Fraud"));
        await stage.PassAsync(first.Id);

        Assert.Equal(1, Asked());
        stage.Database.Clock.Advance(TimeSpan.FromMinutes(6));
        await stage.PassAsync(first.Id);
        Assert.Equal(2, Asked());
    }

    [Theory, EachProvider]
    public async Task Pass_WhereAnOperatorMakesQueues_LabelsTheNamespaceAfterItsOwnQueue(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(
            provider, server, [.. PassStage.Kueue, new ResourceType("datasciencecluster.opendatahub.io", "v1", "datascienceclusters", "DataScienceCluster", false)]);
        var project = await stage.PassAsync(await stage.ProjectAsync());
        var ns = new ObjectKey(Kinds.Namespace, null, project.Namespace);

        Assert.Equal("false", stage.Cluster.List(Kinds.LocalQueue, project.Namespace)[0].Text("metadata", "annotations", "opendatahub.io/managed"));
        Assert.Equal("true", stage.Cluster.Find(ns).Text("metadata", "labels", "kueue.openshift.io/managed"));
        // The label is what lets the operator make a queue of its own where there is none.
        Assert.Equal(
            [$"apply Namespace {project.Namespace}", $"apply LocalQueue {ProjectQueueManifests.LocalQueueName}", $"apply Namespace {project.Namespace}"],
            stage.Cluster.Calls.Where(c => c.StartsWith("apply Namespace", StringComparison.Ordinal) || c.StartsWith("apply LocalQueue", StringComparison.Ordinal)));
    }

    [Theory, EachProvider]
    public async Task Pass_DuringWhichTheClusterTakesNoteOfTheCeilings_LetsMembersIn(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Cluster.Unattended.Add(Kinds.ResourceQuota);
        stage.Cluster.Fails = call =>
        {
            if (call.StartsWith("apply PersistentVolumeClaim", StringComparison.Ordinal))
            {
                foreach (var quota in stage.Cluster.List(Kinds.ResourceQuota))
                    quota["status"] = new JsonObject { ["hard"] = quota.At("spec", "hard")!.DeepClone() };
            }
            return null;
        };

        var project = await stage.PassAsync(await stage.ProjectAsync());

        Assert.Equal(ProjectState.Ready, project.State);
        Assert.Equal(["admin:ana"], stage.MembersIn(project));
    }

    [Theory, EachProvider]
    public async Task Pass_OnAClusterWithKueueAlone_AppliesEachObjectOnce(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        var project = await stage.ReadyAsync();

        await stage.PassAsync(project.Id);

        Assert.Equal(stage.Cluster.Calls.Count, stage.Cluster.Calls.Distinct().Count());
        Assert.Equal("true", stage.Cluster.Find(new ObjectKey(Kinds.Namespace, null, project.Namespace)).Text("metadata", "labels", "kueue.openshift.io/managed"));
    }

    [Theory, EachProvider]
    public async Task Pass_PoolWithoutANodeAtTheMoment_HoldsItAtZero(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var elsewhere = await stage.Database.ClusterAsync("Remote");
        await using (var db = await stage.Database.OpenAsync())
        {
            db.Add(new HardwarePool { Name = "Here", Slug = "here", ClusterId = stage.Cluster.Id, ResourceName = "nvidia.com/gpu" });
            db.Add(new HardwarePool { Name = "There", Slug = "there", ClusterId = elsewhere, ResourceName = "amd.com/gpu" });
            await db.SaveChangesAsync();
        }

        var project = await stage.ReadyAsync();

        var hard = Spec(stage, Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName).At("hard");
        Assert.Equal(("0", null), (hard.Text("requests.nvidia.com/gpu"), hard.Text("requests.amd.com/gpu")));
    }

    [Theory, EachProvider]
    public async Task Pass_BeforeNodesAndQueuesWereListed_LeavesCeilingsAndSharesAsTheyAre(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, PassStage.Kueue);
        stage.Cluster.Put(Kinds.Node, new JsonObject
        {
            ["metadata"] = new JsonObject { ["name"] = "n" },
            ["status"] = new JsonObject { ["allocatable"] = new JsonObject { ["cpu"] = "4", ["memory"] = "8Gi", ["nvidia.com/gpu"] = "2" } },
        });
        var project = await stage.ReadyAsync();
        (string?, string?) Specs() => (
            Spec(stage, Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName)?.ToJsonString(),
            Spec(stage, Kinds.ClusterQueue, null, project.Namespace)?.ToJsonString());
        var before = Specs();
        Assert.Equal("0", Spec(stage, Kinds.ResourceQuota, project.Namespace, ProjectManifests.LimitsName).Text("hard", "requests.nvidia.com/gpu"));
        Assert.NotEqual(CommonQuota.None, CommonQuota.Of(stage.Cluster.Find(new ObjectKey(Kinds.ClusterQueue, null, project.Namespace))));

        stage.Cluster.Unlisted.Add(Kinds.Node);
        await stage.PassAsync(project.Id);
        Assert.Equal(before, Specs());
        stage.Cluster.Unlisted.UnionWith([Kinds.ResourceQuota, Kinds.ClusterQueue]);
        await stage.PassAsync(project.Id);

        Assert.Equal(before, Specs());
        await stage.ChangeAsync(project.Id, p => p.Size = ProjectSize.M);
        await stage.PassAsync(project.Id);
        Assert.NotEqual(before.Item2, Specs().Item2);
    }

    [Theory, EachProvider]
    public async Task Pass_RightThatIsRefused_IsNewOnlyWhileTheNamespaceIs(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Database.Get<ProjectClusterOptions>().Bindings = [new PortalBinding { Role = "mlops-portal-project", Account = "portal" }];
        await using (var db = await stage.Database.OpenAsync())
            await db.Set<ClusterRegistration>().ExecuteUpdateAsync(s => s.SetProperty(c => c.Connection, ClusterConnectionKind.Installation));
        stage.Cluster.Fails = c => c.StartsWith("apply RoleBinding", StringComparison.Ordinal) || c.StartsWith("apply ResourceQuota", StringComparison.Ordinal)
            ? new ClusterException(ClusterFailure.Forbidden, $"{c} is refused") : null;
        var project = await stage.PassAsync(await stage.ProjectAsync());
        var made = stage.Cluster.Find(new ObjectKey(Kinds.Namespace, null, project.Namespace))!;
        made["metadata"]!["creationTimestamp"] = stage.Database.Clock.GetUtcNow().ToString("O");

        var young = Step(await stage.PassAsync(project.Id), ProjectStepKind.Limits);
        stage.Database.Clock.Advance(TimeSpan.FromMinutes(2));
        var old = Step(await stage.PassAsync(project.Id), ProjectStepKind.Limits);

        Assert.Equal((StepState.Waiting, "cluster.access_new"), (young.State, young.Reason));
        Assert.Equal((StepState.Failed, "cluster.forbidden"), (old.State, old.Reason));
    }

    [Theory, EachProvider]
    public async Task Pass_NamespaceThatLostItsLabel_LabelsItAgain(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        var key = new ObjectKey(Kinds.Namespace, null, project.Namespace);
        foreach (var label in new[] { Manifest.IdLabel, Manifest.KindLabel })
        {
            stage.Cluster.Find(key)!["metadata"]!["labels"]!.AsObject().Remove(label);

            Assert.Equal(ProjectState.Ready, (await stage.PassAsync(project.Id)).State);

            Assert.Equal(new ReconcileOwner(nameof(Project), project.Id), stage.Cluster.Find(key)!.Owner());
        }
    }

    [Theory, EachProvider]
    public async Task Removal_NamespaceThatLostItsLabelOrNamesAnother_IsNotOverWhileItRuns(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        var key = new ObjectKey(Kinds.Namespace, null, project.Namespace);
        var labels = stage.Cluster.Find(key)!["metadata"]!["labels"]!;
        labels[Manifest.IdLabel] = Guid.NewGuid().ToString("D");
        await stage.ChangeAsync(project.Id, p => p.Intent = ProjectIntent.Deleted);

        var left = await stage.PassAsync(project.Id);
        Assert.Equal((ProjectState.Deleting, "project.namespace_relabelled"), (left.State, Step(left, ProjectStepKind.Namespace).Reason));
        Assert.NotNull(stage.Cluster.Find(key));
        labels.AsObject().Remove(Manifest.IdLabel);
        await stage.PassAsync(nameof(Project), project.Id);

        Assert.Null(stage.Cluster.Find(key));
        await stage.PassAsync(nameof(Project), project.Id);
        await using var db = await stage.Database.OpenAsync();
        Assert.Empty(db.Projects);
    }

    [Theory, EachProvider]
    public async Task Archive_WithoutKueue_StopsNotebooksAndRuns(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        stage.Database.Get<WorkloadOptions>().PortalAddress = new Uri("http://portal/");
        var project = await stage.ReadyAsync();
        var notebook = await LaunchedAsync(stage, project.Id);
        var run = (await stage.Database.Get<TrainingService>().LaunchAsync(stage.Ana, new TrainingDraft(Guid.CreateVersion7(), project.Id, "long") { Code = "1" }, default)).Value;
        await stage.PassAsync(nameof(TrainingRun), run);
        Assert.Single(stage.Cluster.List(Kinds.Job, project.Namespace));

        await stage.ChangeAsync(project.Id, p => p.Intent = ProjectIntent.Archived);
        await stage.PassAsync(nameof(Notebook), notebook.Id);
        await stage.PassAsync(nameof(TrainingRun), run);
        await stage.PassAsync(nameof(TrainingRun), run);

        Assert.Equal("0", stage.Cluster.Find(new ObjectKey(Kinds.StatefulSet, project.Namespace, notebook.ObjectName)).Text("spec", "replicas"));
        Assert.Empty(stage.Cluster.List(Kinds.Job, project.Namespace));
        Assert.Equal(WorkloadState.Stopped, (await stage.Database.Get<TrainingService>().GetAsync(stage.Ana, run, default)).Value.Run.State);
    }

    private static void Refuse(PassStage stage, string call, ClusterFailure why) =>
        stage.Cluster.Fails = c => c.StartsWith(call, StringComparison.Ordinal) ? new ClusterException(why, $"{call} is refused") : null;

    private static JsonNode? Spec(PassStage stage, ResourceType type, string? ns, string name) =>
        stage.Cluster.Find(new ObjectKey(type, ns, name)).At("spec");

    private static ProjectStep Step(Project project, ProjectStepKind kind) => project.Steps.Single(s => s.Kind == kind);

    private static async Task<Notebook> LaunchedAsync(PassStage stage, Guid project)
    {
        var id = (await stage.Database.Get<NotebookService>().LaunchAsync(stage.Ana, new NotebookDraft(Guid.CreateVersion7(), project, "mine"), default)).Value;
        await stage.PassAsync(nameof(Notebook), id);
        return (await stage.Database.Get<NotebookService>().GetAsync(stage.Ana, id, default)).Value.Notebook;
    }
}
