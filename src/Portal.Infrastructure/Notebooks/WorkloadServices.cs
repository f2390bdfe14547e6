using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Notebooks;
using Portal.Core.Training;
using Portal.Infrastructure.Storage;

namespace Portal.Infrastructure.Notebooks;

/// <summary>Registers what notebooks and trainings need from outside.</summary>
public static class WorkloadServices
{
    /// <summary>Adds the store of artefacts and the way to ask notebook servers how they are used.</summary>
    /// <param name="artefacts">Folder that the artefacts are kept in.</param>
    public static IServiceCollection AddPortalWorkloads(this IServiceCollection services, string artefacts)
    {
        services.AddSingleton<IArtefactStore>(new ArtefactFolder(artefacts));
        services.AddMemoryCache();
        services.AddSingleton<INotebookSignIn, JupyterSignIn>();
        services.AddSingleton<INotebookActivity, JupyterActivity>();
        return services;
    }

    /// <summary>Adds the round that deletes artefacts which no run names.</summary>
    public static IServiceCollection AddArtefactSweep(this IServiceCollection services) => services.AddHostedService<ArtefactSweepHost>();

    /// <summary>Adds the idle rule's round.</summary>
    public static IServiceCollection AddIdleSweep(this IServiceCollection services) => services.AddHostedService<IdleSweepHost>();
}
