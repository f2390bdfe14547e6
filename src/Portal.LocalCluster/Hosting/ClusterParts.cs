using Microsoft.Extensions.DependencyInjection;
using Portal.LocalCluster.Api;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Kueue;
using Portal.LocalCluster.Machinery;
using Portal.LocalCluster.Node;
using Portal.LocalCluster.Operators;
using Portal.LocalCluster.Scheduling;

namespace Portal.LocalCluster;

/// <summary>What a cluster is made of beside its API server. Each part adds itself here with one line.</summary>
internal static class ClusterParts
{
    /// <summary>Everything a cluster needs to run pods.</summary>
    public static void Add(IServiceCollection services, LocalClusterOptions options)
    {
        services.AddSingleton<OpenLogs>();
        services.AddSingleton<IPodLogs, PodLogs>().AddSingleton<IPodExec, PodExec>();
        services.AddController<NodeRegistration>();
        services.AddController<NodeAgent>();
        services.AddController<SchedulerController>();
        services.AddController<VolumeController>();
        services.AddController<ServiceController>();
        services.AddController<JobController>();
        services.AddController<ReplicaSetController>();
        services.AddController<DeploymentController>();
        services.AddController<StatefulSetController>();
        services.AddController<DisruptionController>();
        if (options.Operators.Contains(LocalClusterOptions.Kueue)) AddKueue(services, options);
        if (options.Operators.Contains(LocalClusterOptions.Kubeflow)) services.AddController<NotebookController>();
        if (options.Operators.Contains(LocalClusterOptions.JobSet)) services.AddController<JobSetController>();
        if (options.Operators.Contains(LocalClusterOptions.Trainer)) services.AddController<TrainJobController>();
        if (options.Operators.Contains(LocalClusterOptions.KServe)) services.AddController<InferenceServiceController>();
    }

    private static void AddKueue(IServiceCollection services, LocalClusterOptions options)
    {
        services.AddSingleton<IAdmission, KueueAdmission>();
        services.AddSingleton<IAggregatedApi, Visibility>();
        services.AddController<AdmissionController>();
        services.AddController<JobIntegration>();
        services.AddController<PodIntegration>();
        if (options.Operators.Contains(LocalClusterOptions.JobSet)) services.AddController<JobSetIntegration>();
        if (options.Operators.Contains(LocalClusterOptions.Trainer)) services.AddController<TrainJobIntegration>();
    }

    /// <summary>A controller is any service of this type; it is created once and may ask for IObjects, options, clock and loggers.</summary>
    public static IServiceCollection AddController<T>(this IServiceCollection services) where T : class, IController =>
        services.AddSingleton<IController, T>();
}
