using System.Net;
using Microsoft.EntityFrameworkCore;
using Portal.Core.Data;

namespace Portal.Hosting;

/// <summary>/healthz (alive), /readyz (can serve: the database answers) and /metrics.</summary>
internal static class HealthEndpoints
{
    public static void MapPortalHealth(this WebApplication app)
    {
        app.MapGet("/healthz", () => Results.Text("ok")).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/readyz", ReadyAsync).AllowAnonymous().ExcludeFromDescription();
        app.MapPrometheusScrapingEndpoint("/metrics").AllowAnonymous();
    }

    /// <summary>Hides /metrics from everybody but the scraper; stands before the endpoints.</summary>
    public static void UseMetricsGuard(this WebApplication app, PortalSettings settings) => app.Use((context, next) =>
    {
        if (!context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal) || MayScrape(context, settings.MetricsPort))
            return next(context);
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });

    private static async Task<IResult> ReadyAsync(IDbContextFactory<PortalDb> databases, CancellationToken ct)
    {
        // Made without a connection: asking whether there is a database must not make one.
        await using var db = databases.CreateDbContext();
        return await db.Database.CanConnectAsync(ct)
            ? Results.Text("ok")
            : Results.Text("the database does not answer", statusCode: StatusCodes.Status503ServiceUnavailable);
    }

    private static bool MayScrape(HttpContext context, int port) => port == 0
        ? context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address)
        : context.Connection.LocalPort == port;
}
