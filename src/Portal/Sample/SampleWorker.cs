using Portal.Hosting;

namespace Portal.Sample;

/// <summary>
/// Makes the sample in the background after the start, so that the first page never waits for it; once for a data directory:
/// what people change or delete of it stays so.
/// </summary>
internal sealed partial class SampleWorker(SampleProject sample, PortalSettings settings, ILogger<SampleWorker> logger) : BackgroundService
{
    private string Mark => Path.Combine(settings.DataDirectory, "sample-made");

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        if (File.Exists(Mark))
            return;
        try
        {
            if (await sample.MakeAsync(stoppingToken))
                await File.WriteAllTextAsync(Mark, "", stoppingToken);
        }
        catch (Exception e) when (!stoppingToken.IsCancellationRequested)
        {
            // A trial without its sample is still a trial; the next start tries again.
            LogFailed(logger, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sample project could not be made whole; the next start goes on with it.")]
    private static partial void LogFailed(ILogger logger, Exception e);
}

/// <summary>Registers the sample where the settings ask for it.</summary>
internal static class SampleServices
{
    public static void AddPortalSample(this IServiceCollection services, PortalSettings settings)
    {
        if (!settings.Sample || settings.Mode != ClusterMode.Embedded)
            return;
        services.AddSingleton<SampleProject>().AddSingleton<SampleQuota>().AddSingleton<SampleTraining>().AddSingleton<SampleModel>();
        services.AddHostedService<SampleWorker>();
    }
}
