using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Cluster;
using Portal.Core.Tests.Notebooks;
using Portal.Core.Training;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Training;

public class TrainingLogsTests(PostgresServer server)
{
    [Theory, EachProvider]
    public async Task Read_PodWithASidecar_IsTheLogOfTheProgram(Provider provider)
    {
        var cluster = new SeenCluster { Client = new LogOfOneContainer("training") };
        await using var database = await TestDatabase.CreateAsync(provider, server, s => s.AddSingleton<IClusters>(cluster));
        await database.ClusterAsync("Seen", c => c.Id = cluster.Id);
        var (owner, project) = await NotebookServiceTests.ProjectAsync(database);
        var run = (await database.Get<TrainingService>().LaunchAsync(owner, new(Guid.CreateVersion7(), project, "fraud") { Code = "print(1)" }, default)).Value;
        await using var db = await database.OpenAsync();
        await db.Projects.ExecuteUpdateAsync(s => s.SetProperty(p => p.ClusterId, cluster.Id));
        await db.Set<TrainingRun>().ExecuteUpdateAsync(s => s.SetProperty(r => r.StartedAt, database.Clock.GetUtcNow()));
        cluster.With(Kinds.Pod, JsonNode.Parse($$"""
            {"metadata":{"name":"fraud-1","namespace":"{{await db.Projects.Select(p => p.Namespace).SingleAsync()}}","labels":{"{{Manifest.IdLabel}}":"{{run:D}}"} },
            "spec":{"containers":[{"name":"training"},{"name":"istio-proxy"}]} }
            """)!.AsObject());

        var log = (await database.Get<TrainingLogs>().ReadAsync(owner, run, default)).Value;

        Assert.Equal(("of training", true), (log.Text, log.Live));
    }

    /// <summary>As a server does where there are several, it wants the container named.</summary>
    private sealed class LogOfOneContainer(string name) : UnreachableCluster
    {
        public override Task<Stream> LogsAsync(string ns, string pod, string? container, bool follow, int? tailLines, CancellationToken ct) => container == name
            ? Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes($"of {container}")))
            : throw new ClusterException(ClusterFailure.Invalid, "a container name must be specified");
    }
}
