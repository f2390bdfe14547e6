using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Testing.Cluster;

namespace Portal.Core.Tests.Projects;

/// <summary>A project's pools as OpenShift AI shows them.</summary>
public class ProjectProfileTests
{
    private static readonly ResourceType Profile = HardwareProfileManifests.Versions[0];

    private static readonly HardwarePool Pool = new() { Name = "Cards", Slug = "cards", ResourceName = "nvidia.com/gpu" };

    private readonly MemoryCluster _cluster = new([.. PassStage.Kueue, HardwareProfileManifests.Dashboard, HardwareProfileManifests.Versions[1], Profile]);
    private readonly ProjectPlan _without;
    private readonly ProjectPlan _granted;

    public ProjectProfileTests()
    {
        _cluster.Put(Kinds.ResourceFlavor, PoolManifests.Flavor(Pool));
        var project = new Project { Id = Guid.NewGuid(), Namespace = "ml-x", TeamId = Guid.NewGuid(), ClusterId = _cluster.Id };
        _without = new ProjectPlan(project, "Risk", [], [], ["nvidia.com/gpu"], new ProjectClusterOptions());
        _granted = _without with { Grants = [new ProjectGrant(Pool.Id, Pool.Slug, Pool.ResourceName, 2) { Pool = Pool, MayBorrow = 3 }] };
    }

    [Fact]
    public async Task Queue_WithAGrant_TellsOpenShiftAiOfThePoolUntilItEnds()
    {
        var steps = new ProjectSteps(_cluster, TimeProvider.System);

        var (made, _) = await steps.TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.True(made.IsFinished, made.Reason);
        var profile = Assert.Single(_cluster.List(Profile, "ml-x"));
        Assert.Equal((Profile.ApiVersion, "cards", "default"), (profile.Text("apiVersion"), profile.Name(), profile.Text("spec", "scheduling", "kueue", "localQueueName")));
        Assert.Equal("5", profile.Items("spec", "identifiers").Last().Text("maxCount"));
        await steps.TakeAsync(ProjectStepKind.Queue, _without, default);
        Assert.Empty(_cluster.List(Profile, "ml-x"));
    }

    [Fact]
    public async Task Queue_WithoutKueue_LeadsToTheNodes()
    {
        _cluster.Serve(Profile);

        await new ProjectSteps(_cluster, TimeProvider.System).TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Equal("Node", Assert.Single(_cluster.List(Profile, "ml-x")).Text("spec", "scheduling", "type"));
    }

    [Fact]
    public async Task Queue_OfAnAccountThatMayNotWriteProfiles_IsDoneAndAsksOnce()
    {
        const string Apply = "apply HardwareProfile cards";
        _cluster.Fails = call => call == Apply ? new ClusterException(ClusterFailure.Forbidden, "no") : null;
        var steps = new ProjectSteps(_cluster, TimeProvider.System);

        var first = await steps.TakeAsync(ProjectStepKind.Queue, _granted, default);
        var second = await steps.TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Equal((true, true), (first.Outcome.IsFinished, second.Outcome.IsFinished));
        Assert.Equal("", first.Outcome.Reason);
        Assert.Single(_cluster.Calls, call => call == Apply);
    }

    [Fact]
    public async Task Queue_WithoutKueueWhereOthersHoldAProfile_IsNotNeededAndSaysSo()
    {
        _cluster.Serve(Profile);
        _cluster.Fails = call => call == "apply HardwareProfile cards" ? new ClusterException(ClusterFailure.Owned, "held") : null;

        var (outcome, failure) = await new ProjectSteps(_cluster, TimeProvider.System).TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Null(failure);
        Assert.Equal((StepState.NotNeeded, "held"), (outcome.State, outcome.Detail));
    }

    [Fact]
    public async Task Queue_OfAnAccountThatMayNotListProfiles_LeavesThemAndSaysWhichRightIsMissing()
    {
        const string Said = "hardwareprofiles is forbidden: cannot list";
        var refusals = 0;
        _cluster.Unlisted.Add(Profile);
        _cluster.Fails = call => call == "list HardwareProfile" ? Refused() : null;
        var steps = new ProjectSteps(_cluster, TimeProvider.System);

        await steps.TakeAsync(ProjectStepKind.Queue, _granted, default);
        var (outcome, failure) = await steps.TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Null(failure);
        Assert.Equal((true, "cluster.forbidden", Said), (outcome.IsFinished, outcome.Reason, outcome.Detail));
        Assert.Empty(_cluster.List(Profile, "ml-x"));
        Assert.Equal(1, refusals);

        ClusterException Refused()
        {
            refusals++;
            return new ClusterException(ClusterFailure.Forbidden, Said);
        }
    }

    [Fact]
    public async Task Queue_OfAnAccountThatMayNotListProfiles_ThatIsNotOpenYet_DoesNotWaitForThem()
    {
        _cluster.Unlisted.UnionWith([Profile, Kinds.ResourceFlavor]);
        _cluster.Unattended.Add(Kinds.ClusterQueue);
        _cluster.Fails = call => call == "list HardwareProfile" ? new ClusterException(ClusterFailure.Forbidden, "no") : null;

        var (outcome, failure) = await new ProjectSteps(_cluster, TimeProvider.System).TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Null(failure);
        Assert.Equal((StepState.Waiting, "project.queue_pending"), (outcome.State, outcome.Reason));
    }

    // They are listed a moment later.
    [Fact]
    public async Task Queue_WhereProfilesAreNotListedYet_WritesThem()
    {
        _cluster.Unlisted.Add(Profile);

        await new ProjectSteps(_cluster, TimeProvider.System).TakeAsync(ProjectStepKind.Queue, _granted, default);

        Assert.Single(_cluster.List(Profile, "ml-x"));
    }

    [Fact]
    public async Task Unwanted_OfAPlan_IsWhatItsPassTakesAway()
    {
        var steps = new ProjectSteps(_cluster, TimeProvider.System);
        await PassAsync(_granted with { Members = [new MemberAccount(Guid.NewGuid(), "ben", ProjectRole.Contributor)] });
        _cluster.Put(Kinds.RoleBinding, Manifest.Create(Kinds.RoleBinding, "ml-x", "left", _granted.Owner));
        _cluster.Put(HardwareProfileManifests.Dashboard, Manifest.Create(HardwareProfileManifests.Dashboard, "ml-x", "old", _granted.Owner));

        var named = ProjectObjectSet.Unwanted(_without, _cluster.Capabilities!, _cluster).Select(o => $"delete {o.Text("kind")} {o.Name()}").Order().ToList();
        await PassAsync(_without);

        Assert.Equal(named, _cluster.Calls.Where(c => c.StartsWith("delete ", StringComparison.Ordinal)).Order());
        Assert.Contains("delete HardwareProfile cards", named);
        Assert.Empty(ProjectObjectSet.Unwanted(_without, _cluster.Capabilities!, _cluster));

        async Task PassAsync(ProjectPlan plan)
        {
            foreach (var step in Enum.GetValues<ProjectStepKind>())
                await steps.TakeAsync(step, plan, default);
        }
    }

    [Fact]
    public void Objects_OfAPlan_NameItsProfilesForThePreview()
    {
        var (type, manifest) = ProjectObjectSet.Of(_granted, _cluster.Capabilities!).Last();

        Assert.Equal(Profile, type);
        Assert.True(ProjectObjectSet.IsOne(type, manifest));
        Assert.DoesNotContain(ProjectObjectSet.Of(_granted, new ClusterCapabilities("v1.36.2", PassStage.Kueue, false)), o => o.Type == type);
    }
}
