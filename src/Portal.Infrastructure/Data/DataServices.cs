using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Data;

namespace Portal.Infrastructure.Data;

/// <summary>Where the database is.</summary>
public sealed class DatabaseOptions
{
    /// <summary>Npgsql connection string; empty for SQLite.</summary>
    public string Postgres { get; set; } = "";

    /// <summary>File of the SQLite database.</summary>
    public string SqliteFile { get; set; } = ".data/portal.db";
}

/// <summary>Registers the database of the chosen provider.</summary>
public static class DataServices
{
    /// <summary>Adds <see cref="IDbContextFactory{TContext}"/> of <see cref="PortalDb"/>.</summary>
    public static IServiceCollection AddPortalData(this IServiceCollection services, DatabaseOptions options)
    {
        services.AddDataProtection();
        services.AddSingleton<IRowSeal, DataProtectionSeal>();
        if (options.Postgres.Length == 0)
        {
            services.AddHostedService<SqliteCheckpoints>();
            return services.AddProvider<SqlitePortalDb>(b => b.UseSqlite($"Data Source={options.SqliteFile}").AddInterceptors(new SqliteSettings()));
        }
        services.AddSingleton(options);
        services.AddHostedService<PostgresChangeRelay>();
        return services.AddProvider<PostgresPortalDb>(b => b.UseNpgsql(options.Postgres));
    }

    private static IServiceCollection AddProvider<TDb>(this IServiceCollection services, Action<DbContextOptionsBuilder> use)
        where TDb : PortalDb
    {
        services.AddPooledDbContextFactory<TDb>(b =>
        {
            use(b);
            b.AddInterceptors(new WholeTransactions());
        });
        services.AddSingleton<IDbContextFactory<PortalDb>, Factory<TDb>>();
        return services;
    }

    private sealed class Factory<TDb>(IDbContextFactory<TDb> inner) : IDbContextFactory<PortalDb> where TDb : PortalDb
    {
        public PortalDb CreateDbContext() => inner.CreateDbContext();

        public async Task<PortalDb> CreateDbContextAsync(CancellationToken cancellationToken = default)
        {
            var db = await inner.CreateDbContextAsync(cancellationToken);
            // Kept open until the context ends: opening takes about as long as a statement, and nobody else waits for a connection to a file.
            try
            {
                if (db is SqlitePortalDb)
                    await db.Database.OpenConnectionAsync(cancellationToken);
                return db;
            }
            catch
            {
                await db.DisposeAsync();
                throw;
            }
        }
    }
}
