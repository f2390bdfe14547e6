using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Clusters.Questions;
using Portal.Core.Ownership;
using Portal.Core.Projects;
using Portal.Core.Tests.Clusters;
using Portal.Testing.Databases;
using Portal.Testing.Waiting;

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

        var answers = ActivatorUtilities.CreateInstance<ClusterQuestionReconciler>(stage.Database.Services, new FoundCluster());
        var asking = stage.Database.Get<ProjectChangePreview>().ForEditAsync(stage.Lead, project.Id, new ProjectContent(project.Name), default);
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await stage.Database.OpenAsync();
            foreach (var id in await db.Set<ClusterQuestion>().Select(q => q.Id).ToListAsync())
                await answers.ReconcileAsync(id, default);
            return asking.IsCompleted;
        }, "an answer");

        var gone = Assert.Single((await asking).Value.Objects, o => o.Change == ObjectChangeKind.Remove);
        Assert.Equal(("RoleBinding", project.Namespace, "left"), (gone.Kind, gone.Namespace, gone.Name));
    }
}
