using Portal.Core.Cluster;
using Portal.Core.Hardware;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectChangePreviewTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Edit_OfAProjectWithMoreThanItsPlan_NamesWhatWillBeTakenAway(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        foreach (var name in new[] { "left", "theirs" })
        {
            var binding = Manifest.Create(Kinds.RoleBinding, project.Namespace, name, new ReconcileOwner(nameof(Project), project.Id));
            // What another tool keeps stays.
            stage.Cluster.Put(Kinds.RoleBinding, name == "left" ? binding : binding.WithLabel("app.kubernetes.io/managed-by", "Helm"));
        }

        var gone = Assert.Single(await EditAsync(stage, project), o => o.Change == ObjectChangeKind.Remove);
        Assert.Equal(("RoleBinding", project.Namespace, "left"), (gone.Kind, gone.Namespace, gone.Name));
    }

    [Theory, EachProvider]
    public async Task Edit_ProfilesOfOneNameInBothGroups_NamesBothAsTakenAway(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server, HardwareProfileManifests.Versions[0], HardwareProfileManifests.Dashboard);
        var project = await stage.ReadyAsync();
        foreach (var type in (ResourceType[])[HardwareProfileManifests.Versions[0], HardwareProfileManifests.Dashboard])
            stage.Cluster.Put(type, Manifest.Create(type, project.Namespace, "cards", new ReconcileOwner(nameof(Project), project.Id)));

        Assert.Equal(
            ["dashboard.opendatahub.io", "infrastructure.opendatahub.io"],
            (await EditAsync(stage, project)).Where(o => o.Change == ObjectChangeKind.Remove).Select(o => o.Group).Order());
    }

    [Theory, EachProvider]
    public async Task Profiles_ThatTheAccountMayNotList_AreLeftOutAsThePassDoes(Provider provider)
    {
        var profile = HardwareProfileManifests.Versions[0];
        await using var stage = await PassStage.CreateAsync(provider, server, profile);
        var project = await stage.ReadyAsync();
        var pool = new HardwarePool { Name = "Cards", Slug = "cards", ResourceName = "nvidia.com/gpu" };
        var plan = new ProjectPlan(project, "Risk", [], [], ["nvidia.com/gpu"], new ProjectClusterOptions())
        {
            Grants = [new ProjectGrant(pool.Id, pool.Slug, pool.ResourceName, 2) { Pool = pool }],
        };
        stage.Cluster.Unlisted.Add(profile);
        var named = new List<int>();
        foreach (var refused in (bool[])[true, false])
        {
            stage.Cluster.Fails = call => refused && call == "list HardwareProfile" ? new ClusterException(ClusterFailure.Forbidden, "no") : null;
            var plans = await AnswerAsync(stage, stage.Database.Get<ClusterDryRun>().OfAsync([plan], ProjectObjectSet.Of, default));
            named.Add(plans.Count(o => o.Kind == "HardwareProfile"));
        }

        Assert.Equal([0, 1], named);
    }

    private static Task<IReadOnlyList<ObjectChange>> EditAsync(PassStage stage, Project project) =>
        AnswerAsync(stage, stage.Database.Get<ProjectChangePreview>().ForEditAsync(stage.Lead, project.Id, new ProjectContent(project.Name), default));

    private static async Task<IReadOnlyList<ObjectChange>> AnswerAsync(PassStage stage, Task<Result<ChangePlan>> asking) =>
        (await stage.AnsweredAsync(asking)).Value.Objects;
}
