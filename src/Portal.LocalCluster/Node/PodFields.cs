using System.Text.Json.Nodes;
using Portal.LocalCluster.Machinery;

namespace Portal.LocalCluster.Node;

/// <summary>The downward API: fields of the pod a container may read.</summary>
internal static class PodFields
{
    public static string Value(JsonObject pod, string path) => path switch
    {
        "metadata.name" => pod.Name(),
        "metadata.namespace" => pod.Namespace() ?? "",
        "metadata.uid" => pod.Uid(),
        "spec.nodeName" => pod.Text("spec", "nodeName") ?? "",
        "spec.serviceAccountName" => pod.Text("spec", "serviceAccountName") ?? "default",
        "status.podIP" or "status.podIPs" => pod.Text("status", "podIP") ?? "",
        "status.hostIP" or "status.hostIPs" => pod.Text("status", "hostIP") ?? "",
        _ when Keyed(path, "metadata.labels") is { } label => pod.Label(label) ?? "",
        _ when Keyed(path, "metadata.annotations") is { } annotation => pod.Annotation(annotation) ?? "",
        _ => throw new NotReadyException("CreateContainerConfigError", $"field label not supported: {path}"),
    };

    private static string? Keyed(string path, string map) =>
        path.StartsWith(map + "['", StringComparison.Ordinal) && path.EndsWith("']", StringComparison.Ordinal)
            ? path[(map.Length + 2)..^2]
            : null;
}
