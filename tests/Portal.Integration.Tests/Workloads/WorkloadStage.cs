using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Access;
using Portal.Core.Data;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Core.Workloads;
using Portal.LocalCluster;
using Portal.Testing.Clusters;
using Portal.Testing.Waiting;
using Portal.Testing.Web;

namespace Portal.Integration.Tests.Workloads;

/// <summary>The whole portal on an embedded cluster, with one project that is ready.</summary>
public class WorkloadStage : IAsyncLifetime
{
    private readonly EmbeddedCluster _cluster;

    public WorkloadStage() : this(_ => { })
    {
    }

    /// <param name="configure">Changes what the cluster is.</param>
    protected WorkloadStage(Action<LocalClusterOptions> configure) => _cluster = new EmbeddedCluster { Configure = configure };

    public RunningPortal Portal { get; private set; } = null!;

    public string Kubeconfig => _cluster.Kubeconfig;

    public Guid Team { get; private set; }

    public Guid Project { get; private set; }

    public Actor Scientist { get; private set; } = null!;

    /// <inheritdoc/>
    public async ValueTask InitializeAsync()
    {
        await _cluster.InitializeAsync();
        Portal = await RunningPortal.StartAsync("Kubeconfig", sample: false, "--Cluster:Kubeconfig", _cluster.Kubeconfig);
        // Its pods are processes of this machine, which the portal cannot know of a cluster that it was only given.
        Get<WorkloadOptions>().PortalAddress = Portal.Address;
        Scientist = await Portal.ActorAsync("scientist");
        var lead = await Portal.ActorAsync("lead");
        await using (var db = await OpenAsync())
        {
            var team = new Team { Name = "Risk", CreatedAt = DateTimeOffset.UtcNow };
            team.Members.Add(new TeamMember { PersonId = lead.Id, Role = TeamRole.Lead });
            team.Members.Add(new TeamMember { PersonId = Scientist.Id, Role = TeamRole.Member });
            db.Teams.Add(team);
            await db.SaveChangesAsync();
            Team = team.Id;
            Project = (await Get<ProjectService>().CreateAsync(Scientist, new ProjectDraft(Guid.CreateVersion7(), "Credit risk", team.Id), default)).Value;
        }
        await Eventually.TrueAsync(async () =>
        {
            await using var db = await OpenAsync();
            return await db.Projects.Where(p => p.Id == Project).Select(p => p.State).SingleAsync() == ProjectState.Ready;
        }, "the project is ready");
    }

    public T Get<T>() where T : notnull => Portal.Services.GetRequiredService<T>();

    public Task<PortalDb> OpenAsync() => Get<IDbContextFactory<PortalDb>>().CreateDbContextAsync();

    /// <inheritdoc/>
    public virtual async ValueTask DisposeAsync()
    {
        if (Portal is not null)
            await Portal.DisposeAsync();
        await _cluster.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The project's row.</summary>
    public async Task<Project> ProjectAsync()
    {
        await using var db = await OpenAsync();
        return await db.Projects.SingleAsync(p => p.Id == Project);
    }
}
