namespace Portal.LocalCluster.Machinery;

/// <summary>A controller: started with the cluster, stopped with it, started again after a failure.</summary>
public interface IController
{
    string Name { get; }

    Task RunAsync(CancellationToken ct);
}
