using System.Security.Claims;
using Bunit;
using Microsoft.Extensions.DependencyInjection;
using MudBlazor;
using MudBlazor.Services;
using Portal.Accounts;
using Portal.Components.Shared;
using Portal.Core.Access;
using Portal.Core.Catalog;
using Portal.Core.Clusters;
using Portal.Core.Data;
using Portal.Core.Hardware;
using Portal.Core.Projects;
using Portal.Core.Teams;
using Portal.Localization;
using Portal.Testing.Databases;

namespace Portal.Components.Tests.Projects;

/// <summary>The project pages on the real services and a real database, drawn without a browser.</summary>
internal sealed class ProjectPages : BunitContext
{
    private ProjectPages(TestDatabase database, Actor ana, Guid team) => (Database, Ana, Team) = (database, ana, team);

    public TestDatabase Database { get; }

    public Actor Ana { get; }

    public Guid Team { get; }

    public static async Task<ProjectPages> CreateAsync()
    {
        var database = await TestDatabase.CreateAsync(Provider.Sqlite, new PostgresServer());
        var ana = await database.PersonAsync("ana");
        var team = await database.TeamAsync("Risk", await database.PersonAsync("lead"), ana);
        var pages = new ProjectPages(database, ana, team);
        pages.AddServices();
        pages.SetRendererInfo(new Microsoft.AspNetCore.Components.RendererInfo("Server", true));
        pages.Render<MudPopoverProvider>();
        return pages;
    }

    protected override async ValueTask DisposeAsyncCore()
    {
        await base.DisposeAsyncCore();
        await Database.DisposeAsync();
    }

    private void AddServices()
    {
        JSInterop.Mode = JSRuntimeMode.Loose;
        var person = this.AddAuthorization();
        person.SetAuthorized(Ana.Name);
        person.SetClaims(new Claim(ClaimTypes.NameIdentifier, Ana.Id.ToString()), new Claim(ClaimTypes.Role, nameof(PlatformRole.Scientist)));
        Services.AddMudServices();
        Services.AddLocalization();
        Services.AddSingleton<TimeProvider>(Database.Clock);
        Services.AddSingleton<RefusalText>();
        Services.AddScoped<Words>().AddSingleton<CauseTexts>().AddSingleton(new CatalogOptions()).AddScoped<ReaderZone>().AddScoped<Toasts>().AddScoped<CurrentActor>();
        Services.AddSingleton(Database.Get<IChangeFeed>());
        Services.AddSingleton(Database.Get<ProjectService>());
        Services.AddSingleton(Database.Get<ProjectQueryService>());
        Services.AddSingleton(Database.Get<ProjectLifecycleService>());
        Services.AddSingleton(Database.Get<TeamQueryService>());
        Services.AddSingleton(Database.Get<ClusterQueryService>());
        Services.AddSingleton(Database.Get<PoolQueryService>());
    }
}
