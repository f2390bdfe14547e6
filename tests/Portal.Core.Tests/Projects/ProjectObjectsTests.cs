using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Projects;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Projects;

public class ProjectObjectsTests(PostgresServer server)
{
    private const string Applied = "kubectl.kubernetes.io/last-applied-configuration";

    [Theory, EachProvider]
    public async Task List_ObjectsWithValuesInTheirEnvironments_ShowsThoseOfThePortalThatAreNoSecrets(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        var theirs = WithEnvironment(new JsonObject { ["kind"] = "StatefulSet", ["metadata"] = new JsonObject { ["name"] = "theirs", ["namespace"] = project.Namespace } });
        theirs["metadata"]!["annotations"] = new JsonObject { [Applied] = "s3cr3t", ["other"] = "stays" };
        stage.Cluster.Put(Kinds.StatefulSet, theirs);
        stage.Cluster.Put(Kinds.StatefulSet, WithEnvironment(Manifest.Create(Kinds.StatefulSet, project.Namespace, "ours", new ReconcileOwner("Notebook", Guid.NewGuid()))));

        var shown = (await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value
            .Where(o => o.Kind == "StatefulSet").ToDictionary(o => o.Name, o => o.Manifest.ToJsonString());

        Assert.All(shown.Values, text => Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal));
        Assert.DoesNotContain("plain", shown["theirs"], StringComparison.Ordinal);
        Assert.Contains("stays", shown["theirs"], StringComparison.Ordinal);
        Assert.Contains("plain", shown["ours"], StringComparison.Ordinal);
    }

    private static JsonObject WithEnvironment(JsonObject manifest) => manifest.With("spec", new JsonObject
    {
        ["template"] = new JsonObject
        {
            ["spec"] = new JsonObject
            {
                ["containers"] = new JsonArray(new JsonObject
                {
                    ["env"] = new JsonArray(
                        new JsonObject { ["name"] = "DB_URL", ["value"] = "plain" }, new JsonObject { ["name"] = "API_TOKEN", ["value"] = "s3cr3t" }),
                }),
            },
        },
    });
}
