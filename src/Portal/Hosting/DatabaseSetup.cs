using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;
using Portal.Infrastructure.Data;

namespace Portal.Hosting;

/// <summary>Has the database ready before anything that asks it starts; beside the embedded cluster, which takes as long.</summary>
internal sealed class DatabaseSetup(
    IDbContextFactory<PortalDb> databases, TrialAccounts trial, FirstAdmin admin, PortalSettings settings, IHostEnvironment environment) : IHostedLifecycleService
{
    private Task _ready = Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken)
    {
        // On a thread of its own: SQLite does nothing in the background.
        _ready = Task.Run(() => SetUpAsync(cancellationToken), cancellationToken);
        return Task.CompletedTask;
    }

    public Task StartAsync(CancellationToken cancellationToken) => _ready;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task SetUpAsync(CancellationToken cancellationToken)
    {
        await using (var db = await databases.CreateDbContextAsync(cancellationToken))
        {
            // Asked first: to migrate begins with a comparison of two models, which every start would wait for.
            if ((await db.Database.GetPendingMigrationsAsync(cancellationToken)).Any())
                await db.Database.MigrateAsync(cancellationToken);
        }
        // The migrations wait for each other; accounts are the business of the part that people sign in to.
        if (!settings.ServesPeople)
            return;
        if (environment.IsProduction())
            await admin.MakeAsync(cancellationToken);
        else
            await trial.MakeAsync(cancellationToken);
    }
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
