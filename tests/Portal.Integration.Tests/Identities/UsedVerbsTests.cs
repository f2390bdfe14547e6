using System.Net;
using Portal.Integration.Tests.Identities.Jobs;
using Portal.Testing.Databases;

namespace Portal.Integration.Tests.Identities;

/// <summary>
/// The main job, done by the two parts with the rights that the chart gives them, against what the cluster recorded: each uses
/// every right that it was given, and was refused nothing.
/// </summary>
public class UsedVerbsTests(PostgresServer server)
{
    private static readonly CancellationToken Ct = TestContext.Current.CancellationToken;

    // The rest of what the chart grants is for the job without operators: no right of it is left out between them.
    private static readonly IReadOnlySet<string> OfOperators = MainJob.All.Values.SelectMany(job => job.Resources).ToHashSet();

    /// <summary>By what the cluster has.</summary>
    public static TheoryData<string> Jobs => [.. MainJob.All.Keys];

    [Theory, MemberData(nameof(Jobs))]
    public async Task MainJob_OfTwoParts_UsesEveryRightAndIsRefusedNothing(string name)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/jupyter-notebook"), "Jupyter is not installed (package jupyter-notebook).");
        var job = MainJob.All[name];
        OperatorStandIn? standIn = null;
        await using var parts = await TwoParts.StartAsync(
            server, options => options.Operators = job.Operators, async chart => standIn = await OperatorStandIn.ServeAsync(chart, job.ServedAlone));

        await job.RunAsync(parts, standIn!);

        UsedRights.AssertAllOf(parts.Chart, resource => job.Resources.Count > 0 ? job.Resources.Contains(resource) : !OfOperators.Contains(resource));
        UsedRights.AssertOnlyInProjects(parts.Chart);
    }

    [Fact]
    public async Task Reconciler_AskedForAPage_ServesNone()
    {
        await using var parts = await TwoParts.StartAsync(server);
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false }) { BaseAddress = parts.ReconcilerAddress };

        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync(new Uri("/readyz", UriKind.Relative), Ct)).StatusCode);
        foreach (var path in new[] { "/", "/sign-in", "/api/v1/projects", "/openapi/v1.json", "/notebooks/x/" })
        {
            var status = (await client.GetAsync(new Uri(path, UriKind.Relative), Ct)).StatusCode;
            Assert.True(status is HttpStatusCode.NotFound or HttpStatusCode.Unauthorized, $"{path}: {status}");
        }
    }
}
