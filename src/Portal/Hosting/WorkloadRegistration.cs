using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Portal.Api.Notebooks;
using Portal.Api.Training;
using Portal.Core.Catalog;
using Portal.Core.Workloads;
using Portal.Infrastructure.Notebooks;

namespace Portal.Hosting;

/// <summary>Registers notebooks and trainings: catalogue, artefacts, the way in for browsers and for running code.</summary>
internal static class WorkloadRegistration
{
    public static void AddPortalWorkloads(this WebApplicationBuilder builder, PortalSettings settings)
    {
        builder.Services.AddSingleton(builder.Configuration.GetSection("Catalog").Get<CatalogOptions>() ?? new CatalogOptions());
        builder.Services.AddSingleton(builder.Configuration.GetSection("Workloads").Get<WorkloadOptions>() ?? new WorkloadOptions());
        builder.Services.AddPortalWorkloads(Path.Combine(settings.DataDirectory, "artefacts"));
        if (settings.ServesPeople)
            builder.Services.AddArtefactSweep();
        builder.Services.AddSingleton<MlflowAnswers>();
        builder.Services.AddNotebookProxy();
    }

    public static void MapPortalWorkloads(this WebApplication app, PortalSettings settings)
    {
        app.MapNotebookProxy();
        app.MapMlflow();
        app.MapMlflowArtefacts();
        // Pods of the embedded cluster are processes of this machine; those of another reach it by an address that nobody here knows.
        if (settings.Mode == ClusterMode.Embedded)
            app.Lifetime.ApplicationStarted.Register(() => TakeOwnAddress(app));
    }

    // Unless told otherwise they report to where the portal listens.
    private static void TakeOwnAddress(WebApplication app)
    {
        var options = app.Services.GetRequiredService<WorkloadOptions>();
        var addresses = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [];
        if (options.PortalAddress is null && addresses.FirstOrDefault() is { } own
            && Uri.TryCreate(own.Replace("://*", "://127.0.0.1", StringComparison.Ordinal).Replace("://[::]", "://127.0.0.1", StringComparison.Ordinal)
                .Replace("://0.0.0.0", "://127.0.0.1", StringComparison.Ordinal), UriKind.Absolute, out var address))
        {
            options.PortalAddress = address;
        }
    }
}
