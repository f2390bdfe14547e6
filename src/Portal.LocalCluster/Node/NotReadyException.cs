namespace Portal.LocalCluster.Node;

/// <summary>Something a container needs is not there yet. It waits with this reason and looks again.</summary>
public sealed class NotReadyException(string reason, string message) : Exception(message)
{
    public string Reason { get; } = reason;
}
