using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Infrastructure.Data;

namespace Portal.Hosting;

/// <summary>Has the database ready before anything else of the portal starts.</summary>
internal sealed class DatabaseSetup(
    IDbContextFactory<PortalDb> databases, TrialAccounts trial, FirstAdmin admin, PortalSettings settings, IHostEnvironment environment) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
            await db.Database.MigrateAsync(cancellationToken);
        // The migrations wait for each other; accounts are the business of the part that people sign in to.
        if (!settings.ServesPeople)
            return;
        if (environment.IsProduction())
            await admin.MakeAsync(cancellationToken);
        else
            await trial.MakeAsync(cancellationToken);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>Registers the database that the settings name.</summary>
internal static class DatabaseRegistration
{
    public static void AddPortalDatabase(this IServiceCollection services, PortalSettings settings)
    {
        services.AddPortalData(new DatabaseOptions
        {
            Postgres = settings.Postgres,
            SqliteFile = Path.Combine(settings.DataDirectory, "portal.db"),
        });
        services.AddSingleton<TrialAccounts>();
        services.AddSingleton<FirstAdmin>();
        services.AddHostedService<DatabaseSetup>();
    }
}
