using System.Globalization;
using Portal.Core.Cluster;

namespace Portal.Core.Waiting;

/// <summary>Kueue's own list of who waits (visibility.kueue.x-k8s.io), where a cluster serves it and lets the portal read it.</summary>
internal static class QueueVisibility
{
    private const string Group = "visibility.kueue.x-k8s.io";

    // A page is being drawn: what has not answered by then is computed.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>The workload's place in its ClusterQueue, from 1; null when it is not served, refused, late, or not in the list.</summary>
    public static async Task<int?> PositionAsync(IClusterClient client, string clusterQueue, string ns, string name, CancellationToken ct)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(ct);
        late.CancelAfter(Patience);
        try
        {
            var served = (await client.CapabilitiesAsync(late.Token)).Served.FirstOrDefault(s => s.Group == Group);
            if (served is null)
                return null;
            var list = new ResourceType(Group, served.Version, $"clusterqueues/{clusterQueue}/pendingworkloads", "PendingWorkload", false);
            await foreach (var item in client.ListAsync(list, null, null, late.Token))
            {
                if (item.Name() == name && item.Text("metadata", "namespace") == ns)
                    return int.TryParse(item.Text("positionInClusterQueue"), CultureInfo.InvariantCulture, out var place) ? place + 1 : null;
            }
        }
        catch (ClusterException)
        {
            return null;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            return null;
        }
        return null;
    }
}
