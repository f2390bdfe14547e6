using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Tests.Controllers;

public class WorkloadTests
{
    [Fact]
    public async Task Deployment_TemplateChanges_ReplacesItsPodsAndStaysAvailable()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Objects.Create(Deployment("one"));
        await Eventually.True(() => Conditions.IsTrue(Deployment(cluster), "Available"), "the deployment is available");
        Assert.Equal(2, Deployment(cluster).Whole("status", "readyReplicas"));
        JsonObject changed = Deployment("two");
        cluster.Objects.Update(changed);

        await Eventually.True(() => Pods(cluster).Count == 2 && Pods(cluster).All(pod => pod.Label("version") == "two" && PodConditions.IsReady(pod)), "all pods are of the new template");
        await Eventually.True(() => Conditions.Find(Deployment(cluster), "Progressing")?.Text("reason") == "NewReplicaSetAvailable", "the deployment says so");

        Assert.Equal(2, cluster.Objects.List("replicasets.apps", "team").Count);
    }

    [Fact]
    public async Task Deployment_WhosePodsAreRefused_SaysWhyAndThatItIsStuck()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""{"apiVersion":"v1","kind":"ResourceQuota","metadata":{"name":"none","namespace":"team"},"spec":{"hard":{"pods":"0"}}}""");
        JsonObject deployment = Deployment("one");
        deployment["spec"]!["progressDeadlineSeconds"] = 1;
        cluster.Objects.Create(deployment);

        await Eventually.True(() => Conditions.Find(Deployment(cluster), "ReplicaFailure") is { } failure && failure.Text("status") == "True" && failure.Text("reason") == "FailedCreate", "it says that its pods are refused");
        Assert.Contains("exceeded quota: none", Conditions.Find(Deployment(cluster), "ReplicaFailure")!.Text("message"), StringComparison.Ordinal);
        await Eventually.True(() => Conditions.Find(Deployment(cluster), "Progressing") is { } progress && progress.Text("status") == "False" && progress.Text("reason") == "ProgressDeadlineExceeded", "it says that it is stuck");

        cluster.Objects.Delete("resourcequotas", "team", "none");

        await Eventually.True(() => Conditions.Find(Deployment(cluster), "Progressing")?.Text("reason") == "NewReplicaSetAvailable", "it gets on");
        Assert.Null(Conditions.Find(Deployment(cluster), "ReplicaFailure"));
    }

    [Fact]
    public async Task Service_SelectsPods_ListsTheReadyOnes()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""
            {"apiVersion":"v1","kind":"Service","metadata":{"name":"web","namespace":"team"},"spec":{"selector":{"app":"web"},"ports":[{"port":80,"targetPort":8080}]} }
            """);
        cluster.Objects.Create(Deployment("one"));

        await Eventually.True(() => cluster.Objects.Find("endpoints", "team", "web")?.Each("subsets").SelectMany(subset => subset.Each("addresses")).Count() == 2, "both pods are listed");

        JsonObject endpoints = cluster.Objects.Find("endpoints", "team", "web")!;
        Assert.Equal(8080, endpoints.Each("subsets").First().Each("ports").First().Whole("port"));
        Assert.Equal(
            Pods(cluster).Select(pod => pod.Text("status", "podIP")).Order(StringComparer.Ordinal),
            endpoints.Each("subsets").First().Each("addresses").Select(address => address.Text("ip")).Order(StringComparer.Ordinal));
        await Eventually.True(() => cluster.Objects.Find("endpointslices.discovery.k8s.io", "team", "web-ipv4")?.Each("endpoints").Count() == 2, "the slice too");
        Assert.NotNull(cluster.Objects.Find("services", "team", "web")!.Text("spec", "clusterIP"));
    }

    [Fact]
    public async Task StatefulSet_ClaimTemplates_EachPodKeepsItsOwn()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        cluster.Create("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"db","namespace":"team"},
             "spec":{"replicas":2,"serviceName":"db","selector":{"matchLabels":{"app":"db"}},
                     "template":{"metadata":{"labels":{"app":"db"}},
                                 "spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1",
                                   "command":["sh","-c","cat /data/mark; echo $HOSTNAME > /data/mark; echo written; exec sleep 600"],
                                   "volumeMounts":[{"name":"data","mountPath":"/data"}]}]}},
                     "volumeClaimTemplates":[{"metadata":{"name":"data"},"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}]}}
            """);
        await Eventually.True(() => cluster.Objects.Find("statefulsets.apps", "team", "db")!.Whole("status", "readyReplicas") == 2, "both pods are ready");
        Assert.True(cluster.Objects.Find("pods", "team", "db-0")!.Created() <= cluster.Objects.Find("pods", "team", "db-1")!.Created());
        await Eventually.True(async () => (await cluster.LogAsync("db-1")).Contains("written", StringComparison.Ordinal), "it wrote");
        string uid = cluster.Objects.Find("pods", "team", "db-1")!.Uid();

        cluster.Objects.Delete("pods", "team", "db-1");

        await Eventually.True(() => cluster.Objects.Find("pods", "team", "db-1") is { } pod && pod.Uid() != uid && PodConditions.IsReady(pod), "the pod is made anew");
        await Eventually.True(async () => (await cluster.LogAsync("db-1")).Contains("db-1\nwritten", StringComparison.Ordinal), "it finds what it wrote before");
        Assert.NotNull(cluster.Objects.Find("persistentvolumeclaims", "team", "data-db-0"));
    }

    [Fact]
    public async Task StatefulSet_ScaledToZeroAndBack_StopsAndStarts()
    {
        await using TestCluster cluster = await TestCluster.StartAsync();
        JsonObject set = (JsonObject)JsonNode.Parse("""
            {"apiVersion":"apps/v1","kind":"StatefulSet","metadata":{"name":"book","namespace":"team"},
             "spec":{"replicas":1,"serviceName":"book","selector":{"matchLabels":{"app":"book"}},
                     "template":{"metadata":{"labels":{"app":"book"}},"spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1","command":["sleep","600"]}]}} } }
            """)!;
        cluster.Objects.Create(set);
        await Eventually.True(() => cluster.Objects.Find("statefulsets.apps", "team", "book")!.Whole("status", "readyReplicas") == 1, "it runs");

        set["spec"]!["replicas"] = 0;
        cluster.Objects.Update(set);
        await Eventually.True(() => cluster.Objects.Find("pods", "team", "book-0") is null, "it stopped");
        await Eventually.True(() => cluster.Objects.Find("statefulsets.apps", "team", "book")!.Whole("status", "replicas") == 0, "its status says so");

        set["spec"]!["replicas"] = 1;
        cluster.Objects.Update(set);
        await Eventually.True(() => cluster.Objects.Find("statefulsets.apps", "team", "book")!.Whole("status", "readyReplicas") == 1, "it runs again");
    }

    private static JsonObject Deployment(TestCluster cluster) => cluster.Objects.Find("deployments.apps", "team", "web")!;

    private static List<JsonObject> Pods(TestCluster cluster) => [.. cluster.Objects.List("pods", "team", "app=web")];

    private static JsonObject Deployment(string version) => (JsonObject)JsonNode.Parse($$"""
        {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"team"},
         "spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"} },
                 "template":{"metadata":{"labels":{"app":"web","version":"{{version}}"} },
                             "spec":{"terminationGracePeriodSeconds":0,"containers":[{"name":"main","image":"localhost/shell:1","command":["sleep","600"]}]} } } }
        """)!;
}
