using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Notebooks;

namespace Portal.Infrastructure.Notebooks;

/// <summary>Steps the idle rule once a minute. Every replica may: a stop asked for twice is one stop.</summary>
internal sealed partial class IdleSweepHost(NotebookIdleSweep sweep, TimeProvider clock, ILogger<IdleSweepHost> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var id in await sweep.StepAsync(stoppingToken))
                    LogStopped(log, id);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the cluster is out of reach: the next round asks again.
                LogDisturbed(log, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notebook {Id} was stopped: nobody used it")]
    private static partial void LogStopped(ILogger log, Guid id);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Idle notebooks could not be looked for: {Reason}")]
    private static partial void LogDisturbed(ILogger log, string reason);
}
