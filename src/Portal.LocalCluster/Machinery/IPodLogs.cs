namespace Portal.LocalCluster.Machinery;

/// <summary>What containers have printed, served at <c>pods/{name}/log</c>.</summary>
public interface IPodLogs
{
    /// <summary>
    /// Lines without their line feed, oldest first. With <see cref="PodLogRequest.Follow"/> the sequence ends when the
    /// container does. A container that has printed nothing gives no lines.
    /// </summary>
    IAsyncEnumerable<string> Read(PodLogRequest request, CancellationToken ct);
}

/// <param name="TailLines">Only the last so many lines; all when null.</param>
/// <param name="Timestamps">Each line begins with its RFC 3339 time and a space.</param>
/// <param name="Previous">The run before the present one.</param>
/// <param name="Since">Only lines printed after this moment.</param>
public sealed record PodLogRequest(
    string Namespace,
    string Pod,
    string Container,
    bool Follow = false,
    int? TailLines = null,
    bool Timestamps = false,
    bool Previous = false,
    DateTimeOffset? Since = null);
