using Portal.Infrastructure.Monitoring;
using Portal.Infrastructure.Notebooks;
using Portal.Infrastructure.Quotas;

namespace Portal.Hosting;

/// <summary>Registers the work that no person waits for, in the process that reconciles.</summary>
internal static class WorkerRegistration
{
    public static void AddPortalWorkers(this WebApplicationBuilder builder, PortalSettings settings)
    {
        if (!settings.Reconciles)
            return;
        builder.Services.AddQuotaWorker();
        builder.Services.AddDriftEventLoop();
        builder.Services.AddIdleSweep();
    }
}
