using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Clusters.Questions;
using Portal.Core.Ownership;
using Portal.Core.Reconciliation;
using Portal.Testing.Clusters;
using Portal.Testing.Databases;

namespace Portal.Infrastructure.Tests.Reconciliation;

public class ClusterQuestionTests(PostgresServer server, EmbeddedCluster cluster)
{
    private static readonly ReconcileOwner Owner = new("Project", Guid.NewGuid());

    [Theory, EachProvider]
    public async Task Question_AboutKindsOfProjectsAndOthers_IsAnsweredForThoseOfProjectsAndWorkloads(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        await world.StartAsync();
        // A Secret's contents would come back with the answer; and one kind must not pass under another's name.
        var asked = new ChangesAsked(
        [
            new AskedObject(Kinds.ServiceAccount, Manifest.Create(Kinds.ServiceAccount, "default", "asked", Owner)),
            new AskedObject(Kinds.StatefulSet, Server()),
            new AskedObject(Kinds.Secret, Manifest.Create(Kinds.Secret, "default", "asked", Owner)),
            new AskedObject(Kinds.ServiceAccount, Manifest.Create(Kinds.Secret, "default", "asked", Owner)),
        ]);

        var answer = await world.Database.Get<ClusterQuestions>().AskAsync<ChangesAsked, ObjectChange[]>(
            ClusterRegistration.ConfiguredId, ClusterQuestionKind.Changes, asked, default);

        Assert.Equal(
            [("ServiceAccount", "asked", ObjectChangeKind.Create), ("StatefulSet", "asked", ObjectChangeKind.Create)],
            answer.Value.Select(c => (c.Kind, c.Name, c.Change)));
        Assert.Null(await world.Client.FindAsync(new ObjectKey(Kinds.ServiceAccount, "default", "asked"), default));
    }

    [Theory, EachProvider]
    public async Task Question_ThatNobodyWaitsForAnyMore_IsTakenAway(Provider provider)
    {
        await using var world = await ProjectWorld.CreateAsync(provider, server, cluster.Kubeconfig);
        var fresh = await AddAsync(world, TimeSpan.Zero);
        var old = await AddAsync(world, ClusterQuestionReconciler.Kept + TimeSpan.FromSeconds(1));
        var reconciler = world.Database.Services.GetServices<IReconciler>().Single(r => r.Kind == nameof(ClusterQuestion));

        foreach (var id in new[] { fresh, old })
            await reconciler.ReconcileAsync(id, default);

        await using var db = await world.Database.OpenAsync();
        var left = await db.Set<ClusterQuestion>().SingleAsync();
        Assert.Equal((fresh, 1), (left.Id, left.ObservedGeneration));
        Assert.Equal("check.no_credentials", JsonSerializer.Deserialize<ClusterCheck>(left.Answer)!.Problem);
    }

    private static JsonObject Server() => Manifest.Create(Kinds.StatefulSet, "default", "asked", Owner).With("spec", new JsonObject
    {
        ["serviceName"] = "asked",
        ["selector"] = new JsonObject { ["matchLabels"] = new JsonObject { ["app"] = "asked" } },
        ["template"] = new JsonObject
        {
            ["metadata"] = new JsonObject { ["labels"] = new JsonObject { ["app"] = "asked" } },
            ["spec"] = new JsonObject { ["containers"] = new JsonArray(new JsonObject { ["name"] = "asked", ["image"] = "asked" }) },
        },
    });

    // Of credentials that are not the installation's own a row cannot ask.
    private static async Task<Guid> AddAsync(ProjectWorld world, TimeSpan age)
    {
        var question = new ClusterQuestion
        {
            Kind = ClusterQuestionKind.Rights,
            Body = JsonSerializer.Serialize(new RightsAsked(ClusterConnectionKind.Kubeconfig)),
            AskedAt = DateTimeOffset.UtcNow - age,
        };
        await using var db = await world.Database.OpenAsync();
        db.Add(question);
        await db.SaveChangesAsync();
        return question.Id;
    }
}
