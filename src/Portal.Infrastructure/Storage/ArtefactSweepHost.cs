using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.Core.Training;

namespace Portal.Infrastructure.Storage;

/// <summary>Deletes the artefacts that no run names, once an hour. Every replica may: what is gone is gone once.</summary>
internal sealed partial class ArtefactSweepHost(TrainingArtefacts artefacts, TimeProvider clock, ILogger<ArtefactSweepHost> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                if (await artefacts.SweepAsync(stoppingToken) is > 0 and var deleted)
                    LogDeleted(log, deleted);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The database or the folder is out of reach: the next round looks again.
                LogDisturbed(log, e.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "{Deleted} artefacts that no run names were deleted")]
    private static partial void LogDeleted(ILogger log, int deleted);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Artefacts that no run names could not be deleted: {Reason}")]
    private static partial void LogDisturbed(ILogger log, string reason);
}
