namespace Portal.Core.Cluster;

/// <summary>An installation that no cluster is connected to: pages and intent only.</summary>
internal sealed class NoClusters : IClusters
{
    public IReadOnlyList<ConnectedCluster> All => [];

    public ConnectedCluster Get(Guid? id) => ConnectedCluster.Absent(id);
}
