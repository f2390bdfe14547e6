using Portal.Core.Cluster;

namespace Portal.Core.Projects;

/// <summary>
/// Whether a cluster shows a project's profiles: what nobody may see would be written at each pass, and never taken away. Passes write
/// by it, and previews say by it what is written.
/// </summary>
internal static class SeenProfiles
{
    /// <summary>Why they are left alone: no watch has listed them, and the account may not. Null where they are written.</summary>
    public static async Task<ClusterException?> RefusalAsync(ConnectedCluster cluster, ResourceType type, CancellationToken ct)
    {
        if (cluster.Cache.Age(type) is not null)
            return null;
        try
        {
            await foreach (var _ in cluster.Client.ListAsync(type, null, null, ct))
                return null;
            return null;
        }
        catch (ClusterException refused) when (refused.Failure == ClusterFailure.Forbidden)
        {
            return refused;
        }
    }
}
