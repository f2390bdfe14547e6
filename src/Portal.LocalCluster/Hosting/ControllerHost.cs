using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster;

/// <summary>Runs the controllers; one that fails is started again after a growing pause.</summary>
internal sealed partial class ControllerHost(IEnumerable<IController> controllers, ILogger<ControllerHost> logger) : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(controllers.Select(controller => Task.Run(() => Run(controller, stoppingToken), stoppingToken)));

    private async Task Run(IController controller, CancellationToken stopping)
    {
        var pause = FirstPause;
        while (!stopping.IsCancellationRequested)
        {
            var started = DateTime.UtcNow;
            try
            {
                await controller.RunAsync(stopping);
                return;
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                Failed(logger, failure, controller.Name);
            }
            pause = DateTime.UtcNow - started > LongestPause ? FirstPause : TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
            await Task.Delay(pause, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The controller {Name} failed and is started again")]
    private static partial void Failed(ILogger logger, Exception failure, string name);
}
