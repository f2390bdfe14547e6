using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Monitoring;

namespace Portal.Infrastructure.Monitoring;

/// <summary>Counts the events of model servers into their windows, about once a second, and forgets old keys.</summary>
internal sealed partial class DriftEventLoop(DriftEvents events, TimeProvider clock, ILogger<DriftEventLoop> log) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Housekeeping = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var cleaned = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            var rest = Pause;
            try
            {
                if (await events.ProcessAsync(stoppingToken) > 0) continue;
                if (clock.GetUtcNow() - cleaned > Housekeeping)
                {
                    cleaned = clock.GetUtcNow();
                    await events.ForgetAsync(stoppingToken);
                }
            }
            catch (Exception error) when (!stoppingToken.IsCancellationRequested)
            {
                // The database may be away for a while; the events are in it and wait.
                LogFailed(log, error);
                rest = AfterFailure;
            }

            try
            {
                await Task.Delay(rest, clock, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Inference events could not be counted; they stay stored and are tried again")]
    private static partial void LogFailed(ILogger logger, Exception error);
}

/// <summary>Registers the loop.</summary>
public static class MonitoringHosting
{
    /// <summary>Counts inference events in the background.</summary>
    public static IServiceCollection AddDriftEventLoop(this IServiceCollection services) => services.AddHostedService<DriftEventLoop>();
}
