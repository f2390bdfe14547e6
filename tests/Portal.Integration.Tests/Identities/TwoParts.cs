using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Teams;
using Portal.LocalCluster;
using Portal.Testing.Databases;
using Portal.Testing.Web;

namespace Portal.Integration.Tests.Identities;

/// <summary>
/// The portal as the chart runs it: a web part and a reconciler on one PostgreSQL, with one set of keys, each with the token of
/// its own account in the cluster.
/// </summary>
internal sealed class TwoParts : IAsyncDisposable
{
    private readonly RunningPortal _reconciler;

    private TwoParts(ChartStage chart, RunningPortal web, RunningPortal reconciler) => (Chart, Web, _reconciler) = (chart, web, reconciler);

    public ChartStage Chart { get; }

    public RunningPortal Web { get; }

    public Uri ReconcilerAddress => _reconciler.Address;

    public Actor Scientist { get; private set; } = null!;

    public Actor Lead { get; private set; } = null!;

    public Actor Admin { get; private set; } = null!;

    public Guid Team { get; private set; }

    /// <param name="prepare">Changes the cluster before the parts see it.</param>
    public static async Task<TwoParts> StartAsync(
        PostgresServer server, Action<LocalClusterOptions>? configure = null, Func<ChartStage, Task>? prepare = null)
    {
        var chart = await ChartStage.StartAsync(configure);
        if (prepare is not null)
            await prepare(chart);
        var postgres = await server.NewDatabaseAsync();
        var web = await RunningPortal.StartAsync("Kubeconfig", sample: false, [.. SettingsOf(chart, "web", postgres)]);
        var reconciler = await RunningPortal.StartAsync("Kubeconfig", sample: false,
            [.. SettingsOf(chart, "reconciler", postgres), "--Portal:DataDirectory", web.Folder, "--Workloads:PortalAddress", web.Address.ToString()]);
        var parts = new TwoParts(chart, web, reconciler)
        {
            Scientist = await web.ActorAsync("scientist"),
            Lead = await web.ActorAsync("lead"),
            Admin = await web.ActorAsync("admin"),
        };
        await parts.MakeTeamAsync();
        return parts;
    }

    /// <summary>A service of the web part.</summary>
    public T Get<T>() where T : notnull => Web.Services.GetRequiredService<T>();

    public Task<PortalDb> OpenAsync() => Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    public async ValueTask DisposeAsync()
    {
        await _reconciler.DisposeAsync();
        await Web.DisposeAsync();
        await Chart.DisposeAsync();
    }

    // What the chart sets, as it sets it; only where the cluster, the database and the part itself are is the test's own.
    private static IEnumerable<string> SettingsOf(ChartStage chart, string part, string postgres)
    {
        foreach (var (name, value) in chart.VariablesOf(part).Where(v => v.Name.StartsWith("Projects__", StringComparison.Ordinal) || v.Name == "Portal__Part"))
        {
            yield return "--" + name.Replace("__", ":", StringComparison.Ordinal);
            yield return value;
        }
        foreach (var setting in new[] { "--Database:Postgres", postgres, "--Cluster:Kubeconfig", chart.KubeconfigOf(part), "--Projects:PortalNamespace", ChartStage.Release })
            yield return setting;
    }

    private async Task MakeTeamAsync()
    {
        await using var db = await OpenAsync();
        var team = new Team { Name = "Risk", CreatedAt = DateTimeOffset.UtcNow };
        team.Members.Add(new TeamMember { PersonId = Lead.Id, Role = TeamRole.Lead });
        team.Members.Add(new TeamMember { PersonId = Scientist.Id, Role = TeamRole.Member });
        db.Teams.Add(team);
        await db.SaveChangesAsync();
        Team = team.Id;
    }
}
