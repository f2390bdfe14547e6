using System.Text.Json.Nodes;
using Portal.Core.Cluster;

namespace Portal.Infrastructure.Kubernetes.Watching;

/// <summary>
/// Pods are most of a cluster's objects and most of what they say is about how their containers are run. Kept is what tells
/// where a pod is or could be, what it asks for and how it does; environments, which may hold secrets, are not kept at all.
/// </summary>
internal static class PodOutline
{
    private const int AnnotationLimit = 256;

    private static readonly string[] Spec =
    [
        "dnsConfig", "dnsPolicy", "enableServiceLinks", "hostAliases", "imagePullSecrets", "preemptionPolicy", "securityContext",
        "serviceAccount", "serviceAccountName", "terminationGracePeriodSeconds",
    ];

    private static readonly string[] Container =
    [
        "args", "command", "env", "envFrom", "imagePullPolicy", "lifecycle", "livenessProbe", "readinessProbe", "securityContext",
        "startupProbe", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy", "tty", "volumeDevices", "volumeMounts",
        "workingDir",
    ];

    private static readonly string[] Status = ["hostIP", "hostIPs", "podIPs", "qosClass"];

    private static readonly string[] ContainerStatus = ["allocatedResources", "containerID", "imageID", "resources", "user", "volumeMounts"];

    private static readonly string[] Containers = ["containers", "initContainers"];

    private static readonly string[] ContainerStatuses = ["containerStatuses", "initContainerStatuses"];

    /// <summary>Takes everything else out of <paramref name="pod"/>.</summary>
    public static JsonObject Of(JsonObject pod)
    {
        if (pod.At("metadata", "annotations") is JsonObject annotations)
        {
            foreach (var key in annotations.Where(a => a.Value?.ToString().Length > AnnotationLimit).Select(a => a.Key).ToArray())
                annotations.Remove(key);
        }
        Drop(pod["spec"], Spec);
        Drop(pod["status"], Status);
        foreach (var container in Containers.SelectMany(list => pod.Items("spec", list)))
            Drop(container, Container);
        foreach (var status in ContainerStatuses.SelectMany(list => pod.Items("status", list)))
            Drop(status, ContainerStatus);
        // Of volumes only claims can keep a pod from starting.
        if (pod.At("spec", "volumes") is JsonArray volumes)
        {
            foreach (var volume in volumes.Where(v => v.At("persistentVolumeClaim") is null).ToArray())
                volumes.Remove(volume);
        }
        return pod;
    }

    private static void Drop(JsonNode? node, string[] fields)
    {
        if (node is not JsonObject found)
            return;
        foreach (var field in fields)
            found.Remove(field);
    }
}
