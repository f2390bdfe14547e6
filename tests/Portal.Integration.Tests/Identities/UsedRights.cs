using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Clusters;

namespace Portal.Integration.Tests.Identities;

/// <summary>What the parts of the portal asked of a cluster, as it recorded that, against what the chart gives them.</summary>
internal static class UsedRights
{
    private static readonly (string User, string Everywhere, string Inside)[] Parts =
        [(ChartStage.Web, "web", "workload-reader"), (ChartStage.Reconciler, "reconciler", "workload-manager")];

    /// <summary>Each part was refused nothing, and of certain resources used all that it is given and nothing besides.</summary>
    public static void AssertAllOf(ChartStage chart, Func<string, bool> resources)
    {
        foreach (var (user, everywhere, inside) in Parts)
        {
            Assert.Empty(Refused(chart, user).Select(r => r.ToJsonString()));
            Assert.Equal(Of(chart.Granted(everywhere, inside)), Of(Used(chart, user)));
        }

        IEnumerable<string> Of(IEnumerable<string> rights) => rights.Where(r => resources(ResourceOf(r))).Order();
    }

    /// <summary>What the roles give inside of projects alone was used there alone.</summary>
    public static void AssertOnlyInProjects(ChartStage chart)
    {
        foreach (var (user, everywhere, inside) in Parts)
        {
            var narrow = chart.Granted(inside).Except(chart.Granted(everywhere)).ToHashSet();
            Assert.All(Asked(chart, user).Where(r => narrow.Contains(Right(r))),
                r => Assert.StartsWith("ml-", r.Text("namespace"), StringComparison.Ordinal));
        }
    }

    /// <summary>The resource of a right, with its group.</summary>
    public static string ResourceOf(string right) => right.Split(' ')[1];

    // A pass that began before its namespace was asked to go finds there, once it goes, no right any more.
    private static IEnumerable<JsonObject> Refused(ChartStage chart, string user)
    {
        var gone = new HashSet<string?>();
        foreach (var request in chart.Requests())
        {
            if (request.Text("verb") == "delete" && request.Text("resource") == "namespaces")
                gone.Add(request.Text("name"));
            else if (request.Text("user") == user && request.Text("allowed") != "true" && !(request.Text("namespace") is { Length: > 0 } ns && gone.Contains(ns)))
                yield return request;
        }
    }

    private static IReadOnlySet<string> Used(ChartStage chart, string user) => Asked(chart, user).Select(Right).ToHashSet();

    // Requests without a resource are discovery, which everybody who is known may do.
    private static IEnumerable<JsonObject> Asked(ChartStage chart, string user) => chart.Requests().Where(r => r.Text("user") == user && r.Text("path") is null);

    // To bind is no request of its own: the cluster records that it looked for the right to it, and for which role.
    private static string Right(JsonObject request) =>
        new ClusterRight(request.Text("verb")!, request.Text("group")!, request.Text("resource")!, request.Text("subresource")!)
        {
            Name = request.Text("verb") == "bind" ? request.Text("name")! : "",
        }.ToString();
}
