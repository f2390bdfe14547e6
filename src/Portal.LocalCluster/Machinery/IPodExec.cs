namespace Portal.LocalCluster.Machinery;

/// <summary>Starts further programs inside running containers, for <c>pods/{name}/exec</c>.</summary>
public interface IPodExec
{
    /// <exception cref="ApiException">The container does not run, or the program is not there.</exception>
    IExecProcess Start(PodExecRequest request);
}

/// <param name="Terminal">The program sees a terminal; what it prints comes as one stream.</param>
public sealed record PodExecRequest(string Namespace, string Pod, string Container, IReadOnlyList<string> Command, bool Terminal);

/// <summary>A program that runs inside a container. Disposing of it ends it.</summary>
public interface IExecProcess : IDisposable
{
    Stream Input { get; }

    Stream Output { get; }

    Stream Errors { get; }

    /// <summary>Its exit code, once it has ended.</summary>
    Task<int> WaitAsync(CancellationToken ct);
}
