using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Access;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Core.Reconciliation;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectRemovalTests(PostgresServer server)
{
    private const string Holds = "Some content in the namespace has finalizers remaining: example.org/lock in 1 resource instances";

    [Theory, EachProvider]
    public async Task Removal_ThatIsHeld_SaysOnTheProjectWhatHoldsIt(Provider provider)
    {
        var cluster = new GoingNamespace();
        await using var database = await TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusters>(cluster));
        var ana = await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", ana);
        cluster.Id = await database.ClusterAsync("Main");
        var id = (await database.Get<ProjectService>().CreateAsync(ana, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team), default)).Value;
        await using (var db = await database.OpenAsync())
        {
            await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.Intent, ProjectIntent.Deleted).SetProperty(p => p.ClusterId, cluster.Id));
            var project = await db.Projects.AsNoTracking().SingleAsync();
            cluster.Namespace = Going(project, database.Clock.GetUtcNow());
        }

        Assert.Equal("project.namespace_terminating", (await PassAsync()).Reason);
        database.Clock.Advance(TimeSpan.FromMinutes(5));
        var held = await PassAsync();

        Assert.Equal(("project.namespace_stuck", Holds), (held.Reason, held.Detail));
        Assert.Equal(("5", Holds), (held.Verdict().Arguments["minutes"], held.Verdict().Arguments["holds"]));

        async Task<ProjectStepView> PassAsync()
        {
            await database.Services.GetServices<IReconciler>().Single(r => r.Kind == nameof(Project)).ReconcileAsync(id, default);
            return (await database.Get<ProjectQueryService>().GetAsync(ana, id, default)).Value.Steps.Single(s => s.Kind == ProjectStepKind.Namespace);
        }
    }

    private static JsonObject Going(Project project, DateTimeOffset since)
    {
        var going = Manifest.Create(Kinds.Namespace, null, project.Namespace, new ReconcileOwner(nameof(Project), project.Id))
            .With("status", new JsonObject
            {
                ["phase"] = "Terminating",
                ["conditions"] = new JsonArray(new JsonObject { ["type"] = "NamespaceFinalizersRemaining", ["status"] = "True", ["message"] = Holds }),
            });
        going["metadata"]!["deletionTimestamp"] = since.ToString("O");
        return going;
    }

    // A cluster of one namespace that never goes.
    private sealed class GoingNamespace : IClusterClient, IClusters
    {
        public Guid Id { get; set; }

        public JsonObject Namespace { get; set; } = [];

        public IReadOnlyList<ConnectedCluster> All => [Get(Id)];

        public ConnectedCluster Get(Guid? id) => new(Id, "Main", this, new SeenCluster());

        public Task<JsonObject?> FindAsync(ObjectKey key, CancellationToken ct) => Task.FromResult<JsonObject?>(Namespace);

        public Task<ClusterCapabilities> CapabilitiesAsync(CancellationToken ct) => Task.FromResult(new ClusterCapabilities("v1.36.2", [], false));

        public Task<bool> DeleteAsync(ObjectKey key, CancellationToken ct) => throw new NotSupportedException();

        public IAsyncEnumerable<JsonObject> ListAsync(ResourceType type, string? ns, string? labelSelector, CancellationToken ct) => throw new NotSupportedException();

        public Task<JsonObject> ApplyAsync(JsonObject manifest, CancellationToken ct, bool dryRun = false, bool force = false) => throw new NotSupportedException();

        public Task<JsonObject> PatchAsync(ObjectKey key, JsonObject mergePatch, CancellationToken ct, bool dryRun = false) => throw new NotSupportedException();

        public Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) => throw new NotSupportedException();
    }
}
