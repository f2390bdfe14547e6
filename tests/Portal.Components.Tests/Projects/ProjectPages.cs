using System.Security.Claims;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Localization;
using MudBlazor;
using MudBlazor.Services;
using Portal.Accounts;
using Portal.Components.Layout;
using Portal.Components.Pages.Changes;
using Portal.Components.Pages.Projects;
using Portal.Components.Pages.Workloads;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Cluster;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Quotas;
using Portal.Core.Results;
using Portal.Core.Training;
using Portal.Core.Workloads;
using Portal.Localization;
using Portal.Testing.Cluster;
using Portal.Testing.Databases;

namespace Portal.Components.Tests.Projects;

/// <summary>The project pages on the real services and a real database, drawn without a browser.</summary>
internal sealed class ProjectPages : BunitContext
{
    private ProjectPages(TestDatabase database, Actor ana, Guid team) => (Database, Ana, Team) = (database, ana, team);

    public TestDatabase Database { get; }

    public Actor Ana { get; }

    public Guid Team { get; }

    /// <param name="role">The platform role of Ana, who reads the pages.</param>
    /// <param name="cluster">What the watches saw of the one cluster; null for none.</param>
    public static async Task<ProjectPages> CreateAsync(PlatformRole role = PlatformRole.Scientist, SeenCluster? cluster = null)
    {
        var database = await TestDatabase.CreateAsync(Provider.Sqlite, new PostgresServer(), s =>
        {
            s.AddSingleton<IClusterProbe, NamedProbe>();
            if (cluster is not null)
                s.AddSingleton<IClusters>(cluster);
        });
        if (cluster is not null)
            await database.ClusterAsync("Seen", c => c.Id = cluster.Id);
        var ana = await database.PersonAsync("ana", role);
        var team = await database.TeamAsync("Risk", await database.PersonAsync("lead"), ana);
        var pages = new ProjectPages(database, ana, team);
        pages.AddServices(role);
        pages.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", true));
        pages.Render<MudPopoverProvider>();
        return pages;
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await Database.DisposeAsync();
    }

    /// <summary>A project of Ana's.</summary>
    public async Task<Guid> ProjectAsync(string name = "Credit risk") =>
        (await Database.Get<ProjectService>().CreateAsync(Ana, new ProjectDraft(Guid.CreateVersion7(), name, Team), default)).Value;

    /// <summary>A project that belongs to another member of the team, in which Ana is nothing.</summary>
    public async Task<(Actor Ben, Guid Project)> OfSomebodyElseAsync()
    {
        var ben = await Database.PersonAsync("ben");
        await using (var db = await Database.OpenAsync())
        {
            db.Add(new Core.Teams.TeamMember { TeamId = Team, PersonId = ben.Id, Role = TeamRole.Member });
            await db.SaveChangesAsync();
        }
        return (ben, (await Database.Get<ProjectService>().CreateAsync(ben, new ProjectDraft(Guid.CreateVersion7(), "Of Ben", Team), default)).Value);
    }

    /// <summary>Its view, as a tab is given it.</summary>
    public async Task<ProjectContext> ContextAsync(Guid project) =>
        new((await Database.Get<ProjectQueryService>().GetAsync(Ana, project, default)).Value);

    private void AddServices(PlatformRole role)
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        var person = this.AddAuthorization();
        person.SetAuthorized(Ana.Name);
        person.SetClaims(new Claim(ClaimTypes.NameIdentifier, Ana.Id.ToString()), new Claim(ClaimTypes.Role, role.ToString()));
        Services.AddMudServices();
        Services.AddLocalization();
        Services.AddSingleton<TimeProvider>(Database.Clock);
        Services.AddSingleton<RefusalText>();
        Services.AddScoped<Words>().AddSingleton<CauseTexts>().AddSingleton(new CatalogOptions()).AddScoped<ReaderZone>().AddScoped<Toasts>().AddScoped<CurrentActor>();
        Services.AddScoped<FieldWords>();
        Services.AddScoped(s => new LaunchServices(s.GetRequiredService<CurrentActor>(), Database.Get<ProjectQueryService>(), Database.Get<IAcceleratorOffers>()));
        Services.AddScoped(s => new NoteSearch(Database.Get<QuotaQueryService>(), Database.Get<TrainingList>(),
            Database.Get<StoppedWork>(), Database.Clock, s.GetRequiredService<IStringLocalizer<Resources.Shell>>()));
        Services.AddFallbackServiceProvider(Database.Services);
    }

    // Whatever credentials are given lead to the cluster of that identity.
    private sealed class NamedProbe : IClusterProbe
    {
        public const string Identity = "uid-of-what-answers";

        public Result<ClusterWay> Read(ClusterCredentials given) => new ClusterWay("https://cluster.test:6443", given.Kubeconfig);

        public Task<ClusterCheck> TryAsync(ClusterRegistration cluster, CancellationToken ct) => Task.FromResult(ClusterCheck.None with { Identity = Identity });
    }
}
