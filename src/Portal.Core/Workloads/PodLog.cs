using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json.Nodes;
using Portal.Core.Cluster;
using Portal.Core.Health;

namespace Portal.Core.Workloads;

/// <summary>What a pod of a workload writes.</summary>
internal static class PodLog
{
    /// <summary>Lines of its end that are read. One more is asked for: by it a log that goes on above is told from one that ends there.</summary>
    public const int TailLines = 5000;

    /// <summary>The log's end, or null where there is no pod, where it has not started yet or is gone, and where the cluster is out of reach.</summary>
    public static async Task<Stream?> OpenAsync(WorkloadCluster cluster, string ns, JsonObject? pod, bool follow, CancellationToken ct)
    {
        if (pod is null)
            return null;
        try
        {
            return await cluster.Client.LogsAsync(ns, pod.Name(), PodHealth.ContainerName(pod), follow, TailLines + 1, ct);
        }
        catch (ClusterException)
        {
            return null;
        }
    }

    /// <summary>At most <paramref name="limit"/> characters of its end.</summary>
    public static async Task<LogText> ReadAsync(Stream stream, int limit, bool live, CancellationToken ct)
    {
        var (text, truncated) = await LogTail.ReadAsync(stream, limit, ct, TailLines);
        return new LogText(text, truncated, live);
    }

    /// <summary>Its pieces as they are written; none where there is no log.</summary>
    public static async IAsyncEnumerable<string> PiecesAsync(Stream? stream, [EnumeratorCancellation] CancellationToken ct)
    {
        if (stream is null)
            yield break;
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var buffer = new char[8 * 1024];
        int read;
        while ((read = await reader.ReadAsync(buffer, ct)) > 0)
            yield return new string(buffer, 0, read);
    }
}

/// <summary>A log as text.</summary>
/// <param name="Truncated">True when the beginning is missing.</param>
/// <param name="Live">True while more may be written to it.</param>
public sealed record LogText(string Text, bool Truncated, bool Live);
