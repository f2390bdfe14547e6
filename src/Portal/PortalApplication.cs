using Portal.Accounts;
using Portal.Api;
using Portal.Components;
using Portal.Core;
using Portal.Hosting;
using Portal.Infrastructure.Identity;
using Portal.Infrastructure.Telemetry;
using Portal.Localization;
using Portal.Sample;

namespace Portal;

/// <summary>The composition root. Everything the portal is made of is named here, and tests build the same application.</summary>
public static class PortalApplication
{
    /// <summary>Builds the portal from its configuration and command line.</summary>
    /// <param name="configure">Last changes before the build; tests use it.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">An option cannot be used; the message names it.</exception>
    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(PortalApplication).Assembly.GetName().Name,
            ContentRootPath = AppContext.BaseDirectory,
        });
        // A build that was not published serves its static files from where they were written.
        builder.WebHost.UseStaticWebAssets();
        // A service that cannot be built is named at the start, not at its first use.
        builder.Host.UseDefaultServiceProvider(options => (options.ValidateOnBuild, options.ValidateScopes) = (true, true));
        configure?.Invoke(builder);
        var settings = PortalSettings.From(builder.Configuration);

        builder.AddPortalHosting(settings);
        builder.Services.AddPortalTelemetry();
        builder.Services.AddPortalCore();
        builder.Services.AddPortalDatabase(settings);
        builder.Services.AddPortalIdentity().AddPortalAccounts(builder.Configuration);
        builder.Services.AddPortalApi();
        builder.AddPortalCluster(settings);
        builder.AddPortalWorkloads(settings);
        builder.AddPortalWorkers(settings);
        builder.Services.AddPortalSample(settings);
        builder.Services.AddPortalWords();
        builder.Services.AddPortalPages();

        var app = builder.Build();
        app.UsePortalHosting();
        app.UseMetricsGuard(settings);
        if (settings.ServesPeople)
            app.UsePortalWords();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapPortalHealth();
        if (settings.ServesPeople)
            MapForPeople(app, settings);
        return app;
    }

    private static void MapForPeople(WebApplication app, PortalSettings settings)
    {
        app.UsePortalApi();
        app.UseAntiforgery();
        app.MapStaticAssets().AllowAnonymous();
        app.MapPortalAccounts();
        app.MapPortalApi();
        app.MapPortalWorkloads(settings);
        app.MapPortalPages();
        app.SayWhereItIs(settings);
    }
}
