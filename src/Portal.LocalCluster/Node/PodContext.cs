using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>What the containers of one pod share.</summary>
internal sealed record PodContext(AgentServices Agent, JsonObject Pod, PodFolders Folders, PodVolumes Volumes, Action Changed)
{
    public IObjects Objects => Agent.Objects;

    public TimeProvider Time => Agent.Time;

    public string RestartPolicy => Pod.Text("spec", "restartPolicy") ?? "Always";

    public TimeSpan Grace => TimeSpan.FromSeconds(Pod.Whole("spec", "terminationGracePeriodSeconds") ?? 30);

    public void Say(string type, string reason, string message) => Objects.Record(Pod, type, reason, message, "kubelet");
}

/// <summary>What all pods of the machine share.</summary>
/// <param name="Boot">This run of the cluster; every process carries it.</param>
internal sealed record AgentServices(IObjects Objects, TimeProvider Time, ImageCatalogue Images, OpenLogs Logs, string DataDirectory, string Boot, ILogger Log);
