using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Delivery;
using Portal.Core.Health;
using Portal.Core.Monitoring;
using Portal.Core.Ownership;
using Portal.Core.Pipelines;
using Portal.Core.Projects;
using Portal.Core.Publishing;
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

    [Fact]
    public void Listed_KindsWithAStateInWords_AreAllThatCanBeInsideOfAProject() =>
        // These are no part of a namespace.
        Assert.Equal(["ClusterQueue", "Namespace"], KindHealth.Kinds.Except(ProjectObjectsService.Listed.Select(t => t.Kind)).Order());

    [Theory, EachProvider]
    public async Task List_WhatOthersMadeInTheProject_IsShownWithItsKeeperAndItsStateAndNothingElse(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        foreach (var kind in ShownKinds.All)
            stage.Cluster.Put(kind, Theirs(kind, project.Namespace));
        stage.Cluster.Put(PublishingKinds.Ingress, Theirs(PublishingKinds.Ingress, "ml-other"));

        var shown = (await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value.Where(o => o.Name == "theirs").ToList();

        Assert.Equal(ShownKinds.All.Select(k => k.Kind).Distinct(), shown.Select(o => o.Kind));
        Assert.All(shown, o => Assert.Equal(KeeperKind.ArgoCd, o.Keeper.Kind));
        Assert.Equal(["PrometheusRule", "Service", "ServiceMonitor", "ServingRuntime"], shown.Where(o => o.Health is null).Select(o => o.Kind).Order());
    }

    [Theory, EachProvider]
    public async Task List_ApplicationsForTheProject_AreShownWhereverTheyStandWithoutWhatTheyAreGiven(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        foreach (var (name, server, target) in new[]
        {
            ("ours", "https://kubernetes.default.svc", project.Namespace), ("elsewhere", "https://other:6443", project.Namespace),
            ("another", "https://kubernetes.default.svc", "ml-other"),
        })
        {
            stage.Cluster.Put(ApplicationManifests.Kind, JsonNode.Parse($$$"""
                {"apiVersion":"argoproj.io/v1alpha1","kind":"Application","metadata":{"name":"{{{name}}}","namespace":"argocd","creationTimestamp":"2026-03-02T09:00:00Z"},
                "spec":{"project":"ml","destination":{"server":"{{{server}}}","namespace":"{{{target}}}"},
                "source":{"repoURL":"https://bot:s3cr3t@git.example.com/ml.git","path":"scoring","helm":{"values":"password: s3cr3t"} } },
                "status":{"sync":{"status":"OutOfSync","comparedTo":{"source":{"helm":{"values":"s3cr3t"} } } },"health":{"status":"Healthy"},
                "conditions":[{"type":"ComparisonError","message":"helm template --set db.password=s3cr3t","lastTransitionTime":"2026-03-02T09:00:00Z"}],
                "history":[{"source":{"helm":{"values":"s3cr3t"} } }],"operationState":{"phase":"Failed","message":"https://bot:s3cr3t@git.example.com","operation":{"sync":{"source":{"helm":{"values":"s3cr3t"} } } } } } }
                """)!.AsObject());
        }

        var shown = Assert.Single((await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value, o => o.Kind == "Application");

        Assert.Equal(("ours", "delivery.unreadable", ""), (shown.Name, shown.Health?.Reason, shown.Health?.Detail));
        var text = shown.Manifest.ToJsonString();
        Assert.DoesNotContain("s3cr3t", text, StringComparison.Ordinal);
        Assert.Contains("https://git.example.com/ml.git", text, StringComparison.Ordinal);
        Assert.Contains("scoring", text, StringComparison.Ordinal);
    }

    [Theory, EachProvider]
    public async Task List_MonitorOfOthers_NamesWhatItAsksWithAndHidesTheValues(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        stage.Cluster.Put(AlertManifests.ServiceMonitor, Theirs(AlertManifests.ServiceMonitor, project.Namespace).With("spec", JsonNode.Parse("""
            {"endpoints":[{"port":"metrics","params":{"access":["s3cr3t"]} }]}
            """)!));

        var shown = (await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value.Single(o => o.Kind == "ServiceMonitor");

        Assert.DoesNotContain("s3cr3t", shown.Manifest.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("(hidden)", shown.Manifest.Items("spec", "endpoints").Single().Text("params", "access"));
    }

    [Theory, EachProvider]
    public async Task List_PipelineRunOfOthers_HidesWhatItsParametersAre(Provider provider)
    {
        await using var stage = await PassStage.CreateAsync(provider, server);
        var project = await stage.ReadyAsync();
        stage.Cluster.Put(PipelineRunManifests.Kind, Theirs(PipelineRunManifests.Kind, project.Namespace).With("spec", new JsonObject
        {
            ["params"] = new JsonArray(new JsonObject { ["name"] = "login", ["value"] = "s3cr3t" }),
            ["pipelineSpec"] = JsonNode.Parse("""
                {"params":[{"name":"login","default":"s3cr3t"}],"results":[{"name":"seen","value":"s3cr3t"}],
                 "tasks":[{"name":"serve","taskSpec":{"steps":[{"name":"main","args":["--key=s3cr3t"],"command":["sh","-c","s3cr3t"]}]}}],
                 "rules":[{"filters":[{"requestHeaderModifier":{"set":[{"name":"Authorization","value":"s3cr3t"}]}}]}]}
                """),
        }));

        var shown = (await stage.Database.Get<ProjectObjectsService>().ListAsync(stage.Ana, project.Id, default)).Value.Single(o => o.Kind == "PipelineRun");

        Assert.DoesNotContain("s3cr3t", shown.Manifest.ToJsonString(), StringComparison.Ordinal);
    }

    private static JsonObject Theirs(ResourceType type, string ns) => new()
    {
        ["apiVersion"] = type.ApiVersion,
        ["kind"] = type.Kind,
        ["metadata"] = new JsonObject
        {
            ["name"] = "theirs",
            ["namespace"] = ns,
            ["annotations"] = new JsonObject { ["argocd.argoproj.io/tracking-id"] = "models:theirs" },
        },
    };

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
