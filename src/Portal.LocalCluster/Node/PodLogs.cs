using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Reads containers' logs out of the pods' folders.</summary>
public sealed class PodLogs(IObjects objects, LocalClusterOptions options, OpenLogs open) : IPodLogs
{
    public async IAsyncEnumerable<string> Read(PodLogRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        if (objects.Find("pods", request.Namespace, request.Pod) is not { } pod) yield break;
        long run = Runs(pod, request.Container) - (request.Previous ? 1 : 0);
        if (run < 0) yield break;
        string path = PodFolders.LogOf(new PodFolders(options.DataDirectory, pod).Root, request.Container, run);
        LogTail tail = new(path, open);
        int skip = request.TailLines is { } last ? Math.Max(0, await CountAsync(tail, request, ct) - last) : 0;
        await foreach (string stored in tail.ReadAsync(request.Follow && !request.Previous, ct))
        {
            if (!Wanted(stored, request.Since) || skip-- > 0) continue;
            yield return Text(stored, request.Timestamps);
        }
    }

    private static long Runs(JsonObject pod, string container) =>
        pod.Each("status", "containerStatuses").Concat(pod.Each("status", "initContainerStatuses"))
            .FirstOrDefault(status => status.Text("name") == container)?.Whole("restartCount") ?? 0;

    private static async Task<int> CountAsync(LogTail tail, PodLogRequest request, CancellationToken ct)
    {
        int count = 0;
        await foreach (string stored in tail.ReadAsync(false, ct))
        {
            if (Wanted(stored, request.Since)) count++;
        }
        return count;
    }

    private static bool Wanted(string stored, DateTimeOffset? since) =>
        since is null
        || (DateTimeOffset.TryParse(stored.AsSpan(0, Math.Max(0, stored.IndexOf(' '))), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time) && time > since);

    private static string Text(string stored, bool timestamps)
    {
        string[] parts = stored.Split(' ', 3);
        string text = parts.Length == 3 ? parts[2] : "";
        return timestamps ? $"{parts[0]} {text}" : text;
    }
}
