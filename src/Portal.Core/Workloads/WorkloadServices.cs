using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Portal.Core.Catalog;
using Portal.Core.Notebooks;
using Portal.Core.Reconciliation;
using Portal.Core.Training;
using Portal.Core.Waiting;

namespace Portal.Core.Workloads;

internal static class WorkloadServices
{
    /// <summary>Notebooks and training runs, with the catalogue that they are launched from.</summary>
    public static IServiceCollection AddWorkloads(this IServiceCollection services)
    {
        services.TryAddSingleton(new CatalogOptions());
        services.TryAddSingleton(new WorkloadOptions());
        services.AddSingleton<Catalogue>();
        services.AddSingleton<WorkloadLaunch>();
        services.AddSingleton<WorkloadClusters>();
        services.AddSingleton<StoppedWork>();
        services.AddSingleton<NotebookService>();
        services.AddSingleton<NotebookEndpoints>();
        services.AddSingleton<NotebookLogs>();
        services.AddSingleton<NotebookPreview>();
        services.AddSingleton<LaunchChangePreview>();
        services.AddSingleton<NotebookIdleSweep>();
        services.AddSingleton<IReconciler, NotebookReconciler>();
        services.AddSingleton<WaitService>();
        services.AddSingleton<TrainingService>();
        services.AddSingleton<TrainingList>();
        services.AddSingleton<TrainingPreview>();
        services.AddSingleton<TrainingReports>();
        services.AddSingleton<TrainingMetrics>();
        services.AddSingleton<TrainingLogs>();
        services.AddSingleton<TrainingArtefacts>();
        services.AddSingleton<IReconciler, TrainingReconciler>();
        return services;
    }
}
