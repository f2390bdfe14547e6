using System.Collections.Concurrent;

namespace Portal.LocalCluster.Node;

/// <summary>The logs that containers are writing now, by file, so that a reader can wait for the next line.</summary>
public sealed class OpenLogs
{
    private readonly ConcurrentDictionary<string, ContainerLog> _logs = new(StringComparer.Ordinal);

    public ContainerLog Open(string path, TimeProvider time) => _logs[path] = new ContainerLog(path, time);

    public ContainerLog? Find(string path) => _logs.GetValueOrDefault(path);

    public void Close(string path)
    {
        if (_logs.TryRemove(path, out ContainerLog? log)) log.Dispose();
    }
}
