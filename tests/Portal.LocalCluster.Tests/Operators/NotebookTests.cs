using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Operators;
using Portal.LocalCluster.Tests.Controllers;

namespace Portal.LocalCluster.Tests.Operators;

public sealed class NotebookTests
{
    private const string Notebooks = "notebooks.kubeflow.org";

    [Fact]
    public async Task Notebook_StartedStoppedAndStartedAgain_MirrorsItsPod()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.Operators.Add(LocalClusterOptions.Kubeflow));
        cluster.Create("""
            {"apiVersion":"kubeflow.org/v1","kind":"Notebook","metadata":{"name":"desk","namespace":"team","labels":{"team":"vision"}},
             "spec":{"template":{"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"desk","image":"localhost/shell:1","command":["sh","-c","echo $NB_PREFIX; exec sleep 600"]}]}}}}
            """);

        await Until(cluster, notebook => notebook.Whole("status", "readyReplicas") == 1 && notebook.Map("status", "containerState", "running") is not null, "it is ready");
        // A container runs before its program has said anything.
        await Eventually.True(async () => await cluster.LogAsync("desk-0", "desk") == "/notebook/team/desk", "it printed its prefix");
        Assert.Equal("vision", cluster.Objects.Find("pods", "team", "desk-0")!.Label("team"));
        Assert.Equal("True", Conditions.Find(cluster.Objects.Find(Notebooks, "team", "desk")!, "Ready")?.Text("status"));
        Assert.Equal(80, cluster.Objects.Find("services", "team", "desk")!.Each("spec", "ports").Single().Whole("port"));

        Annotate(cluster, "2026-01-01T00:00:00Z");
        await Until(cluster, notebook => notebook.Whole("status", "readyReplicas") == 0 && notebook.Map("status", "containerState") is { Count: 0 }, "it is stopped");
        Assert.Null(cluster.Objects.Find("pods", "team", "desk-0"));

        Annotate(cluster, null);
        await Until(cluster, notebook => notebook.Whole("status", "readyReplicas") == 1, "it is ready again");

        cluster.Objects.Delete(Notebooks, "team", "desk");
        await Eventually.True(() => cluster.Objects.List("pods", "team").Count == 0 && cluster.Objects.List("services", "team").Count == 0, "all that was made for it goes");
    }

    [Fact]
    public async Task Cluster_WithoutTheOperator_DoesNotServeItsKind()
    {
        await using TestCluster cluster = await TestCluster.StartAsync(options => options.Operators.Clear());
        ApiException refusal = Assert.Throws<ApiException>(() => cluster.Objects.List(Notebooks));
        Assert.Equal(404, refusal.Code);
        Assert.Throws<ApiException>(() => cluster.Objects.List("clusterqueues.kueue.x-k8s.io"));
        cluster.Objects.Create(Manifests.Job("plain", Manifests.Shell, ["true"]));
        await Eventually.True(() => cluster.Objects.Find("jobs.batch", "team", "plain") is { } job && JobVerdict.IsFinished(job), "jobs run all the same");
    }

    private static void Annotate(TestCluster cluster, string? stopped)
    {
        JsonObject notebook = cluster.Objects.Find(Notebooks, "team", "desk")!;
        notebook.Part("metadata").Remove("resourceVersion");
        notebook.Ensure("metadata", "annotations")[NotebookController.StopAnnotation] = stopped;
        if (stopped is null) notebook.Part("metadata", "annotations").Remove(NotebookController.StopAnnotation);
        cluster.Objects.Update(notebook);
    }

    private static Task Until(TestCluster cluster, Func<JsonObject, bool> condition, string what) =>
        Eventually.True(() => cluster.Objects.Find(Notebooks, "team", "desk") is { } notebook && condition(notebook), what);
}
