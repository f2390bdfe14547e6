using Microsoft.Extensions.DependencyInjection;
using Portal.Core.Clusters;
using Portal.Core.Projects;
using Portal.Core.Results;
using Portal.Core.Tests.Clusters;
using Portal.Testing.Databases;

namespace Portal.Core.Tests.Access.Matrix;

internal sealed class ClusterCases : MatrixCases
{
    public ClusterCases()
    {
        Case<ClusterService>(nameof(ClusterService.RegisterAsync), Towards.Platform, async (s, actor, _) =>
            await s.RegisterAsync(actor, new ClusterDraft(Guid.CreateVersion7(), "New cluster", new(ClusterConnectionKind.InCluster)), default));
        Case<ClusterService>(nameof(ClusterService.EditAsync), Towards.Platform, (s, actor, target) =>
            s.EditAsync(actor, target["cluster"], 1, new ClusterContent("Renamed"), default));
        Case<ClusterService>(nameof(ClusterService.ReconnectAsync), Towards.Platform, (s, actor, target) =>
            s.ReconnectAsync(actor, target["cluster"], 1, new(ClusterConnectionKind.InCluster), default));
        Case<ClusterService>(nameof(ClusterService.RemoveAsync), Towards.Platform, (s, actor, target) => s.RemoveAsync(actor, target["cluster"], default));
        Case<ClusterService>(nameof(ClusterService.CheckAsync), Towards.Platform, async (s, actor, target) =>
            await s.CheckAsync(actor, target["cluster"], default));
        Case<ClusterQueryService>(nameof(ClusterQueryService.ListAsync), Towards.Platform, async (s, actor, _) => await s.ListAsync(actor, default));
        Case<ClusterQueryService>(nameof(ClusterQueryService.GetAsync), Towards.Platform, async (s, actor, target) =>
            await s.GetAsync(actor, target["cluster"], default));
        Case<ClusterQueryService>(nameof(ClusterQueryService.PlaceAsync), Towards.Team, async (s, actor, target) =>
            await s.PlaceAsync(actor, target.TeamId, new ProjectContent("New"), default));
    }

    public override void Configure(IServiceCollection services) => services.AddSingleton<IClusterProbe>(new FoundCluster());

    public override async Task SeedAsync(TestDatabase database, MatrixTarget target) =>
        target["cluster"] = await database.ClusterAsync(target.Name + " cluster", c => c.Connection = ClusterConnectionKind.Kubeconfig);
}
