using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Access;
using Portal.Core.Hardware;
using Portal.Core.Quotas;

namespace Portal.Infrastructure.Quotas;

/// <summary>
/// Lets time act on quota requests, notes what is used and tells pages when it changes. Every replica runs it: a step is taken once whoever comes first.
/// </summary>
internal sealed partial class QuotaWorker(
    QuotaService quotas, UsageSampler sampler, PoolUsageFeed usage, TimeProvider clock, ILogger<QuotaWorker> log) : BackgroundService
{
    private static readonly TimeSpan Sweep = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Looking = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Sampling = TimeSpan.FromMinutes(5);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => Task.WhenAll(
        EveryAsync(Sweep, AdvanceAsync, stoppingToken),
        EveryAsync(Looking, usage.PublishAsync, stoppingToken),
        EveryAsync(Sampling, sampler.SampleAsync, stoppingToken));

    private async Task EveryAsync(TimeSpan period, Func<CancellationToken, Task> pass, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(period, clock);
        try
        {
            do
            {
                try
                {
                    await pass(ct);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // An outage of the database: the next pass finds the same work.
                    LogDisturbed(log, e.Message);
                }
            }
            while (await timer.WaitForNextTickAsync(ct));
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The portal stops.
        }
    }

    private async Task AdvanceAsync(CancellationToken ct)
    {
        var tick = await quotas.AdvanceAsync(Actor.Expiry, ct);
        if (tick.Value is { } done && done != new QuotaTick())
            LogTick(log, done.Started, done.Ended, done.Lapsed);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Quota requests: {Started} started, {Ended} ended, {Lapsed} lapsed")]
    private static partial void LogTick(ILogger log, int started, int ended, int lapsed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sweep of quota requests was disturbed: {Reason}")]
    private static partial void LogDisturbed(ILogger log, string reason);
}

/// <summary>Registers the sweep.</summary>
public static class QuotaServices
{
    /// <summary>Adds the loop that starts and ends grants and samples their use.</summary>
    public static IServiceCollection AddQuotaWorker(this IServiceCollection services) => services.AddHostedService<QuotaWorker>();
}
