using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Controllers;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>Runs the pods bound to this machine's nodes as local processes: one worker a pod.</summary>
public sealed class NodeAgent(IObjects objects, LocalClusterOptions options, OpenLogs logs, TimeProvider time, ILogger<NodeAgent> log) : IController
{
    private readonly Dictionary<string, PodWorker> _workers = new(StringComparer.Ordinal);
    private readonly List<Task> _leaving = [];

    public string Name => "node-agent";

    public async Task RunAsync(CancellationToken ct)
    {
        string data = Path.GetFullPath(options.DataDirectory);
        AgentServices agent = new(objects, time, new ImageCatalogue([.. options.Images]), logs, data, Guid.NewGuid().ToString("N"), log);
        PodAddresses addresses = new(data);
        ProcessTree.KillAll(ProcessTree.ClusterVariable, data);
        using Watchdog watchdog = new(agent.Boot);
        Tidy(data, addresses);
        try
        {
            await foreach (ObjectEvent change in objects.Watch("pods", ct)) See(change, agent, addresses);
        }
        finally
        {
            await Task.WhenAll(_workers.Values.Select(worker => worker.ShutdownAsync()).Concat(_leaving));
            _workers.Clear();
            _leaving.Clear();
        }
    }

    private void See(ObjectEvent change, AgentServices agent, PodAddresses addresses)
    {
        JsonObject pod = change.Object;
        string uid = pod.Uid();
        _workers.TryGetValue(uid, out PodWorker? worker);
        _leaving.RemoveAll(leaving => leaving.IsCompleted);
        if (change.Type == "DELETED")
        {
            _workers.Remove(uid);
            addresses.Free(uid);
            if (worker is not null) _leaving.Add(worker.VanishAsync());
            else new PodFolders(agent.DataDirectory, pod).Remove();
            return;
        }
        if (PodConditions.IsTerminal(pod)) return;
        if (worker is null)
        {
            if (!options.Nodes.Any(node => node.Name == pod.Text("spec", "nodeName"))) return;
            _workers[uid] = worker = new PodWorker(agent, pod, addresses.Take(uid, pod.Text("status", "podIP")));
        }
        worker.Update(pod);
    }

    /// <summary>Keeps the addresses of pods that will run on, and removes the folders of pods that are gone.</summary>
    private void Tidy(string data, PodAddresses addresses)
    {
        IReadOnlyList<JsonObject> pods = objects.List("pods");
        foreach (JsonObject pod in pods.Where(pod => !PodConditions.IsTerminal(pod) && pod.Text("status", "podIP") is not null))
            addresses.Take(pod.Uid(), pod.Text("status", "podIP"));
        HashSet<string> known = [.. pods.Select(pod => pod.Uid())];
        if (!Directory.Exists(PodFolders.PodsOf(data))) return;
        foreach (string folder in Directory.EnumerateDirectories(PodFolders.PodsOf(data)))
        {
            if (!known.Contains(Path.GetFileName(folder))) Directory.Delete(folder, recursive: true);
        }
    }
}
